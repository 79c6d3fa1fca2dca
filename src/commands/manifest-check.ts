import { readManifestObjects } from '#adapters/files/manifest-objects.ts';
import { levelOf } from '#domain/risk/assess.ts';
import { type Finding, type Severity, severities } from '#domain/risk/finding.ts';
import { oneLine } from '#domain/text.ts';
import { type Judged, judgeManifests } from '#use-cases/judge-manifests.ts';
import { type Answer, done, failed, misspelt } from './answer.ts';
import { type Flags, readFlags } from './flags.ts';
import { readRequesting, requestChecked } from './manifest-check-request.ts';
import { sarifOf } from './manifest-check-sarif.ts';
import { checkJson, rulesJson, sayCheck, sayJson, sayRules } from './manifest-check-text.ts';
import { asking, inFull } from './request-line.ts';

const known = {
  ...asking,
  file: 'values',
  base: 'value',
  namespace: 'value',
  'fail-on': 'value',
  'request-if': 'value',
  output: 'value',
  rules: 'switch',
} as const;
type Asked = Flags<typeof known>;

const limits = [...severities, 'never'] as const;
const outputs = ['text', 'json', 'sarif'] as const;
const statuses = { medium: 3, high: 4, critical: 5 } as const;

const usage = `hallpass check -f <file|folder|-> [-f …] [--base <file|folder|->] [--fail-on medium|high|critical|never] [--output text|json|sarif]
               [--request-if medium|high|critical --reason <why> [-n <namespace>] [--for <30m>|good] [--wait [--timeout <30m>]] …]
hallpass check --rules [--output text|json]`;
const wrong = (why: string): Answer => misspelt([why, '', usage]);

/**
 * `check`: says what is dangerous in manifests, or in what they change. Its exit status is 3 (medium), 4 (high) or 5 (critical)
 * when the worst that they introduce is at least what --fail-on says. Asks no cluster.
 */
export const checkManifests = async (
  words: readonly string[],
  stdin: AsyncIterable<Uint8Array> = process.stdin,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Answer> => {
  if (words.length === 1 && words[0] === '--help') return done(usage.split('\n'));
  const flags = readFlags(words.map(inFull), known);
  if (!flags.ok) return wrong(flags.error);
  const { file: files = [], base, output = 'text', 'fail-on': failOn = 'high', rules } = flags.value;
  if (!isOneOf(outputs, output)) return wrong(`--output ${output} is not understood. Write ${outputs.join(', ')}.`);
  if (!isOneOf(limits, failOn)) return wrong(`--fail-on ${failOn} is not understood. Write ${limits.join(', ')}.`);
  if (rules === true) return listRules(flags.value, output);
  const requesting = readRequesting(flags.value);
  if (!requesting.ok) return wrong(requesting.error);
  if (files.length === 0)
    return wrong('What shall be checked? Name a file or a folder with -f, or "-": standard input.');
  if ([...files, base].filter((name) => name === '-').length > 1)
    return wrong('Standard input ("-") can be read once. Name a file for the other.');

  const is = await readManifestObjects(files, stdin);
  const was = base === undefined ? { objects: [], notes: [], problems: [] } : await readManifestObjects([base], stdin);
  const notes = [...is.notes, ...was.notes];
  const problems = [...is.problems, ...was.problems];
  if (problems.length === 0 && is.objects.length === 0)
    problems.push(
      `There is no Kubernetes object in ${files.map(sayFile).join(', ')}. Did what should have written it fail?`,
    );
  if (problems.length > 0) return failed([...notes, ...problems]);
  const judged = judgeManifests(is.objects, base === undefined ? undefined : was.objects);
  if (!judged.ok) return failed([...notes, ...judged.error]);
  const level = requesting.value?.level;
  if (requesting.value !== undefined && level !== undefined && statusOf(judged.value.findings, level) !== 0)
    return requestChecked(requesting.value, is.objects, environment, notes, (came) =>
      say(judged.value, output, base !== undefined, came),
    );
  return {
    status: statusOf(judged.value.findings, failOn),
    out: say(judged.value, output, base !== undefined),
    errors: notes,
  };
};

const sayFile = (name: string): string => (name === '-' ? 'standard input' : oneLine(name));

const isOneOf = <T extends string>(all: readonly T[], one: string): one is T => all.some((other) => other === one);

const statusOf = (findings: readonly Finding[], failOn: Severity | 'never'): Answer['status'] => {
  const worst = levelOf(findings);
  if (worst === 'none' || failOn === 'never') return 0;
  return severities.indexOf(worst) <= severities.indexOf(failOn) ? statuses[worst] : 0;
};

const say = (
  judged: Judged,
  output: (typeof outputs)[number],
  isCompared: boolean,
  came: object = {},
): readonly string[] => {
  switch (output) {
    case 'text':
      return sayCheck(judged);
    case 'json':
      return [sayJson({ ...checkJson(judged), ...came })];
    case 'sarif':
      return [sayJson(sarifOf(judged, { isCompared, from: process.cwd() }))];
  }
};

const listRules = (asked: Asked, output: (typeof outputs)[number]): Answer => {
  const { file, base, 'fail-on': failOn } = asked;
  if (file !== undefined || base !== undefined || failOn !== undefined || asked['request-if'] !== undefined)
    return wrong('--rules lists all rules, whatever there is to be checked. Leave the other flags out.');
  if (output === 'sarif') return wrong('--rules is said as text or as JSON. Write --output json.');
  return done(output === 'json' ? [sayJson(rulesJson())] : sayRules());
};
