import type { AskBody } from '#adapters/http/api-schemas.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Severity, severities } from '#domain/risk/finding.ts';
import type { WrittenObject } from '#use-cases/judge-manifests.ts';
import type { Answer } from './answer.ts';
import type { Flags } from './flags.ts';
import { manifestAskOf } from './manifest-request.ts';
import { answerOf } from './request-answer.ts';
import type { Came } from './request-filing.ts';
import { asking, type Manner, readAsked, readManner } from './request-line.ts';

/** From which finding on manifests are asked for, and how. */
export type Requesting = {
  readonly level: Severity;
  readonly asked: Omit<AskBody, 'kind' | 'namespace'>;
  readonly namespace: string | undefined;
  readonly manner: Manner;
};

type Given = Flags<typeof asking & { readonly 'request-if': 'value'; readonly namespace: 'value' }>;

/** Undefined where nothing is to be asked for; `err` says what is wrong. */
export const readRequesting = (flags: Given): Result<Requesting | undefined, string> => {
  const { 'request-if': text, namespace } = flags;
  if (text === undefined) {
    const [stray] = [...Object.keys(asking), 'namespace'].filter((name) => Object.hasOwn(flags, name));
    return stray === undefined ? ok(undefined) : err(`--${stray} goes with --request-if.`);
  }
  const level = severities.find((one) => one === text);
  if (level === undefined) return err(`--request-if ${text} is not understood. Write ${severities.join(', ')}.`);
  const asked = readAsked(flags);
  const manner = readManner(flags);
  if (!asked.ok) return asked;
  return manner.ok ? ok({ level, asked: asked.value, namespace, manner: manner.value }) : manner;
};

/** Asks for what was checked; its exit status is that of the request. What speaks to the API is loaded by then only. */
export const requestChecked = async (
  { asked, namespace, manner }: Requesting,
  objects: readonly WrittenObject[],
  environment: Readonly<Record<string, string | undefined>>,
  notes: readonly string[],
  say: (came: Pick<Came, 'request' | 'problem'>) => readonly string[],
): Promise<Answer> => {
  const ask = manifestAskOf(objects, namespace);
  if (!ask.ok) return { status: 2, out: say({}), errors: [...notes, ...ask.error] };
  const { speak } = await import('./request.ts');
  const { fileRequest } = await import('./request-filing.ts');
  const came = await speak(environment, (talk) => fileRequest(talk, { ...asked, ...ask.value }, manner));
  const { status, out = [], errors = [] } = answerOf(came, false);
  const { request, problem } = came;
  return {
    status,
    out: say(request !== undefined ? { request } : problem === undefined ? {} : { problem }),
    errors: [...notes, ...errors, ...out],
  };
};
