import { decide, readWhole, type Verdict } from '#adapters/http/api-decisions.ts';
import { problemOf } from '#adapters/http/api-problems.ts';
import { type Answer, misspelt } from './answer.ts';
import { readLine } from './flags.ts';
import { sayWhole } from './preview-text.ts';
import { overApi } from './request.ts';
import { cameTo } from './request-filing.ts';
import { readOutput } from './request-line.ts';
import { sayRequest } from './request-text.ts';
import { onlyId } from './requests.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const usages: Readonly<Record<Verdict, string>> = {
  approve: 'hallpass approve <id> [--for <30m>] [--revision <number>] [--yes] [--output text|json]',
  deny: 'hallpass deny <id> --reason <why> [--revision <number>] [--yes] [--output text|json]',
  revoke: 'hallpass revoke <id> --reason <why> [--yes] [--output text|json]',
};
const questions: Readonly<Record<Verdict, string>> = {
  approve: 'Approve this?',
  deny: 'Deny this?',
  revoke: 'End this?',
};

const flagsOf = {
  approve: { for: 'value', revision: 'value', yes: 'switch', output: 'value' },
  deny: { reason: 'value', revision: 'value', yes: 'switch', output: 'value' },
  revoke: { reason: 'value', yes: 'switch', output: 'value' },
} as const;

type Decision = {
  readonly id: string;
  readonly given: { readonly reason?: string; readonly for?: string };
  /** What was looked at before, elsewhere. */
  readonly revision: number | undefined;
  readonly isAgreed: boolean;
  readonly isJson: boolean;
};

/** `approve`, `deny` and `revoke`: shows the whole of a request, and decides on the revision that it has shown. */
export const decideCommand = (
  verdict: Verdict,
  words: readonly string[],
  environment: Environment,
): Promise<Answer> | Answer => {
  const decision = readDecision(verdict, words);
  if (typeof decision === 'string') return misspelt([decision, '', usages[verdict]]);
  const { id, given, isAgreed, isJson } = decision;
  return overApi(environment, isJson, async ({ api, call, terminal, signal }) => {
    const shown = await api.look(id, signal);
    if (!shown.ok) return cameTo(shown.error.problem);
    const whole = await readWhole(call, id, signal);
    if (!whole.ok) return cameTo(whole.error.problem);
    const request = shown.value;
    // Of the diff: what was said of the request before may be of an earlier one.
    const revision = decision.revision ?? whole.value.revision;
    terminal.tell(...sayRequest(request, Temporal.Now.instant()), ...sayWhole(whole.value, terminal.paint), '');
    if (!isAgreed && !terminal.isAttended) return cameTo(nobodyThere);
    if (!isAgreed && !(await terminal.agree(questions[verdict], signal)))
      return { outcome: signal.aborted ? 'interrupted' : 'withdrawn', request, problem: notDone };
    const of = verdict === 'revoke' ? {} : { revision };
    const decided = await decide(call, verdict, id, { ...of, ...given }, signal);
    return decided.ok ? { outcome: 'done', request: decided.value } : cameTo(decided.error.problem);
  });
};

/** A text says what is wrong. */
const readDecision = (verdict: Verdict, words: readonly string[]): Decision | string => {
  const line = readLine(words, flagsOf[verdict]);
  if (!line.ok) return line.error;
  const { revision, yes, output, ...flags } = { revision: undefined, yes: false, ...line.value.flags };
  const id = onlyId(line.value.words);
  const isJson = readOutput(output);
  if (id === undefined) return 'Say which request, by its id, like "k7m2-qx".';
  if (!isJson.ok) return isJson.error;
  if (revision !== undefined && !/^[1-9]\d{0,8}$/.test(revision)) return `--revision ${revision} is no number of one.`;
  const { reason, for: length } = { reason: undefined, for: undefined, ...flags };
  if (verdict !== 'approve' && (reason ?? '').trim() === '') return 'Say why with --reason "<why>".';
  return {
    id,
    given: { ...(reason === undefined ? {} : { reason }), ...(length === undefined ? {} : { for: length }) },
    revision: revision === undefined ? undefined : Number(revision),
    isAgreed: yes,
    isJson: isJson.value,
  };
};

const nobodyThere = problemOf(
  400,
  'nobody-there',
  'Nobody to ask',
  'There is no terminal on which this could be confirmed. Look at the request, and say --yes with the --revision that you have looked at.',
);
const notDone = problemOf(499, 'not-agreed', 'Not done', 'Nothing was decided.');
