import type { Json } from '#domain/json.ts';
import { problemsOfIssue } from '#domain/problem.ts';
import type { Use } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { accessSorts } from '#kinds/access/sorts.ts';
import type { Kind, KindModule } from '#kinds/kind.ts';
import { leastFor } from '#kinds/least.ts';
import { namesIn, twice } from '#kinds/names.ts';
import { type Ask, readAsk } from './ask.ts';
import { describeDebug, fieldsFor } from './describe.ts';
import { looksFor, planDebug, probesOf } from './plan.ts';
import { type Profile, permissionsOf, profilesFile, rulesIn } from './profiles.ts';

const usage = '[<profile>] <namespace>/<pod>,…';

/** Logs, commands and ports of pods that are named, for one person and a time: a Role and a binding, deleted when it is over. */
export const debug: KindModule = {
  name: 'debug',
  makes: accessSorts.filter(({ namespaced }) => namespaced),
  settingsFile: 'debug.yaml',
  isOptional: true,
  settingsList: 'profiles',
  settingsSchema: profilesFile,
  configure: (settings) => {
    const file = profilesFile.safeParse(settings);
    if (!file.success) return err(file.error.issues.flatMap(problemsOfIssue));
    const problems = twice(file.data.profiles);
    return problems.length > 0 ? err(problems) : ok(debugOver(file.data.profiles));
  },
};

const debugOver = (profiles: readonly Profile[]): Kind => {
  const read = (json: unknown) => readAsk(json, profiles);
  const settle = (json: unknown): Result<Json, string> => {
    const result = read(json);
    return result.ok ? ok(result.value.asked) : result;
  };
  const first = profiles[0]?.name ?? '';

  return {
    name: 'debug',
    title: 'Debug pods',
    usage,
    profiles: profiles.map(({ name, title }) => ({ profile: name, title, reachesFurther: false })),
    fields: (_, offered) => fieldsFor(profiles.filter(({ name }) => offered.includes(name))),
    fromWords: (words, objects) => {
      const [profile = first, ...more] = words;
      if (more.length > 0) return err(`"${more.join(' ').slice(0, 80)}" is too much. Write it like ${usage}.`);
      if (objects.length === 0) return err('Say which pods, behind their namespace: shop-front/web-0,web-1.');
      return settle({ profile, pods: objects });
    },
    fromForm: (values) => settle({ profile: values.profile?.[0] ?? '', pods: (values.pods ?? []).flatMap(namesIn) }),
    describe: (json) => {
      const result = read(json);
      return result.ok ? ok(describeDebug(result.value.profile, result.value.asked)) : result;
    },
    isForSomebody: true,
    mayBePermanent: false,
    mayBeExtended: 'beside',
    hasObjects: false,
    look: (json, namespace) => {
      const result = read(json);
      return result.ok ? ok(looksFor(result.value.asked, namespace)) : result;
    },
    plan: (json, context) => {
      const result = read(json);
      return result.ok ? planDebug(result.value.profile, result.value.asked, context) : result;
    },
    gives: (json, namespace) => {
      const result = read(json);
      return result.ok ? ok(probesOf(result.value.profile, result.value.asked.pods, namespace)) : result;
    },
    toType: (json, namespace) => {
      const result = read(json);
      if (!result.ok) return undefined;
      const { profile, pods } = result.value.asked;
      return `${profile} ${namespace}/${pods.join(',')}`;
    },
    narrower: (json, namespace, uses, may) => {
      const result = read(json);
      if (!result.ok) return undefined;
      const { profile, asked } = result.value;
      const offered = profiles.filter(({ name }) => name === profile.name || may(name));
      return narrowest(profile, asked, offered, uses, namespace);
    },
    permissions: permissionsOf(profiles),
    rights: profiles.map((one) => ({ profile: one.name, places: [{ in: 'requested', rules: rulesIn(one) }] })),
  };
};

/** Those of the pods that were used, by the profile that gives the least of what was. */
const narrowest = (
  profile: Profile,
  { pods }: Ask,
  offered: readonly Profile[],
  uses: readonly Use[],
  namespace: string,
): Json | undefined => {
  const used = pods.filter((pod) => uses.some(({ name }) => name === pod));
  const extents = [profile, ...offered.filter(({ name }) => name !== profile.name)]
    .flatMap((one) => [used, pods].map((some) => ({ one, some })))
    .filter(({ some }) => some.length > 0)
    .map(({ one, some }) => ({
      extent: { profile: one.name, pods: [...some] },
      rights: probesOf(one, some, namespace),
    }));
  return leastFor(probesOf(profile, pods, namespace), extents, uses);
};
