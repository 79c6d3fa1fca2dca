import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Description, Field, Kind, KindModule, Permissions, PodsEnd } from '#kinds/kind.ts';
import { namesIn, sayName, twice } from '#kinds/names.ts';
import { type Ask, isPodName, most, readAsk } from './ask.ts';
import { looksFor, planDeletion } from './plan.ts';
import { podSort } from './pods.ts';
import { sayMoment, sayPods } from './say.ts';

const profile = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'not a name; names are in lower case, with - between')
    .describe('What rules name under match.profiles.'),
  title: z.string().min(1).max(70).describe('What the form offers.'),
});
type Profile = z.infer<typeof profile>;

const profilesFile = z
  .strictObject({ profiles: z.array(profile).min(1) })
  .describe('That pods can be deleted through Hallpass, and under which name rules speak of it.');

/** Pods deleted, and with them whatever is open in them: once and for good, each of them as the one that was there when it was asked. */
export const deletePod: KindModule = {
  name: 'delete-pod',
  makes: [],
  settingsFile: 'delete-pod.yaml',
  isOptional: true,
  settingsList: 'profiles',
  settingsSchema: profilesFile,
  configure: (settings) => {
    const file = profilesFile.safeParse(settings);
    if (!file.success) return err(file.error.issues.flatMap(problemsOfIssue));
    const problems = twice(file.data.profiles);
    return problems.length > 0 ? err(problems) : ok(deletionOver(file.data.profiles));
  },
};

/** It makes no pod and changes none. */
const permissions: Permissions = {
  namespaced: [{ apiGroups: [''], resources: [podSort.resource], verbs: ['get', 'list', 'delete'] }],
  inNamespaces: {},
  clusterWide: [],
};

const usage = '<namespace>/<pod>,…';

const deletionOver = (profiles: readonly Profile[]): Kind => {
  const read = (json: unknown): Result<Ask, string> => {
    const asked = readAsk(json);
    if (!asked.ok || profiles.some(({ name }) => name === asked.value.profile)) return asked;
    const name = JSON.stringify(asked.value.profile.slice(0, 80));
    return err(`There is no profile ${name}. The form behind /jit shows what you may ask for.`);
  };
  const settle = (json: unknown): Result<Json, string> => {
    const asked = read(json);
    return asked.ok ? ok(asJson(asked.value)) : asked;
  };
  const first = profiles[0]?.name ?? '';

  return {
    name: 'delete-pod',
    title: 'Delete pods',
    usage,
    profiles: profiles.map(({ name, title }) => ({ profile: name, title, reachesFurther: false })),
    fields: (_, offered) => fieldsFor(profiles.filter(({ name }) => offered.includes(name))),
    fromWords: (words, objects) => {
      const [name = first, ...more] = words;
      if (more.length > 0 || objects.length === 0)
        return err('Say which pods, behind their namespace: shop-front/web-0,web-1.');
      return settle({ profile: name, pods: objects });
    },
    fromForm: (values) => settle({ profile: values.profile?.[0] ?? '', pods: (values.pods ?? []).flatMap(namesIn) }),
    describe: (json) => {
      const asked = read(json);
      return asked.ok ? ok(describeDeletion(asked.value)) : asked;
    },
    isForSomebody: false,
    mayBePermanent: true,
    isOnlyPermanent: true,
    byUid: true,
    mayBeExtended: 'no',
    hasObjects: true,
    look: (json, namespace) => {
      const asked = read(json);
      return asked.ok ? ok(looksFor(asked.value, namespace)) : asked;
    },
    plan: (json, context) => {
      const asked = read(json);
      return asked.ok ? planDeletion(asked.value, context) : asked;
    },
    endsPods: (pods, madeBefore) => endOf(first, pods, madeBefore.toString({ smallestUnit: 'second' })),
    permissions,
  };
};

const asJson = ({ profile: name, pods, madeBefore }: Ask): Json => ({
  profile: name,
  pods,
  ...(madeBefore === undefined ? {} : { madeBefore }),
});

const endOf = (profile: string, pods: readonly string[], madeBefore: string): PodsEnd => {
  const all = [...new Set(pods)].sort();
  const [named, leftOut] = [all.filter(isPodName), all.filter((name) => !isPodName(name))];
  const batches = Array.from({ length: Math.ceil(named.length / most) }, (_, nth) =>
    named.slice(nth * most, (nth + 1) * most),
  );
  return { asks: batches.map((some) => ({ pods: some, ask: asJson({ profile, pods: some, madeBefore }) })), leftOut };
};

/** The bot lists no pods, for what they run stands in them: names are typed. */
const fieldsFor = (offered: readonly Profile[]): readonly Field[] => [
  {
    name: 'profile',
    label: 'What for',
    input: { type: 'choice', options: offered.map(({ name, title }) => ({ value: name, label: title })) },
  },
  {
    name: 'pods',
    label: 'Which pods',
    hint: 'Their names, with commas between; at most 20. They are deleted for good.',
    input: { type: 'names' },
  },
];

const describeDeletion = ({ profile: name, pods, madeBefore }: Ask): Description => ({
  profiles: [name],
  noun: 'change',
  reachesFurther: false,
  title: titleOf(pods, madeBefore !== undefined),
  objects: pods,
  powers: [
    `End ${sayPods(pods)}, with whatever is open in ${pods.length === 1 ? 'it' : 'them'}`,
    ...(madeBefore === undefined
      ? []
      : [`No pod that was made after ${sayMoment(Temporal.Instant.from(madeBefore))}, whatever its name`]),
  ],
  cautions: [
    'No PodDisruptionBudget holds it back: budgets hold back evictions only.',
    'A pod has its own time to end. What is open in it may go on until then.',
  ],
});

/** Some of those that were made before a moment may be gone by now. */
const titleOf = (pods: readonly string[], isOfBefore: boolean): string =>
  pods.length === 1
    ? `Delete pod ${sayName(pods[0] ?? '')}`
    : `Delete ${isOfBefore ? 'up to ' : ''}${pods.length} pods`;
