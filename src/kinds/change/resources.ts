import { z } from 'zod';
import { isOfNamespaces } from '#domain/guard/namespace.ts';
import type { Problem } from '#domain/problem.ts';
import { apiVersionOf } from '#kinds/kind.ts';

const operation = z.enum(['create', 'update', 'delete']);

const resource = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,58}[a-z0-9])?$/, 'not a name; write it in lower case, like "ingresses"')
    .describe('What rules name under match.profiles, and what people type.'),
  title: z.string().min(1).max(70).describe('What the form offers.'),
  group: z.string().regex(/^[a-z0-9.-]*$/, 'not an API group; the core group is ""'),
  version: z.string().regex(/^v[0-9]+((alpha|beta)[0-9]+)?$/, 'not a version of an API, as in "v1"'),
  resource: z.string().regex(/^[a-z0-9]+(\/[a-z]+)?$/, 'not a resource, as in "ingresses"'),
  kind: z.string().regex(/^[A-Z][A-Za-z0-9]*$/, 'not a kind, as in "Ingress"'),
  operations: z
    .array(operation)
    .min(1, 'nothing may be done with it; name "create", "update" or "delete", or leave the resource out'),
});

/** `byAuthor`: a direct write of it can be held, and nobody but its author makes it then. */
export type Resource = z.infer<typeof resource> & { readonly byAuthor?: true };

/** `changes.yaml`: the sorts of objects that may be changed through Hallpass, and how. It is the worker's ceiling. */
export const changesFile = z
  .strictObject({
    resources: z.array(resource).min(1),
    held: z
      .array(resource.omit({ operations: true }))
      .default([])
      .describe(
        'Sorts that Hallpass cannot change; direct writes of them can be held, for their authors to make again. Of namespaces only the deletion; of Secrets the values are stored nowhere.',
      ),
  })
  .describe('The sorts of objects that may be changed, each in one version. It is the ceiling of what can be changed.');

const everything = ['create', 'update', 'delete'] as const;

/** All sorts of the settings, in the order of the file. */
export const sortsIn = ({ resources, held }: z.infer<typeof changesFile>): readonly Resource[] => [
  ...resources,
  ...held.map((one) => ({
    ...one,
    operations: isOfNamespaces(one) ? ['delete' as const] : [...everything],
    byAuthor: true as const,
  })),
];

const closedGroups: Readonly<Record<string, string>> = {
  'rbac.authorization.k8s.io': 'it gives rights; ask for access instead, which ends by itself',
  'admissionregistration.k8s.io': 'it can switch admission off',
  'apiregistration.k8s.io': 'it can put another server in the API’s place',
  'apiextensions.k8s.io': 'it defines sorts of objects for the whole cluster',
  'certificates.k8s.io': 'certificates signed by it stay valid',
  'authentication.k8s.io': 'it is about who somebody is, not an object that is kept',
  'authorization.k8s.io': 'it is about what somebody may do, not an object that is kept',
};

const closedCore: Readonly<Record<string, string>> = {
  secrets: 'the content of Secrets is not stored; they change by their author’s own write only',
  pods: 'pods are made by their workloads; change the workload, or ask for access',
  nodes: 'whoever changes a node reaches every pod on it',
  serviceaccounts: 'tokens of ServiceAccounts stay valid after the end',
};
const closedKinds: Readonly<Record<string, string>> = {
  Secret: 'secrets',
  Pod: 'pods',
  Node: 'nodes',
  ServiceAccount: 'serviceaccounts',
};

/** Of Kubernetes itself and of Gateway API; others that are no namespace's own fail when they are looked at. */
const clusterScoped = new Set([
  'namespaces',
  'persistentvolumes',
  'componentstatuses',
  'storageclasses',
  'csidrivers',
  'csinodes',
  'volumeattachments',
  'volumeattributesclasses',
  'ingressclasses',
  'ipaddresses',
  'servicecidrs',
  'gatewayclasses',
  'adminnetworkpolicies',
  'baselineadminnetworkpolicies',
  'priorityclasses',
  'runtimeclasses',
  'podsecuritypolicies',
  'flowschemas',
  'prioritylevelconfigurations',
  'deviceclasses',
  'resourceslices',
  'clusterissuers',
  'clustertrustbundles',
  'clustersecretstores',
  'clusterroles',
  'clusterrolebindings',
  'customresourcedefinitions',
  'apiservices',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
]);

/** Of what may not even be held. */
const notHeld: Readonly<Record<string, string>> = {
  pods: 'pods are made by controllers, which would all be held',
  nodes: 'whoever changes a node reaches every pod on it',
};

const isSecretSort = ({ resource, version, kind }: Resource): boolean =>
  resource === 'secrets' && version === 'v1' && kind === 'Secret';

/** Why a sort of objects must not be changed through Hallpass; undefined where it may. */
const closed = (one: Resource): string | undefined => {
  if (one.resource.includes('/')) return 'it is a part of another object; name the object itself';
  const isHeld = one.byAuthor === true;
  if (Object.hasOwn(closedGroups, one.group) && !(isHeld && one.group === 'rbac.authorization.k8s.io'))
    return closedGroups[one.group];
  const core = Object.hasOwn(closedKinds, one.kind) ? closedKinds[one.kind] : one.resource;
  const never = isHeld ? notHeld : closedCore;
  // By its kind it is known whose values must not be stored.
  if (isHeld && one.group === '' && core === 'secrets' && !isSecretSort(one))
    return 'Secrets are the resource "secrets" of version v1 and kind Secret';
  if (one.group === '' && core !== undefined && Object.hasOwn(never, core)) return never[core];
  if (isHeld && isOfNamespaces(one) && one.kind === 'Namespace' && one.version === 'v1') return undefined;
  return clusterScoped.has(one.resource) || one.kind === 'Namespace'
    ? 'it belongs to the whole cluster, and a request is for one namespace'
    : undefined;
};

/** What the schema cannot see: sorts that must stay closed, names and sorts that are there twice. */
export const problemsOf = (file: z.infer<typeof changesFile>): readonly Problem[] => {
  const resources = sortsIn(file);
  const places = resources.map((_, index) =>
    index < file.resources.length ? ['resources', index] : ['held', index - file.resources.length],
  );
  return resources.flatMap((one, index) => {
    const place = places[index] ?? [];
    const why = closed(one);
    const earlier = resources.slice(0, index);
    const same = earlier.find(
      ({ group, resource: other, kind }) => group === one.group && (other === one.resource || kind === one.kind),
    );
    return [
      ...(why === undefined
        ? []
        : [
            {
              path: [...place, 'resource'],
              message: `"${one.resource}" cannot be changed through Hallpass: ${why}`,
            },
          ]),
      ...(earlier.some(({ name }) => name === one.name)
        ? [
            {
              path: [...place, 'name'],
              message: `resource "${one.name}" is there twice; give each its own name`,
            },
          ]
        : []),
      // Under two names it would have two rules.
      ...(same === undefined
        ? []
        : [
            {
              path: [...place, 'kind'],
              message: `${one.kind} is there already, as "${same.name}"; name each sort once, in one version`,
            },
          ]),
      ...(new Set(one.operations).size === one.operations.length
        ? []
        : [{ path: [...place, 'operations'], message: 'an operation is there twice' }]),
    ];
  });
};

/** The sorts of the settings, found by what people and manifests call them. */
export type Resources = {
  readonly all: readonly Resource[];
  readonly named: (name: string) => Resource | undefined;
  readonly ofKind: (apiVersion: string, kind: string) => Resource | undefined;
  /** Those of Ingress, which have edits of their own. */
  readonly ingresses: Resource | undefined;
};

export const resourcesOf = (all: readonly Resource[]): Resources => {
  const ofKind = (apiVersion: string, kind: string) =>
    all.find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
  return {
    all,
    named: (name) => all.find((one) => one.name === name),
    ofKind,
    ingresses: ofKind('networking.k8s.io/v1', 'Ingress'),
  };
};
