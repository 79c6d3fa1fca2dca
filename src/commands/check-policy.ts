import { casesName, readPolicyCases } from '#adapters/files/policy-cases.ts';
import { readText } from '#adapters/files/policy-files.ts';
import { type PolicyFolder, warningsOf } from '#adapters/files/policy-folder.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import type { Result } from '#domain/result.ts';
import type { Settings } from '#use-cases/ports.ts';
import { failingCases } from './policy.ts';

/** Warnings, and cases that fail, that are told one by one. */
const most = 20;

/** What `policy check` and `policy test` say of a folder. */
export const checkPolicy = async (
  folder: string,
  read: Result<PolicyFolder, readonly string[]>,
): Promise<readonly Finding[]> => {
  if (!read.ok) return read.error.map(wrong);
  const { policy, identities, kinds } = read.value.settings;
  const profiles = kinds.flatMap((kind) => kind.profiles).length;
  return [
    fine(
      `${folder}: ${policy.rules.length} rules, ${policy.groups.size} groups, ${identities.length} people, ${profiles} profiles.`,
    ),
    ...first(warningsOf(read.value), `npx hallpass policy check ${folder}`).map(caution),
    ...(await checkCases(folder, read.value.settings)),
  ];
};

/** No folder has to have cases: what is mounted for a process often is without them. */
const checkCases = async (folder: string, settings: Settings): Promise<readonly Finding[]> => {
  if ((await readText(folder, casesName)).isAbsent) return [];
  const cases = await readPolicyCases(folder);
  if (!cases.ok) return first(cases.error, `npx hallpass policy test ${folder}`).map(caution);
  const failing = await failingCases(settings, cases.value);
  return failing.length === 0
    ? [fine(`${casesName}: all ${cases.value.length} cases come to what they expect.`)]
    : first(failing, `npx hallpass policy test ${folder}`).map(wrong);
};

const first = (lines: readonly string[], all: string): readonly string[] =>
  lines.length <= most
    ? lines
    : [...lines.slice(0, most), `There are ${lines.length - most} more: \`${all}\` has all.`];
