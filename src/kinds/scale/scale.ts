import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Description, Field, Kind, KindModule, Permissions } from '#kinds/kind.ts';
import { namesIn, readNumber } from '#kinds/workloads/ask.ts';
import { listsBudgets } from '#kinds/workloads/budgets.ts';
import { valueIn, workloadFields } from '#kinds/workloads/fields.ts';
import { sayCount, sayWorkloads } from '#kinds/workloads/say.ts';
import { kindsOf, problemsOf, profileFor, profileNamed, profileOf, scalable } from '#kinds/workloads/settings.ts';
import { changes } from '#kinds/workloads/sorts.ts';
import { type Ask, asJson, readAsk } from './ask.ts';
import { looksFor, planScaling } from './plan.ts';
import { listsScalers } from './scalers.ts';

const profile = profileOf(scalable).extend({
  most: z.int().min(1).max(10_000).default(50).describe('So many pods at most can be asked for.'),
});
type Profile = z.infer<typeof profile>;

const scaleFile = z
  .strictObject({ profiles: z.array(profile).min(1) })
  .describe(
    'Which sorts of workloads can be scaled through Hallpass, how far, and under which names rules speak of them.',
  );

/** How many pods a workload has, for a time or for good. */
export const scale: KindModule = {
  name: 'scale',
  makes: [],
  settingsFile: 'scale.yaml',
  isOptional: true,
  settingsList: 'profiles',
  settingsSchema: scaleFile,
  configure: (settings) => {
    const file = scaleFile.safeParse(settings);
    if (!file.success) return err(file.error.issues.flatMap(problemsOfIssue));
    const problems = problemsOf(file.data.profiles);
    return problems.length > 0 ? err(problems) : ok(scaleOver(file.data.profiles));
  },
};

const permissionsOf = (profiles: readonly Profile[]): Permissions => ({
  namespaced: [changes(kindsOf(profiles)), listsScalers, listsBudgets],
  inNamespaces: {},
  clusterWide: [],
});

type Read = { readonly asked: Ask; readonly profile: Profile };

const scaleOver = (profiles: readonly Profile[]): Kind => {
  const read = (json: unknown): Result<Read, string> => {
    const asked = readAsk(json);
    if (!asked.ok) return asked;
    const found = profileFor(profiles, asked.value.profile);
    if (!found.ok) return found;
    const { most } = found.value;
    if (asked.value.replicas > most)
      return err(
        `${sayCount(asked.value.replicas, 'pod')} are more than the ${most} that can be asked for. Whoever keeps the policy says how many (scale.yaml).`,
      );
    return ok({ asked: asked.value, profile: found.value });
  };
  const settle = (json: unknown): Result<Json, string> => {
    const result = read(json);
    return result.ok ? ok(asJson(result.value.asked)) : result;
  };

  return {
    name: 'scale',
    title: 'Number of pods',
    usage,
    profiles: profiles.map(({ name, title }) => ({ profile: name, title, reachesFurther: false })),
    fields: (chosen, offered) =>
      fieldsFor(
        profiles.filter(({ name }) => offered.includes(name)),
        chosen,
      ),
    fromWords: (words, objects) => {
      const asked = fromWords(profiles, words, objects);
      return asked.ok ? settle(asked.value) : asked;
    },
    fromForm: (values) => {
      const replicas = numberOf(valueIn(values, 'replicas'));
      if (!replicas.ok) return replicas;
      const names = (values.objects ?? []).flatMap(namesIn);
      return settle({ profile: valueIn(values, 'profile'), names, replicas: replicas.value });
    },
    describe: (json) => {
      const result = read(json);
      return result.ok ? ok(describeScaling(result.value)) : result;
    },
    isForSomebody: false,
    mayBePermanent: true,
    mayBeExtended: 'in-place',
    hasObjects: true,
    look: (json, namespace) => {
      const result = read(json);
      return result.ok ? ok(looksFor(result.value.asked, result.value.profile.kind, namespace)) : result;
    },
    plan: (json, context) => {
      const result = read(json);
      return result.ok ? planScaling(result.value.asked, result.value.profile.kind, context) : result;
    },
    permissions: permissionsOf(profiles),
  };
};

const usage = '[deployment|statefulset] <pods> <namespace>/<name>,…';

const numberOf = (typed: string): Result<number, string> => {
  const number = readNumber(typed);
  return number === undefined
    ? err(`${JSON.stringify(typed.slice(0, 80))} is not a number of pods. Write a whole number from 0 on, like 5.`)
    : ok(number);
};

const fromWords = (
  profiles: readonly Profile[],
  words: readonly string[],
  objects: readonly string[],
): Result<Json, string> => {
  const [count, word, ...more] = words.toReversed();
  if (count === undefined) return err('Say how many pods, and of which: 5 shop-front/web.');
  const replicas = numberOf(count);
  if (!replicas.ok) return replicas;
  const found = profileNamed(profiles, word);
  if (found === undefined || more.length > 0)
    return err(
      `${JSON.stringify(words.slice(0, -1).join(' ').slice(0, 80))} cannot be scaled. Write it like: scale ${usage}.`,
    );
  if (objects.length === 0) return err('Say which, behind their namespace: shop-front/web,api.');
  return ok({ profile: found.name, names: objects, replicas: replicas.value });
};

const fieldsFor = (offered: readonly Profile[], chosen: Readonly<Record<string, string>>): readonly Field[] => {
  const fields = workloadFields(offered, chosen, true);
  if (fields.length === 1) return fields;
  const hint = 'Each of them shall have so many. 0 ends all of them.';
  return [
    ...fields,
    { name: 'replicas', label: 'How many pods', hint, input: { type: 'text', longest: 9, placeholder: '5' } },
  ];
};

const describeScaling = ({ asked: { names, replicas }, profile: { name, kind } }: Read): Description => {
  const pods = sayCount(replicas, 'pod');
  return {
    profiles: [name],
    noun: 'change',
    reachesFurther: false,
    title: `Scale ${names.length === 1 ? sayWorkloads(kind, names) : `${names.length} ${kind}s`} to ${pods}`,
    objects: names,
    powers: [`Give ${sayWorkloads(kind, names)} ${pods}${names.length === 1 ? '' : ' each'}`],
    cautions: [],
  };
};
