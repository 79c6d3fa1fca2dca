import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Description, Kind, KindModule, Permissions } from '#kinds/kind.ts';
import { namesIn } from '#kinds/workloads/ask.ts';
import { listsBudgets } from '#kinds/workloads/budgets.ts';
import { valueIn, workloadFields } from '#kinds/workloads/fields.ts';
import { sayWorkloads } from '#kinds/workloads/say.ts';
import {
  allKinds,
  kindsOf,
  type Profile,
  problemsOf,
  profileFor,
  profileNamed,
  profileOf,
} from '#kinds/workloads/settings.ts';
import { changes } from '#kinds/workloads/sorts.ts';
import { type Ask, asJson, readAsk } from './ask.ts';
import { looksFor, planRestart } from './plan.ts';

const restartFile = z
  .strictObject({ profiles: z.array(profileOf(allKinds)).min(1) })
  .describe('Which sorts of workloads can be restarted through Hallpass, and under which names rules speak of them.');

/** All pods of a workload made anew, as `kubectl rollout restart` does: once and for good. */
export const restart: KindModule = {
  name: 'restart',
  makes: [],
  settingsFile: 'restart.yaml',
  isOptional: true,
  settingsList: 'profiles',
  settingsSchema: restartFile,
  configure: (settings) => {
    const file = restartFile.safeParse(settings);
    if (!file.success) return err(file.error.issues.flatMap(problemsOfIssue));
    const problems = problemsOf(file.data.profiles);
    return problems.length > 0 ? err(problems) : ok(restartOver(file.data.profiles));
  },
};

const permissionsOf = (profiles: readonly Profile[]): Permissions => ({
  namespaced: [changes(kindsOf(profiles)), listsBudgets],
  inNamespaces: {},
  clusterWide: [],
});

type Read = { readonly asked: Ask; readonly profile: Profile };

const restartOver = (profiles: readonly Profile[]): Kind => {
  const read = (json: unknown): Result<Read, string> => {
    const asked = readAsk(json);
    if (!asked.ok) return asked;
    const profile = profileFor(profiles, asked.value.profile);
    return profile.ok ? ok({ asked: asked.value, profile: profile.value }) : profile;
  };
  const settle = (json: unknown): Result<Json, string> => {
    const result = read(json);
    return result.ok ? ok(asJson(result.value.asked)) : result;
  };

  return {
    name: 'restart',
    title: 'Restart of workloads',
    usage,
    profiles: profiles.map(({ name, title }) => ({ profile: name, title, reachesFurther: false })),
    fields: (chosen, offered) =>
      workloadFields(
        profiles.filter(({ name }) => offered.includes(name)),
        chosen,
        true,
      ),
    fromWords: (words, objects) => {
      const asked = fromWords(profiles, words, objects);
      return asked.ok ? settle(asked.value) : asked;
    },
    fromForm: (values) =>
      settle({ profile: valueIn(values, 'profile'), names: (values.objects ?? []).flatMap(namesIn) }),
    describe: (json) => {
      const result = read(json);
      return result.ok ? ok(describeRestart(result.value)) : result;
    },
    isForSomebody: false,
    mayBePermanent: true,
    isOnlyPermanent: true,
    mayBeExtended: 'no',
    hasObjects: true,
    asOf: (json, moment) => {
      const result = read(json);
      return result.ok ? asJson({ ...result.value.asked, at: moment.toString({ smallestUnit: 'second' }) }) : json;
    },
    look: (json, namespace) => {
      const result = read(json);
      return result.ok ? ok(looksFor(result.value.asked, result.value.profile.kind, namespace)) : result;
    },
    plan: (json, context) => {
      const result = read(json);
      return result.ok ? planRestart(result.value.asked, result.value.profile.kind, context) : result;
    },
    permissions: permissionsOf(profiles),
  };
};

const usage = '[deployment|statefulset|daemonset] <namespace>/<name>,…';

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

const describeRestart = ({ asked: { names }, profile: { name, kind } }: Read): Description => ({
  profiles: [name],
  noun: 'change',
  reachesFurther: false,
  title: names.length === 1 ? `Restart ${sayWorkloads(kind, names)}` : `Restart ${names.length} ${kind}s`,
  objects: names,
  powers: [`Make all pods of ${sayWorkloads(kind, names)} anew, from the same template`],
  cautions: [],
});
