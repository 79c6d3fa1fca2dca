import { callersIn, identitiesFile, identitiesIn, templateIn, tokenPeopleIn } from '#domain/identities-file.ts';
import { protectionsIn } from '#domain/policy/protect-file.ts';
import { groupsIn, rulesFile, rulesIn } from '#domain/policy/rules-file.ts';
import { type Suspicion, suspicionsOf } from '#domain/policy/suspicions.ts';
import { watchIn } from '#domain/policy/watch-file.ts';
import { ok, type Result } from '#domain/result.ts';
import { kindModules } from '#kinds/index.ts';
import type { Settings } from '#use-cases/ports.ts';
import { examineApart } from './examine-apart.ts';
import type { Examined } from './examine-policy.ts';
import { type PolicyFiles, readPolicyFiles } from './policy-files.ts';

/** The settings of a policy folder, and where in its files things stand, for later complaints. */
export type PolicyFolder = {
  readonly settings: Settings;
  readonly whereIsGroup: (name: string) => string;
  readonly whereIsRule: (index: number) => string;
  readonly whereIsProtection: (index: number) => string;
  /** Of a kind by its place among the kinds. */
  readonly whereIsProfile: (kind: number, index: number) => string;
};

/**
 * Reads a policy folder: `rules.yaml`, `identities.yaml` and each kind's own file, which some kinds need not have. Either all of it is right, or every
 * problem is named with file, line and remedy.
 */
export const readPolicyFolder = async (folder: string): Promise<Result<PolicyFolder, readonly string[]>> =>
  policyFolderOf(await readPolicyFiles(folder));

/** The same of files that were read already; what takes long in it does not keep the event loop. */
export const policyFolderOf = async (files: PolicyFiles): Promise<Result<PolicyFolder, readonly string[]>> => {
  const examined = await examineApart(files);
  return examined.ok ? ok(folderFrom(examined.value)) : examined;
};

/** A folder that was examined, ready for use. */
export const folderFrom = ({ hash, lines, ...values }: Examined): PolicyFolder => {
  const rules = rulesFile.parse(values.rules);
  const people = identitiesFile.parse(values.identities);
  return {
    settings: {
      policy: {
        groups: groupsIn(rules),
        rules: rulesIn(rules),
        protect: protectionsIn(rules.protect),
        watch: watchIn(rules.watch),
        adminChannel: rules.adminChannel,
        auditChannel: rules.auditChannel,
        retention: rules.retention,
        slackAway: rules.slackAway?.lastKnownFor.total('milliseconds'),
        hash,
      },
      identities: identitiesIn(people),
      identityTemplate: templateIn(people),
      callers: callersIn(people),
      tokenPeople: tokenPeopleIn(people),
      kinds: kindModules.flatMap((module, index) => {
        const value = values.kinds[index];
        if (value === undefined && module.isOptional) return [];
        const kind = module.configure(value);
        if (!kind.ok) throw new Error(`${module.settingsFile} was right a moment ago`, { cause: kind.error });
        return [kind.value];
      }),
    },
    whereIsGroup: (name) => lines.groups.get(name) ?? lines.allGroups,
    whereIsRule: (index) => lines.rules[index] ?? 'rules.yaml',
    whereIsProtection: (index) => lines.protect[index] ?? 'rules.yaml',
    whereIsProfile: (kind, index) => lines.profiles[kind]?.[index] ?? '',
  };
};

/** What is valid and probably a mistake, each with file, line and remedy. */
export const warningsOf = (folder: PolicyFolder): readonly string[] =>
  suspicionsOf(folder.settings.policy, folder.settings.kinds).map(
    ({ about, message }) => `${whereIs(folder, about)}: ${message}`,
  );

const whereIs = (folder: PolicyFolder, about: Suspicion['about']): string => {
  switch (about.type) {
    case 'rule':
      return folder.whereIsRule(about.index);
    case 'group':
      return folder.whereIsGroup(about.name);
    case 'protection':
      return folder.whereIsProtection(about.index);
    case 'profile':
      return folder.whereIsProfile(about.kind, about.index);
  }
};
