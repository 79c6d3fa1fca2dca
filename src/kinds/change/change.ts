import { isOfNamespaces } from '#domain/guard/namespace.ts';
import type { Json } from '#domain/json.ts';
import { problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Kind, KindModule, Permissions, PolicyRule } from '#kinds/kind.ts';
import { listsWhatGoes } from '#kinds/what-goes.ts';
import { type Aimed, aim, targetOfAimed } from './aim.ts';
import { describeChange } from './describe.ts';
import { changeFields } from './fields.ts';
import { askFromForm } from './from-form.ts';
import { askFromWords, usage } from './from-words.ts';
import { planChange } from './plan.ts';
import { asJson, readAsk } from './read-ask.ts';
import { changesFile, problemsOf, type Resource, resourcesOf, sortsIn } from './resources.ts';
import { isRouting, listsServices, looksForServices } from './services.ts';

/** Changes of objects that are not Hallpass's own: shown as a diff first, for a time or for good. */
export const change: KindModule = {
  name: 'change',
  makes: [],
  settingsFile: 'changes.yaml',
  settingsList: 'resources',
  settingsSchema: changesFile,
  configure: (settings) => {
    const file = changesFile.safeParse(settings);
    if (!file.success) return err(file.error.issues.flatMap(problemsOfIssue));
    const problems = problemsOf(file.data);
    return problems.length > 0 ? err(problems) : ok(changeOver(sortsIn(file.data)));
  },
};

const changeOver = (all: readonly Resource[]): Kind => {
  const resources = resourcesOf(all);

  const read = (json: Json): Result<readonly Aimed[], string> => {
    const asked = readAsk(json);
    return asked.ok ? aim(asked.value, resources) : asked;
  };

  /** An ask in its one spelling: what is left out is filled in, and what nobody can set is gone. */
  const settle = (json: Result<Json, string>): Result<Json, string> => {
    if (!json.ok) return json;
    const asked = readAsk(json.value);
    if (!asked.ok) return asked;
    const aimed = aim(asked.value, resources);
    return aimed.ok ? ok(asJson(asked.value)) : aimed;
  };

  return {
    name: 'change',
    title: 'Change of objects',
    usage,
    profiles: all.map((one) => ({ profile: one.name, title: one.title, reachesFurther: isOfNamespaces(one) })),
    fields: (chosen, offered) => changeFields(resources, chosen, offered),
    fromWords: (words, objects) => settle(askFromWords(words, objects)),
    fromForm: (values) => settle(askFromForm(values, resources)),
    describe: (json) => {
      const aimed = read(json);
      return aimed.ok ? ok(describeChange(aimed.value)) : aimed;
    },
    isForSomebody: false,
    mayBePermanent: true,
    mayBeExtended: 'in-place',
    hasObjects: true,
    look: (json, namespace) => {
      const aimed = read(json);
      if (!aimed.ok) return aimed;
      return ok([
        ...aimed.value.map((one) => ({ type: 'object' as const, target: targetOfAimed(one, namespace) })),
        ...looksForServices(aimed.value, namespace),
      ]);
    },
    plan: (json, context) => {
      const aimed = read(json);
      return aimed.ok ? planChange(aimed.value, context) : aimed;
    },
    holds: {
      sorts: all.map(({ name, group, version, resource, kind, byAuthor }) => ({
        profile: name,
        group,
        version,
        resource,
        kind,
        namespaced: !isOfNamespaces({ group, resource }),
        ...(byAuthor === undefined ? {} : { byAuthor }),
      })),
      ask: ({ profile, operation, name, after, replicas, keepsReplicas }) => {
        const what = {
          ...(after && { content: after }),
          ...(replicas === undefined ? {} : { replicas }),
          ...(keepsReplicas && { keepsReplicas }),
        };
        return settle(ok({ edits: [{ do: 'held', resource: profile, name, operation, ...what }] }));
      },
      isOfPart: (json) => {
        const asked = readAsk(json);
        return asked.ok && asked.value.edits.some((edit) => edit.do === 'held' && edit.replicas !== undefined);
      },
    },
    permissions: permissionsOf(all),
  };
};

/**
 * What the worker must hold. Whatever is done may have to be taken back: what was created is deleted, what was deleted
 * is created again. It patches only to give the ownership of fields back.
 */
const permissionsOf = (all: readonly Resource[]): Permissions => {
  // Namespaces themselves are read by whoever works in a cluster.
  const resources = all.filter((one) => !isOfNamespaces(one));
  return {
    namespaced: [
      ...verbsOf(resources),
      ...(resources.some(isRouting) ? [listsServices] : []),
      ...(resources.length < all.length ? listsWhatGoes : []),
    ],
    inNamespaces: {},
    clusterWide: [],
  };
};

const verbsOf = (resources: readonly Resource[]): readonly PolicyRule[] =>
  [...resources]
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
    .map(({ group, resource, operations, byAuthor }) => {
      // What is protected is looked over for changes that nobody asked for; but whoever lists Secrets reads them all.
      const looks = group === '' && resource === 'secrets' ? ['get'] : ['get', 'list'];
      if (byAuthor === true) return { apiGroups: [group], resources: [resource], verbs: looks };
      const makes = operations.includes('create') || operations.includes('delete');
      const updates = operations.includes('update');
      const verbs = [
        ...(makes ? ['delete', 'create'] : []),
        ...(updates ? ['update'] : []),
        ...(updates || operations.includes('delete') ? ['patch'] : []),
        ...looks,
      ];
      return { apiGroups: [group], resources: [resource], verbs };
    });

const keyOf = ({ group, resource }: Resource): string => `${group}|${resource}`;
