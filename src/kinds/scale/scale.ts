import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Description, Field, KindModule } from '#kinds/kind.ts';
import { namesIn } from '#kinds/names.ts';
import { readNumber } from '#kinds/workloads/ask.ts';
import { listsBudgets } from '#kinds/workloads/budgets.ts';
import { valueIn, workloadFields } from '#kinds/workloads/fields.ts';
import { type Read, workloadModule } from '#kinds/workloads/module.ts';
import { sayCount, sayWorkloads } from '#kinds/workloads/say.ts';
import { kindsOf, profileNamed, profileOf, scalable } from '#kinds/workloads/settings.ts';
import { changes } from '#kinds/workloads/sorts.ts';
import { type Ask, asJson, readAsk } from './ask.ts';
import { looksFor, planScaling } from './plan.ts';
import { listsScalers } from './scalers.ts';

const profile = profileOf(scalable).extend({
  most: z.int().min(1).max(10_000).default(50).describe('So many pods at most can be asked for.'),
});
type Profile = z.infer<typeof profile>;

const usage = '[deployment|statefulset] <pods> <namespace>/<name>,…';

/** How many pods a workload has, for a time or for good. */
export const scale: KindModule = workloadModule<Ask, Profile>({
  name: 'scale',
  title: 'Number of pods',
  usage,
  about: 'Which sorts of workloads can be scaled through Hallpass, how far, and under which names rules speak of them.',
  profile,
  rules: (profiles) => [changes(kindsOf(profiles)), listsScalers, listsBudgets],
  mayBeExtended: 'in-place',
  readAsk,
  asJson,
  excess: ({ asked: { replicas }, profile: { most } }) =>
    replicas > most
      ? `${sayCount(replicas, 'pod')} are more than the ${most} that can be asked for. Whoever keeps the policy says how many (scale.yaml).`
      : undefined,
  fields: (offered, chosen) => fieldsFor(offered, chosen),
  fromWords: (...typed) => fromWords(...typed),
  fromForm: (values) => {
    const replicas = numberOf(valueIn(values, 'replicas'));
    if (!replicas.ok) return replicas;
    const names = [...(values.objects ?? []).flatMap(namesIn)];
    return ok({ profile: valueIn(values, 'profile'), names, replicas: replicas.value });
  },
  describe: (read) => describeScaling(read),
  look: looksFor,
  plan: planScaling,
});

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

const describeScaling = ({ asked: { names, replicas }, profile: { name, kind } }: Read<Ask, Profile>): Description => {
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
