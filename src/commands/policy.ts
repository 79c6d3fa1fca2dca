import { basename, dirname } from 'node:path';
import { casesName, readPolicyCases, type WrittenCase } from '#adapters/files/policy-cases.ts';
import { readPolicyFolder } from '#adapters/files/policy-folder.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { explain, judgeCase, unexpected } from '#use-cases/policy-case.ts';
import type { Settings } from '#use-cases/ports.ts';

type Answer = Result<readonly string[], readonly string[]>;

/** Runs the cases of a policy folder's `tests.yaml`, or of another file. Asks no cluster and no Slack. */
export const testPolicy = async (folder: string, file?: string): Promise<Answer> => {
  const read = await readAll(folder, file);
  if (!read.ok) return read;
  const { settings, cases } = read.value;
  const wrong = await failingCases(settings, cases);
  const count = `${cases.length - wrong.length} of ${cases.length} cases are as expected`;
  return wrong.length === 0 ? ok([`${count}.`]) : err([...wrong, `${count}.`]);
};

/** Each case that comes to something else than it expects, with why. */
export const failingCases = async (settings: Settings, cases: readonly WrittenCase[]): Promise<readonly string[]> => {
  const wrong: string[] = [];
  for (const one of cases) {
    const why = await whyWrong(settings, one);
    if (why !== undefined) wrong.push(`${one.where}: "${one.name}": ${why}`);
  }
  return wrong;
};

const whyWrong = async (settings: Settings, one: WrittenCase): Promise<string | undefined> => {
  if (one.expect === undefined) return 'it expects nothing. Give it an "expect".';
  const named = one.expect.rule ?? one.expect.refused ?? one.expect.failed;
  if (named !== undefined && !settings.policy.rules.some(({ name }) => name === named))
    return `it expects a rule "${named}", which there is not.`;
  const judged = await judgeCase(settings, one, Temporal.Now.instant());
  if (!judged.ok) return judged.error;
  const instead = unexpected(judged.value, one.expect);
  return instead === undefined ? undefined : `it expects ${JSON.stringify(one.expect)}, and ${instead}.`;
};

/** Says of each case what each rule makes of it, and what comes of it. */
export const explainPolicy = async (folder: string, file?: string): Promise<Answer> => {
  const read = await readAll(folder, file);
  if (!read.ok) return read;
  const { settings, cases } = read.value;
  const said: string[] = [];
  for (const one of cases) {
    const judged = await judgeCase(settings, one, Temporal.Now.instant());
    if (!judged.ok) return err([`${one.where}: "${one.name}": ${judged.error}`]);
    said.push(`${one.where}: ${one.name}`, ...explain(settings.policy, judged.value).map((line) => `  ${line}`), '');
  }
  return ok(said.slice(0, -1));
};

const readAll = async (folder: string, file?: string) => {
  const read = await readPolicyFolder(folder);
  const cases =
    file === undefined ? await readPolicyCases(folder) : await readPolicyCases(dirname(file), basename(file));
  const problems = [...(read.ok ? [] : read.error), ...(cases.ok ? [] : cases.error)];
  if (!read.ok || !cases.ok) return err(problems.map((problem) => explainMissing(problem, file)));
  return ok({ settings: read.value.settings, cases: cases.value });
};

const explainMissing = (problem: string, file: string | undefined): string =>
  file === undefined && problem.startsWith(`${casesName}: cannot be read`)
    ? `${casesName}: there is none in this folder. Write cases there, or name another file behind the folder.`
    : problem;
