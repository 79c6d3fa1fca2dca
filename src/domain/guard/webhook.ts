import { isList, isMap, type JsonMap, same } from '#domain/content/tree.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { matches } from '#domain/policy/policy.ts';
import { cut, oneLine } from '#domain/text.ts';
import { isOfNamespaces } from './namespace.ts';
import type { Protection } from './protection.ts';

/** The one configuration that the guard answers for, and its one webhook. */
export const configurationName = 'hallpass-guard';
export const webhookName = 'guard.hallpass.dev';

/** Never `app.kubernetes.io/managed-by: hallpass`, which grants carry and the sweep ends. */
const labels = { 'app.kubernetes.io/name': 'hallpass', 'app.kubernetes.io/component': 'guard' };

/**
 * A sort of objects of which writes may be held, as rules of admission name it, and the profile by which protections
 * do.
 */
export type HeldSort = {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespaced: boolean;
  readonly profile: string;
};

/** Where the API server reaches the guard. */
export type GuardAddress =
  | { readonly service: { readonly namespace: string; readonly name: string; readonly port: number } }
  /** `https://…`, for a guard that is not in the cluster. */
  | { readonly url: string };

export type WebhookInput = {
  readonly protections: readonly Protection[];
  readonly held: readonly HeldSort[];
  readonly cluster: string;
  /** Hallpass's own namespaces: nothing is held there, or a guard that is away could not be mended. */
  readonly own: readonly string[];
  readonly at: GuardAddress;
  /**
   * Whether namespaces may be chosen by `kubernetes.io/metadata.name`. Where the API server does not set that label
   * itself, whoever may label a namespace could exempt it: there the guard is asked about all of them.
   */
  readonly selectsNamespaces: boolean;
};

/**
 * What the API server asks the guard about (ValidatingWebhookConfiguration of admissionregistration.k8s.io/v1, without
 * a `caBundle`): writes of the protected sorts in each protected namespace, and the deletion of such a namespace. All
 * is spelled out, so that the API server has nothing to fill in (pkg/apis/admissionregistration/v1/defaults.go). The
 * same input gives the same manifest. Undefined when nothing is protected in this cluster.
 */
export const webhookConfiguration = (input: WebhookInput): Manifest | undefined => {
  const { held, cluster, own, at, selectsNamespaces } = input;
  const sorts = held.filter(({ namespaced }) => namespaced);
  // Of namespaces themselves only the deletion is asked about, wherever anything is protected.
  const asked = [...sorts, ...held.filter(isOfNamespaces)];
  const here = input.protections.filter(
    ({ clusters, resources }) =>
      clusters.some((pattern) => matches(pattern, cluster)) && asked.some(({ profile }) => resources.includes(profile)),
  );
  const selector = selectorFor(here, own);
  if (selector === undefined) return undefined;
  const named = new Set(here.flatMap(({ resources }) => resources));
  const webhook = {
    name: webhookName,
    admissionReviewVersions: ['v1'],
    clientConfig: 'url' in at ? { url: at.url } : { service: { ...at.service, path: '/review' } },
    // For a Namespace the selector looks at its own labels: one webhook does for what is in it and for itself.
    namespaceSelector: selectsNamespaces ? { matchExpressions: [selector] } : {},
    objectSelector: {},
    rules: [...rulesFor(sorts.filter(({ profile }) => named.has(profile))), namespaceGoes],
    failurePolicy: 'Fail',
    // Another version of an object is converted to that of the rule, and asked about all the same.
    matchPolicy: 'Equivalent',
    sideEffects: 'NoneOnDryRun',
    timeoutSeconds: 3,
  };
  return configuration([webhook]);
};

/**
 * What stands there when nothing is protected any more. A worker that could delete it could delete it in earnest too.
 */
export const nothingHeld = (): Manifest => configuration([]);

const configuration = (webhooks: readonly Json[]): Manifest => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: configurationName, labels },
  webhooks,
});

/** Undefined where no namespace is protected. */
const selectorFor = (protections: readonly Protection[], own: readonly string[]): JsonMap | undefined => {
  const patterns = new Set(protections.flatMap(({ namespaces }) => namespaces));
  const named = [...patterns].filter((pattern) => !own.includes(pattern)).sort();
  if (named.length === 0) return undefined;
  const [operator, values] = named.some((pattern) => pattern.includes('*'))
    ? ['NotIn', [...own].sort()]
    : ['In', named];
  return { key: 'kubernetes.io/metadata.name', operator, values };
};

/** With all subresources: `ingresses/status` changes annotations too. One rule for each sort. */
const rulesFor = (sorts: readonly HeldSort[]): readonly Json[] => {
  const byName = new Map(sorts.map((sort) => [`${sort.group}/${sort.version}/${sort.resource}`, sort]));
  return [...byName]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { group, version, resource }]) => ({
      apiGroups: [group],
      apiVersions: [version],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
      resources: [resource, `${resource}/*`],
      scope: 'Namespaced',
    }));
};

const namespaceGoes = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['DELETE'],
  resources: ['namespaces'],
  scope: 'Cluster',
};

/** Whether a configuration carries the labels of Hallpass's own. */
export const isLabelledOurs = ({ metadata }: Manifest): boolean =>
  Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value);

/** The webhooks of a configuration, one by one. */
export const webhooksIn = ({ webhooks }: Manifest): readonly JsonMap[] =>
  isList(webhooks) ? webhooks.filter(isMap) : [];

/** What a configuration has the API server do: its webhooks, without the authorities that guards add. */
export const sayingOf = (live: Manifest): readonly JsonMap[] =>
  webhooksIn(live).map((webhook) => {
    if (!isMap(webhook.clientConfig)) return webhook;
    const { caBundle: _, ...clientConfig } = webhook.clientConfig;
    return { ...webhook, clientConfig };
  });

/**
 * How a live configuration says something else than the wanted one, each in words; none when both have the API server
 * do the same. Authorities and bookkeeping make no difference.
 */
export const alterationsOf = (live: Manifest, wanted: Manifest): readonly string[] => {
  const [said, meant] = [sayingOf(live), sayingOf(wanted)];
  const names = meant.map(({ name }) => name);
  return [
    ...meant.flatMap((webhook) => {
      const found = said.filter(({ name }) => name === webhook.name);
      const [only] = found;
      if (only === undefined) return [`webhook ${shown(webhook.name)} is missing`];
      return found.length > 1 ? [`webhook ${shown(webhook.name)} is there twice`] : fieldsApart(only, webhook);
    }),
    ...said.filter(({ name }) => !names.includes(name)).map(({ name }) => `webhook ${shown(name)} was added`),
  ];
};

/** Whether a live configuration has the API server do the same as the wanted one. */
export const ruledAlike = (live: Manifest, wanted: Manifest): boolean => alterationsOf(live, wanted).length === 0;

const fieldsApart = (live: JsonMap, wanted: JsonMap): readonly string[] =>
  [...new Set([...Object.keys(wanted), ...Object.keys(live)])]
    .filter((field) => !same(live[field], wanted[field]))
    .map((field) => `${field} is ${shown(live[field])}, not ${shown(wanted[field])}`);

const shown = (value: Json | undefined): string => cut(oneLine(JSON.stringify(value) ?? 'absent'), 300);
