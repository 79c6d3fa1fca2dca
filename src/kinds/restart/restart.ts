import type { Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Description, KindModule } from '#kinds/kind.ts';
import { namesIn } from '#kinds/names.ts';
import { listsBudgets } from '#kinds/workloads/budgets.ts';
import { valueIn, workloadFields } from '#kinds/workloads/fields.ts';
import { type Read, workloadModule } from '#kinds/workloads/module.ts';
import { sayWorkloads } from '#kinds/workloads/say.ts';
import { allKinds, kindsOf, type Profile, profileNamed, profileOf } from '#kinds/workloads/settings.ts';
import { changes } from '#kinds/workloads/sorts.ts';
import { type Ask, asJson, readAsk } from './ask.ts';
import { looksFor, planRestart } from './plan.ts';

const usage = '[deployment|statefulset|daemonset] <namespace>/<name>,…';

/** All pods of a workload made anew, as `kubectl rollout restart` does: once and for good. */
export const restart: KindModule = workloadModule<Ask, Profile>({
  name: 'restart',
  title: 'Restart of workloads',
  usage,
  about: 'Which sorts of workloads can be restarted through Hallpass, and under which names rules speak of them.',
  profile: profileOf(allKinds),
  rules: (profiles) => [changes(kindsOf(profiles)), listsBudgets],
  isOnlyPermanent: true,
  staysDone: true,
  mayBeExtended: 'no',
  readAsk,
  asJson,
  fields: (offered, chosen) => workloadFields(offered, chosen, true),
  fromWords: (...typed) => fromWords(...typed),
  fromForm: (values) =>
    ok({ profile: valueIn(values, 'profile'), names: [...(values.objects ?? []).flatMap(namesIn)] }),
  describe: (read) => describeRestart(read),
  at: (asked, moment) => ({ ...asked, at: moment.toString({ smallestUnit: 'second' }) }),
  look: looksFor,
  plan: planRestart,
});

const fromWords = (
  profiles: readonly Profile[],
  words: readonly string[],
  objects: readonly string[],
): Result<Json, string> => {
  const [word, ...more] = words;
  const profile = profileNamed(profiles, word);
  if (profile === undefined)
    return err(`${JSON.stringify((word ?? '').slice(0, 80))} cannot be restarted. Write it like: restart ${usage}.`);
  if (more.length > 0) return err(`"${more.join(' ').slice(0, 80)}" is too much. Write it like: restart ${usage}.`);
  if (objects.length === 0) return err('Say which, behind their namespace: shop-front/web,api.');
  return ok({ profile: profile.name, names: objects });
};

const describeRestart = ({ asked: { names }, profile: { name, kind } }: Read<Ask, Profile>): Description => ({
  profiles: [name],
  noun: 'change',
  reachesFurther: false,
  title: names.length === 1 ? `Restart ${sayWorkloads(kind, names)}` : `Restart ${names.length} ${kind}s`,
  objects: names,
  powers: [`Make all pods of ${sayWorkloads(kind, names)} anew, from the same template`],
  cautions: [],
});
