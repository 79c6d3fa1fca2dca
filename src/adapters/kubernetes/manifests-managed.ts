import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { Kind } from '#kinds/kind.ts';
import { component as added, mergedSettings } from './manifests-kustomize.ts';
import { accountOf, home, labels, markersHome, rbacGroup, rbacVersion } from './manifests-names.ts';
import { namedNamespaces, workerRules } from './manifests-rules.ts';
import { type Files, yamlFile } from './yaml-text.ts';

const folder = 'manifests/managed';

/** Tells which namespaces are managed, also to whoever writes these files anew. */
export const managedFile = `${folder}/kustomization.yaml`;

const managedShape = z.object({ kind: z.literal('Component'), resources: z.array(z.string()) });

/**
 * The namespaces that were asked for when this text of the file was written, and not those that profiles name; undefined where it is not
 * as we write it.
 */
export const managedIn = (text: string): readonly string[] | undefined => {
  const read = managedShape.safeParse(parseYaml(text));
  return read.data?.resources.flatMap((file) => /^namespace-(.+)\.yaml$/.exec(file)?.[1] ?? []);
};

/** A text that is no YAML is none of ours. */
const parseYaml = (text: string): unknown => {
  const document = parseDocument(text);
  return document.errors.length > 0 ? undefined : document.toJS();
};

/** The setting by which the worker knows where it may grant. */
const setting = 'HALLPASS_MANAGED_NAMESPACES';

/** What lets Hallpass grant in these namespaces, and in those that profiles name; the worker is told the same. */
export const managedFiles = (kinds: readonly Kind[], namespaces: readonly string[]): Files => {
  const named = namedNamespaces(kinds);
  return {
    [managedFile]: added(
      `Where Hallpass may grant. Written by "hallpass manifests <policy> <into> --namespace <name> …", once for each namespace that people
may ask for; namespaces from before stay. To take one out, take its line out of "resources", write it anew, and delete its RoleBinding.
Never "${home}" or "${markersHome}": from there everything that Hallpass trusts could be granted.`,
      {
        resources: [
          ...namespaces.map((name) => `namespace-${name}.yaml`),
          ...named.map((name) => `profiles-${name}.yaml`),
        ],
        configMapGenerator: [
          mergedSettings('hallpass-config', { [setting]: [...new Set([...namespaces, ...named])].join(',') }),
        ],
      },
    ),
    ...Object.fromEntries(namespaces.map((name) => [`${folder}/namespace-${name}.yaml`, boundIn(name)])),
    ...Object.fromEntries(named.map((name) => [`${folder}/profiles-${name}.yaml`, profilesIn(kinds, name)])),
    [`${folder}/any-namespace.yaml`]: yamlFile(
      `The same by hand, for one namespace more:
  kubectl apply -n <namespace> -f ${folder}/any-namespace.yaml
and name it in ${setting}.`,
      [binding()],
    ),
  };
};

const boundIn = (namespace: string): string =>
  yamlFile(
    `Lets Hallpass grant in "${namespace}": binds the ceiling of manifests/base/worker/clusterrole.yaml there.`,
    [binding(namespace)],
  );

const binding = (namespace?: string) => ({
  apiVersion: rbacVersion,
  kind: 'RoleBinding',
  metadata: {
    name: 'hallpass-worker',
    ...(namespace === undefined ? {} : { namespace }),
    labels: labels('worker'),
  },
  roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: 'hallpass-worker-namespaced' },
  subjects: accountOf('worker'),
});

/** What profiles reach in one namespace whatever is asked for stays in that namespace, so the ceiling elsewhere is lower. */
const profilesIn = (kinds: readonly Kind[], namespace: string): string => {
  const metadata = { name: 'hallpass-worker-profiles', namespace, labels: labels('worker') };
  return yamlFile(`Lets Hallpass grant what profiles reach in "${namespace}" whatever namespace is asked for.`, [
    { apiVersion: rbacVersion, kind: 'Role', metadata, rules: workerRules.named(kinds, namespace) },
    {
      apiVersion: rbacVersion,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbacGroup, kind: 'Role', name: metadata.name },
      subjects: accountOf('worker'),
    },
  ]);
};
