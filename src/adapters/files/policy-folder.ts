import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { identitiesFile, identitiesIn, sharedIn } from '#domain/identities-file.ts';
import { compileCondition } from '#domain/policy/condition.ts';
import { compilePattern } from '#domain/policy/pattern.ts';
import { matches } from '#domain/policy/policy.ts';
import { groupsIn, problemsOf, type RulesFile, rulesFile, rulesIn } from '#domain/policy/rules-file.ts';
import { type Problem, problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { kindModules } from '#kinds/index.ts';
import type { Kind } from '#kinds/kind.ts';
import type { Settings } from '#use-cases/ports.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/** The settings of a policy folder, and where in its files a group or a rule stands, for later complaints. */
export type PolicyFolder = {
  readonly settings: Settings;
  readonly whereIsGroup: (name: string) => string;
  readonly whereIsRule: (index: number) => string;
};

/**
 * Reads a policy folder: `rules.yaml`, `identities.yaml` and each kind's own file. Either all of it is right, or every
 * problem is named with file, line and remedy.
 */
export const readPolicyFolder = async (folder: string): Promise<Result<PolicyFolder, readonly string[]>> => {
  const kindFiles = kindModules.map(({ settingsFile }) => readYaml(folder, settingsFile));
  const [rules, identities, ...forKinds] = await Promise.all([
    readYaml(folder, 'rules.yaml'),
    readYaml(folder, 'identities.yaml'),
    ...kindFiles,
  ]);
  const ruled = checked(rules, rulesFile, (file) => problemsOf(file, compile));
  const people = checked(identities, identitiesFile, sharedIn);
  const kinds = kindModules.map((module, index) => configured(module, forKinds[index]));

  const nowhere =
    ruled.ok && kinds.every(({ ok: fine }) => fine)
      ? speakingOfNothing(
          rules,
          ruled.value,
          kinds.flatMap((kind) => (kind.ok ? [kind.value] : [])),
        )
      : [];
  const problems = [ruled, people, ...kinds].flatMap((result) => (result.ok ? [] : result.error)).concat(nowhere);
  if (!ruled.ok || !people.ok || problems.length > 0) return err(problems);
  const hash = createHash('sha256');
  for (const { text } of [rules, identities, ...forKinds]) hash.update(text).update('\0');
  const policy = {
    groups: groupsIn(ruled.value),
    rules: rulesIn(ruled.value, compile),
    adminChannel: ruled.value.adminChannel,
    hash: hash.digest('hex'),
  };
  return ok({
    settings: {
      policy,
      identities: identitiesIn(people.value),
      kinds: kinds.flatMap((kind) => (kind.ok ? [kind.value] : [])),
    },
    whereIsGroup: (name) => rules.where(['groups', name]),
    whereIsRule: (index) => rules.where(['rules', index]),
  });
};

const compile = { condition: compileCondition, pattern: compilePattern };

/** A name without `*` that nothing bears: the rule would not speak of what it was written for, and another would. */
const speakingOfNothing = (file: YamlFile, { rules }: RulesFile, kinds: readonly Kind[]): readonly string[] => {
  const known = {
    kinds: kinds.map(({ name }) => name),
    profiles: kinds.flatMap(({ profiles }) => profiles.map(({ profile }) => profile)),
  };
  return rules.flatMap(({ match }, index) =>
    (['kinds', 'profiles'] as const).flatMap((part) =>
      match[part].flatMap((pattern, place) => {
        if (known[part].some((name) => matches(pattern, name))) return [];
        const message = `"${pattern}" fits none of the ${part} there are: ${known[part].join(', ')}.`;
        return [sayProblem(file, { path: ['rules', index, 'match', part, place], message })];
      }),
    ),
  );
};

const checked = <S extends z.ZodType>(
  file: YamlFile,
  schema: S,
  further: (value: z.output<S>) => readonly Problem[],
): Result<z.output<S>, readonly string[]> => {
  if (file.problems.length > 0) return err(file.problems);
  const parsed = schema.safeParse(file.value);
  if (!parsed.success)
    return err(parsed.error.issues.flatMap(problemsOfIssue).map((problem) => sayProblem(file, problem)));
  const more = further(parsed.data);
  return more.length > 0 ? err(more.map((problem) => sayProblem(file, problem))) : ok(parsed.data);
};

const configured = (module: (typeof kindModules)[number], file: YamlFile | undefined) => {
  if (file === undefined || file.problems.length > 0) return err(file?.problems ?? []);
  const kind = module.configure(file.value);
  return kind.ok ? kind : err(kind.error.map((problem) => sayProblem(file, problem)));
};

const sayProblem = (file: YamlFile, { path, message }: Problem): string =>
  `${file.where(path)}: ${path.length === 0 ? '' : `"${path.join('.')}": `}${message}`;
