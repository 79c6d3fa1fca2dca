import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { callersIn, identitiesFile, sharedIn } from '#domain/identities-file.ts';
import { compileCondition } from '#domain/policy/condition.ts';
import { matches } from '#domain/policy/policy.ts';
import { resourcesIn } from '#domain/policy/protect-file.ts';
import { problemsOf, type RulesFile, rulesFile } from '#domain/policy/rules-file.ts';
import { type Problem, problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { kindModules } from '#kinds/index.ts';
import { heldSorts, type Kind } from '#kinds/kind.ts';
import type { FileText, PolicyFiles } from './policy-files.ts';
import { parseYaml, type YamlFile } from './yaml-file.ts';

/** What the files of a policy folder say, found to be right, and the lines that it stands in. Plain data. */
export type Examined = {
  /** SHA-256 of the files. */
  readonly hash: string;
  readonly rules: unknown;
  readonly identities: unknown;
  /** In the order of the kinds; undefined for one that the folder does not have. */
  readonly kinds: readonly unknown[];
  readonly lines: {
    readonly allGroups: string;
    readonly groups: ReadonlyMap<string, string>;
    readonly rules: readonly string[];
    readonly protect: readonly string[];
    /** Of each kind that the folder has, in the order of its file. */
    readonly profiles: readonly (readonly string[])[];
  };
};

/** Either all files are right, or every problem is named with file, line and remedy. */
export const examinePolicy = ({ files }: Pick<PolicyFiles, 'files'>): Result<Examined, readonly string[]> => {
  const [ofRules, ofPeople, ...forKinds] = files;
  if (ofRules === undefined || ofPeople === undefined || forKinds.length < kindModules.length)
    throw new Error('A policy folder has more files than these');
  const [rules, identities] = [parseYaml(ofRules), parseYaml(ofPeople)];
  const ruled = checked(rules, rulesFile, problemsOf);
  const people = checked(identities, identitiesFile, sharedIn);
  const present = kindModules.flatMap((module, nth) => {
    const file = forKinds[nth];
    return file === undefined || isLeftOut(module, file) ? [] : [{ module, nth, file: parseYaml(file) }];
  });
  const kinds = present.map(({ module, file }) => configured(module, file));

  const known = kinds.flatMap((kind) => (kind.ok ? [kind.value] : []));
  const nobody =
    ruled.ok && people.ok
      ? speakingOfNobody(
          rules,
          ruled.value,
          callersIn(people.value).map(({ name }) => name),
        )
      : [];
  const nowhere =
    ruled.ok && known.length === kinds.length
      ? [
          ...speakingOfNothing(rules, ruled.value, known),
          ...speakingOfNoObjects(rules, ruled.value, known),
          ...protectingNothing(rules, ruled.value, known),
        ]
      : [];
  const problems = [ruled, people, ...kinds]
    .flatMap((result) => (result.ok ? [] : result.error))
    .concat(nobody, nowhere);
  if (!ruled.ok || !people.ok || problems.length > 0) return err(problems);
  return ok({
    hash: hashOf(files),
    rules: rules.value,
    identities: identities.value,
    kinds: kindModules.map((_, index) => present.find(({ nth }) => nth === index)?.file.value),
    lines: {
      allGroups: rules.where(['groups']),
      groups: new Map(Object.keys(ruled.value.groups).map((name) => [name, rules.where(['groups', name])])),
      rules: ruled.value.rules.map((_, index) => rules.where(['rules', index])),
      protect: ruled.value.protect.map((_, index) => rules.where(['protect', index])),
      profiles: kinds.map((kind, nth) =>
        kind.ok ? kind.value.profiles.map((_, index) => whereIs(present[nth], index)) : [],
      ),
    },
  });
};

type Module = (typeof kindModules)[number];

const isLeftOut = ({ isOptional }: Module, { isAbsent }: FileText): boolean => isOptional === true && isAbsent === true;

const whereIs = (kind: { readonly module: Module; readonly file: YamlFile } | undefined, index: number): string =>
  kind?.file.where([kind.module.settingsList, index]) ?? '';

/** A file that a folder need not have leaves the hash of one without it as it was before there was such a file. */
const hashOf = (files: readonly FileText[]): string => {
  const hash = createHash('sha256');
  const optional = new Set(kindModules.filter((module) => module.isOptional).map(({ settingsFile }) => settingsFile));
  for (const { text } of files.filter(({ name, isAbsent }) => !(isAbsent && optional.has(name))))
    hash.update(text.ok ? text.value : '').update('\0');
  return hash.digest('hex');
};

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

/** The same of a pipeline or agent that is not there. */
const speakingOfNobody = (file: YamlFile, { rules }: RulesFile, known: readonly string[]): readonly string[] =>
  rules.flatMap(({ match: { callers = [] } }, index) =>
    callers.flatMap((pattern, place) => {
      if (known.some((name) => matches(pattern, name))) return [];
      const are = known.length === 0 ? 'identities.yaml has none' : `there are: ${known.join(', ')}`;
      const message = `"${pattern}" fits no pipeline or agent; ${are}.`;
      return [sayProblem(file, { path: ['rules', index, 'match', 'callers', place], message })];
    }),
  );

/** A condition over all objects is true of none: of a kind that has none it would say nothing, and always yes. */
const speakingOfNoObjects = (file: YamlFile, { rules }: RulesFile, kinds: readonly Kind[]): readonly string[] =>
  rules.flatMap(({ match }, index) => {
    const condition = match.if === undefined ? undefined : compileCondition(match.if);
    if (condition?.ok !== true || !(condition.value.speaksOf('before') || condition.value.speaksOf('after'))) return [];
    const without = kinds.filter(
      ({ name, hasObjects }) => !hasObjects && match.kinds.some((one) => matches(one, name)),
    );
    return without.map(({ name }) =>
      sayProblem(file, {
        path: ['rules', index, 'match', 'if'],
        message: `speaks of objects, and a request of kind "${name}" has none; name other kinds under "match.kinds"`,
      }),
    );
  });

/** What is protected is held and becomes a request, so that some kind has to know it. */
const protectingNothing = (file: YamlFile, { protect }: RulesFile, kinds: readonly Kind[]): readonly string[] => {
  const sorts = heldSorts(kinds);
  const known = sorts.map(({ profile }) => profile);
  const byAuthor = sorts.flatMap((sort) => (sort.byAuthor === true ? [sort.profile] : []));
  return resourcesIn(protect)
    .flatMap(([name, path]) => {
      if (known.includes(name)) return [];
      const message = `"${name}" is no sort of objects that can be held. There are: ${known.join(', ')}.`;
      return [sayProblem(file, { path: ['protect', ...path], message })];
    })
    .concat(
      protect.flatMap(({ complete, resources }, index) => {
        const never = resources.filter((name) => byAuthor.includes(name));
        if (complete.includes('retry') || never.length === 0) return [];
        const message = `only their author can write ${never.join(', ')}; name "retry" too`;
        return [sayProblem(file, { path: ['protect', index, 'complete'], message })];
      }),
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

const configured = (module: Module, file: YamlFile) => {
  if (file.problems.length > 0) return err(file.problems);
  const kind = module.configure(file.value);
  return kind.ok ? kind : err(kind.error.map((problem) => sayProblem(file, problem)));
};

const sayProblem = (file: YamlFile, { path, message }: Problem): string =>
  `${file.where(path)}: ${path.length === 0 ? '' : `"${path.join('.')}": `}${message}`;
