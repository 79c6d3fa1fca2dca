import type { Json } from '#domain/json.ts';
import { problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Kind, KindModule, Permissions } from '#kinds/kind.ts';
import { type Ask, isFromPods, parseAsk, readAsk } from './ask.ts';
import { describeOpening } from './describe.ts';
import { fieldsFor } from './fields.ts';
import { type Opening, openingsFile, problemsOf, reachesFurther } from './openings.ts';
import { planOpening } from './plan.ts';
import { looksFor, networkPolicies } from './sight.ts';
import { whyUnsafe } from './unsafe.ts';
import { readWords, spoken, usage } from './words.ts';

/** Traffic let through for a time, by NetworkPolicies of Hallpass's own: what was there is not touched, and is exactly back at the end. */
export const open: KindModule = {
  name: 'open',
  makes: [networkPolicies],
  settingsFile: 'open.yaml',
  settingsList: 'openings',
  settingsSchema: openingsFile,
  configure: (settings) => {
    const file = openingsFile.safeParse(settings);
    if (!file.success) return err(file.error.issues.flatMap(problemsOfIssue));
    const problems = problemsOf(file.data.openings);
    return problems.length > 0 ? err(problems) : ok(openOver(file.data.openings));
  },
};

const permissions: Permissions = {
  namespaced: [
    {
      apiGroups: [networkPolicies.group],
      resources: [networkPolicies.resource],
      verbs: ['get', 'list', 'create', 'delete'],
    },
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  ],
  inNamespaces: {},
  clusterWide: [],
};

const openOver = (openings: readonly Opening[]): Kind => {
  const settle = (spokenAsk: Result<unknown, string>): Result<Json, string> => {
    if (!spokenAsk.ok) return spokenAsk;
    const read = readAsk(spokenAsk.value, openings);
    return read.ok ? ok(read.value.asked) : read;
  };

  return {
    name: 'open',
    title: 'Open the network',
    usage,
    profiles: openings.map((one) => ({ profile: one.name, title: one.title, reachesFurther: reachesFurther(one) })),
    fields: (chosen, offered) => fieldsFor(openings, chosen, offered),
    fromWords: (words, objects) =>
      settle(
        objects.length > 0
          ? err('An opening names pods by their labels, not objects: leave "/…" behind the namespace out.')
          : readWords(words, openings),
      ),
    fromForm: (values) => settle(fromForm(values, openings)),
    describe: (json) => {
      const read = readAsk(json, openings);
      return read.ok ? ok(describeOpening(read.value.opening, read.value.asked)) : read;
    },
    isForSomebody: false,
    mayBePermanent: false,
    mayBeExtended: 'beside',
    hasObjects: true,
    look: (json, namespace) => {
      const asked = parseIn(json, namespace);
      return asked.ok ? ok(looksFor(asked.value, namespace)) : asked;
    },
    plan: (json, context) => {
      const here = parseIn(json, context.namespace);
      if (!here.ok) return here;
      const read = readAsk(json, openings);
      return read.ok ? planOpening(read.value.asked, context) : read;
    },
    watch: {
      sorts: [networkPolicies],
      unsafe: (json, context) => {
        const asked = parseIn(json, context.namespace);
        return asked.ok ? whyUnsafe(asked.value, context) : asked.error;
      },
    },
    permissions,
  };
};

/** Pods of the namespace asked for are not those of another. */
const parseIn = (json: Json, namespace: string): Result<Ask, string> => {
  const asked = parseAsk(json);
  if (!asked.ok || !isFromPods(asked.value.from) || asked.value.from.namespace !== namespace) return asked;
  return err(
    `"${namespace}" is the namespace that is asked for itself. Ask without "@${namespace}", for pods of the same namespace.`,
  );
};

/** Which fields there are depends on the opening chosen: one that was left over from another is not read. */
const fromForm = (
  values: Readonly<Record<string, readonly string[]>>,
  openings: readonly Opening[],
): Result<unknown, string> => {
  const value = (name: string): string => (values[name] ?? []).join(',');
  const opening = openings.find(({ name }) => name === value('profile'));
  if (opening === undefined) return err('Say what to open.');
  return spoken(opening.name, {
    ...(opening.from === 'addresses' ? { cidrs: value('cidrs') } : { from: value('from') }),
    ...(opening.from === 'another-namespace' ? { place: value('from_namespace') } : {}),
    to: value('to'),
    ports: value('ports'),
  });
};
