import type { Who } from '#adapters/http/api-client.ts';
import type { RequestView } from '#adapters/http/api-schemas.ts';
import { parseDuration } from '#domain/duration.ts';
import { isOver } from '#domain/request/request.ts';
import { oneLine } from '#domain/text.ts';
import { type Answer, misspelt } from './answer.ts';
import { readFlags, readLine } from './flags.ts';
import { sayJson } from './manifest-check-text.ts';
import { overApi, speak } from './request.ts';
import { answerOf } from './request-answer.ts';
import { type Came, cameTo, type Talk, watchPods, watchRequest } from './request-filing.ts';
import { readOutput } from './request-line.ts';
import { outcomeOf } from './request-status.ts';
import { sayPlaceOf, sayRequest } from './request-text.ts';
import { table } from './table.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const usages = {
  status: 'hallpass status <id> [--wait [--rollout] [--timeout <30m>]] [--output text|json]',
  list: 'hallpass list [--open] [--output text|json]',
  withdraw: 'hallpass withdraw <id> [--output text|json]',
  done: 'hallpass done <id> [--wait] [--output text|json]',
  who: 'hallpass who [--output text|json]',
} as const;
type Command = keyof typeof usages;

const wrong = (command: Command, why: string): Answer => misspelt([why, '', usages[command]]);

/** `status`: how a request stands, or what becomes of it. */
export const statusCommand = (words: readonly string[], environment: Environment): Promise<Answer> | Answer => {
  const line = readLine(words, { wait: 'switch', rollout: 'switch', timeout: 'value', output: 'value' });
  if (!line.ok) return wrong('status', line.error);
  const { wait = false, rollout = false, timeout, output } = line.value.flags;
  const id = onlyId(line.value.words);
  const isJson = readOutput(output);
  const within = timeout === undefined ? undefined : parseDuration(timeout);
  if (id === undefined) return wrong('status', noId);
  if (!isJson.ok) return wrong('status', isJson.error);
  if (within !== undefined && !wait) return wrong('status', '--timeout goes with --wait.');
  if (rollout && !wait) return wrong('status', '--rollout goes with --wait.');
  if (within?.ok === false) return wrong('status', `--timeout: ${within.error}`);
  return overApi(environment, isJson.value, async (talk) => {
    const got = await talk.api.look(id, talk.signal);
    if (!got.ok) return cameTo(got.error.problem);
    if (!isJson.value) talk.terminal.tell(...sayRequest(got.value, Temporal.Now.instant()));
    if (!wait) return { outcome: outcomeOf(got.value), request: got.value };
    const watch = rollout ? watchPods : watchRequest;
    return watch(talk, got.value, within?.value.total('milliseconds'));
  });
};

/** `withdraw` and `done`: what one asked for oneself is taken back, or given back. */
export const ownCommand = (
  command: 'withdraw' | 'done',
  words: readonly string[],
  environment: Environment,
): Promise<Answer> | Answer => {
  const line = readLine(words, { output: 'value', wait: 'switch' });
  if (!line.ok) return wrong(command, line.error);
  const id = onlyId(line.value.words);
  const isJson = readOutput(line.value.flags.output);
  if (id === undefined) return wrong(command, noId);
  if (!isJson.ok) return wrong(command, isJson.error);
  const { wait = false } = line.value.flags;
  if (wait && command === 'withdraw') return wrong(command, '--wait says nothing here: it is withdrawn at once.');
  return overApi(environment, isJson.value, (talk) =>
    command === 'done' ? giveBack(talk, id, wait) : takeBack(talk, id),
  );
};

// That it is over is what was wanted of both.
const takeBack = async ({ api, signal }: Talk, id: string): Promise<Came> => {
  const got = await api.withdraw(id, signal);
  return got.ok ? { outcome: 'done', request: got.value } : cameTo(got.error.problem);
};

const giveBack = async (talk: Talk, id: string, wait: boolean): Promise<Came> => {
  const got = await talk.api.finish(id, talk.signal);
  if (!got.ok) return cameTo(got.error.problem);
  if (!wait) return { outcome: 'done', request: got.value };
  const came = await watchRequest(talk, got.value, undefined, ({ status, conflict }) => conflict || isOver(status));
  return came.request?.status === 'revoked' && came.problem === undefined ? { ...came, outcome: 'done' } : came;
};

/** `list`: what one has asked for, the latest first. */
export const listCommand = (words: readonly string[], environment: Environment): Promise<Answer> =>
  lookCommand('list', words, environment, async ({ api, signal }, isOpen) => {
    const got = await api.list(isOpen, signal);
    return got.ok ? { json: { requests: got.value }, text: sayList(got.value) } : cameTo(got.error.problem);
  });

/** `who`: as whom one is known, and what may be asked for. */
export const whoCommand = (words: readonly string[], environment: Environment): Promise<Answer> =>
  lookCommand('who', words, environment, async ({ api, signal }) => {
    const got = await api.who(signal);
    return got.ok ? { json: got.value, text: sayWho(got.value) } : cameTo(got.error.problem);
  });

type Seen = { readonly json: object; readonly text: readonly string[] };

const lookCommand = async (
  command: 'list' | 'who',
  words: readonly string[],
  environment: Environment,
  look: (talk: Talk, isOpen: boolean) => Promise<Seen | Came>,
): Promise<Answer> => {
  const known = { ...(command === 'list' ? { open: 'switch' as const } : {}), output: 'value' as const };
  const line = readFlags(words, known);
  if (!line.ok) return wrong(command, line.error);
  const isJson = readOutput(line.value.output);
  if (!isJson.ok) return wrong(command, isJson.error);
  const came = await speak(environment, (talk) => look(talk, line.value.open === true));
  if ('outcome' in came) return answerOf(came, isJson.value);
  return { status: 0, out: isJson.value ? [sayJson(came.json)] : came.text };
};

const sayWho = ({ type, name, responsible, mayDecide, kinds, clusters }: Who): readonly string[] => {
  const whom = type === 'caller' ? `${oneLine(name)}, for whom ${oneLine(responsible)} answers` : oneLine(responsible);
  return [
    `Known as ${whom}${mayDecide ? ', who may decide' : ''}. Clusters: ${clusters.map(oneLine).join(', ')}.`,
    ...kinds.map((one) => `hallpass request ${oneLine(one.name)} ${oneLine(one.usage)}   ${oneLine(one.title)}`),
  ];
};

const sayList = (requests: readonly RequestView[]): readonly string[] =>
  requests.length === 0
    ? ['Nothing was asked for.']
    : table([
        ['ID', 'STATUS', 'ENDS', 'WHERE', 'WHAT'],
        ...requests.map((one) => [
          oneLine(one.id),
          one.conflict ? 'conflict' : one.status,
          one.endedAt ?? one.expiresAt ?? '-',
          sayPlaceOf(one),
          oneLine(one.title),
        ]),
      ]);

const noId = 'Say which request, by its id, like "k7m2-qx".';

export const onlyId = (words: readonly string[]): string | undefined =>
  words.length === 1 && /^[\w-]{1,20}$/.test(words[0] ?? '') ? words[0] : undefined;
