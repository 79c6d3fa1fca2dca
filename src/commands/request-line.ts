import type { AskBody } from '#adapters/http/api-schemas.ts';
import { parseDuration } from '#domain/duration.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { manifestKind } from '#kinds/change/manifest-ask.ts';
import { type Flags, readLine } from './flags.ts';

/** What says how a request is asked, shown and waited for; the same for all commands that file one. */
export const asking = {
  reason: 'value',
  for: 'value',
  from: 'value',
  on: 'value',
  as: 'value',
  key: 'value',
  wait: 'switch',
  rollout: 'switch',
  timeout: 'value',
  yes: 'switch',
} as const;
const known = { ...asking, file: 'values', namespace: 'value', output: 'value' } as const;

export const requestUsage = `hallpass request <kind> <words…> <namespace>[/<object>,…] --reason <why> [--for <30m>|good] [--from <22:00>] [--on <cluster>]
                 [--as self|responsible] [--key <key>] [--wait [--rollout] [--timeout <30m>]] [--output text|json] [--yes]
hallpass request ${manifestKind} -f <file|folder|-> [-f …] [-n <namespace>] --reason <why> …`;

/** How it is shown and waited for. */
export type Manner = {
  readonly key: string | undefined;
  readonly wait: boolean;
  /** It waits for the pods, too, of what is written. */
  readonly rollout: boolean;
  /** Milliseconds to wait. */
  readonly timeout: number | undefined;
  readonly isAgreed: boolean;
};

/** What is asked, but for what stands in files, and where that is not typed. */
export type RequestLine = {
  readonly ask: Omit<AskBody, 'namespace'> & { readonly namespace: string | undefined };
  readonly files: readonly string[];
  readonly manner: Manner;
  readonly isJson: boolean;
};

/** `-f` and `-n` are short, as kubectl's. */
export const inFull = (word: string): string => {
  if (word === '-f' || word.startsWith('-f=')) return `--file${word.slice(2)}`;
  return word === '-n' || word.startsWith('-n=') ? `--namespace${word.slice(2)}` : word;
};

/** Reads what stands behind `request`; `err` says what is wrong. What the words mean is for their kind to say. */
export const readRequestLine = (all: readonly string[]): Result<RequestLine, string> => {
  const line = readLine(all.map(inFull), known);
  if (!line.ok) return line;
  const { flags } = line.value;
  const [kind, ...words] = line.value.words.filter((word) => word !== '--');
  if (kind === undefined) return err('Say what kind of request it is, as in `hallpass request access …`.');
  const manner = readManner(flags);
  const asked = readAsked(flags);
  const isJson = readOutput(flags.output);
  if (!manner.ok) return manner;
  if (!asked.ok) return asked;
  if (!isJson.ok) return isJson;
  const rest = { manner: manner.value, isJson: isJson.value };
  const { file: files = [], namespace } = flags;
  if (files.length > 0) {
    const place = wordsBesideFiles(kind, words, namespace);
    return place.ok ? ok({ ...rest, files, ask: { kind, ...asked.value, namespace: place.value } }) : place;
  }
  if (namespace !== undefined) return err('-n goes with -f. Without files write the namespace as the last word.');
  const place = words.at(-1);
  if (place === undefined)
    return err(`Say what, and in which namespace: hallpass request ${kind} <words…> <namespace>[/<object>,…].`);
  return ok({ ...rest, files, ask: { kind, words: words.slice(0, -1), ...placeOf(place), ...asked.value } });
};

/** With files only the namespace may be typed, as a word or by its flag. */
const wordsBesideFiles = (
  kind: string,
  words: readonly string[],
  namespace: string | undefined,
): Result<string | undefined, string> => {
  if (kind !== manifestKind)
    return err(`-f goes with ${JSON.stringify(manifestKind)}, not with ${JSON.stringify(kind)}.`);
  const [word, ...more] = words;
  if (more.length > 0)
    return err(`With -f nothing else is to be typed: ${JSON.stringify(more.join(' '))} is too much.`);
  if (word !== undefined && namespace !== undefined) return err('The namespace is there twice. Say it once.');
  const place = word ?? namespace;
  return place?.includes('/')
    ? err(`${JSON.stringify(place)} is no namespace. The files say which objects it is for.`)
    : ok(place);
};

const placeOf = (place: string): { readonly namespace: string; readonly objects?: string[] } => {
  const [namespace = '', ...rest] = place.split('/');
  const objects = rest
    .join('/')
    .split(',')
    .filter((name) => name !== '');
  return { namespace, ...(objects.length === 0 ? {} : { objects }) };
};

type Asked = Pick<AskBody, 'reason' | 'for' | 'from' | 'cluster' | 'as'>;

export const readAsked = (flags: Flags<typeof asking>): Result<Asked, string> => {
  const { reason, for: length, from, on, as } = flags;
  if (reason === undefined || reason.trim() === '')
    return err('Say why with --reason "<why>": those who decide read it.');
  if (as !== undefined && as !== 'self' && as !== 'responsible')
    return err(`--as ${as} is not understood. Write self or responsible.`);
  return ok({
    reason,
    ...(length === undefined ? {} : { for: length }),
    ...(from === undefined ? {} : { from }),
    ...(on === undefined ? {} : { cluster: on }),
    ...(as === undefined ? {} : { as }),
  });
};

export const readManner = ({
  key,
  wait = false,
  rollout = false,
  timeout,
  yes = false,
}: Flags<typeof asking>): Result<Manner, string> => {
  if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key))
    return err('--key has to be of at most 200 letters, digits and signs, without spaces.');
  if (timeout !== undefined && !wait) return err('--timeout goes with --wait.');
  if (rollout && !wait) return err('--rollout goes with --wait.');
  const within = timeout === undefined ? undefined : parseDuration(timeout);
  if (within?.ok === false) return err(`--timeout: ${within.error}`);
  return ok({ key, wait, rollout, timeout: within?.value.total('milliseconds'), isAgreed: yes });
};

/** True for JSON. */
export const readOutput = (output: string | undefined): Result<boolean, string> =>
  output === undefined || output === 'text' || output === 'json'
    ? ok(output === 'json')
    : err(`--output ${output} is not understood. Write text or json.`);
