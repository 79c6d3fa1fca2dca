import type { Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Description, Field, KindModule } from '#kinds/kind.ts';
import { readNumber } from '#kinds/workloads/ask.ts';
import { listsBudgets } from '#kinds/workloads/budgets.ts';
import { valueIn, workloadFields } from '#kinds/workloads/fields.ts';
import { type Read, workloadModule } from '#kinds/workloads/module.ts';
import { sayWorkloads } from '#kinds/workloads/say.ts';
import { allKinds, kindsOf, type Profile, profileNamed, profileOf } from '#kinds/workloads/settings.ts';
import { changes, listsHistory } from '#kinds/workloads/sorts.ts';
import { type Ask, asJson, readAsk } from './ask.ts';
import { looksFor, planRollback } from './plan.ts';

const usage = '[deployment|statefulset|daemonset] <revision> <namespace>/<name>';

/** A workload back to the template of a revision, as `kubectl rollout undo --to-revision` does: once and for good. */
export const rollback: KindModule = workloadModule<Ask, Profile>({
  name: 'rollback',
  title: 'Rollback of workloads',
  usage,
  about: 'Which sorts of workloads can be rolled back through Hallpass, and under which names rules speak of them.',
  profile: profileOf(allKinds),
  rules: (profiles) => [changes(kindsOf(profiles)), listsHistory(kindsOf(profiles)), listsBudgets],
  isOnlyPermanent: true,
  mayBeExtended: 'no',
  readAsk,
  asJson,
  fields: (offered, chosen) => fieldsFor(offered, chosen),
  fromWords: (...typed) => fromWords(...typed),
  fromForm: (values) => {
    const revision = numberOf(valueIn(values, 'revision'));
    if (!revision.ok) return revision;
    const name = valueIn(values, 'object');
    return name === ''
      ? err('Choose what to roll back.')
      : ok({ profile: valueIn(values, 'profile'), name, revision: revision.value });
  },
  describe: (read) => describeRollback(read),
  look: looksFor,
  plan: planRollback,
});

const numberOf = (typed: string): Result<number, string> => {
  const number = readNumber(typed);
  return number === undefined
    ? err(
        `${JSON.stringify(typed.slice(0, 80))} is not a revision. Write its number, as "kubectl rollout history" shows it.`,
      )
    : ok(number);
};

const fromWords = (
  profiles: readonly Profile[],
  words: readonly string[],
  objects: readonly string[],
): Result<Json, string> => {
  const [typed, word, ...more] = words.toReversed();
  if (typed === undefined) return err('Say to which revision, and which: 3 shop-front/web.');
  const revision = numberOf(typed);
  if (!revision.ok) return revision;
  const profile = profileNamed(profiles, word);
  if (profile === undefined || more.length > 0)
    return err(
      `${JSON.stringify(words.slice(0, -1).join(' ').slice(0, 80))} cannot be rolled back. Write it like: rollback ${usage}.`,
    );
  const [name, ...others] = objects;
  if (name === undefined) return err('Say which, behind its namespace: shop-front/web.');
  return others.length > 0
    ? err('Each has revisions of its own: ask for one at a time.')
    : ok({ profile: profile.name, name, revision: revision.value });
};

const fieldsFor = (offered: readonly Profile[], chosen: Readonly<Record<string, string>>): readonly Field[] => {
  const fields = workloadFields(offered, chosen, false);
  if (fields.length === 1) return fields;
  const hint = 'Its number, as "kubectl rollout history" shows it.';
  return [
    ...fields,
    { name: 'revision', label: 'To which revision', hint, input: { type: 'text', longest: 9, placeholder: '3' } },
  ];
};

const describeRollback = ({ asked: { name, revision }, profile }: Read<Ask, Profile>): Description => {
  const said = sayWorkloads(profile.kind, [name]);
  return {
    profiles: [profile.name],
    noun: 'change',
    reachesFurther: false,
    title: `Roll ${said} back to revision ${revision}`,
    objects: [name],
    powers: [`Give ${said} the template that it had at revision ${revision}, and make its pods anew from it`],
    cautions: [],
  };
};
