import { withBundle } from '#domain/guard/bundle.ts';
import { webhookConfiguration, webhooksIn } from '#domain/guard/webhook.ts';
import type { Manifest } from '#domain/plan.ts';
import { install } from '#local/shop/install.ts';
import type { Stand } from '#local/stand.ts';
import { openPolicy } from '#src/policy.ts';
import { markersBeside } from '#use-cases/home.ts';
import { inLanes } from './bare.ts';
import { addPeople } from './company.ts';
import type { BareWebhook } from './guard-bare.ts';
import { authors, nth, others, places } from './guard-places.ts';
import { ingressNamed } from './guard-reviews.ts';

export const writeAuthors = (stand: Stand): Promise<void> => addPeople(stand.config('guard').policy, authors);

const rbac = 'rbac.authorization.k8s.io';

/** Alice and Bob may write Ingresses in all of them. The Ingresses are made before the guard would hold that. */
export const makePlaces = async ({ admin }: Stand, count: number): Promise<void> => {
  const inPlace = (namespace: string): readonly Manifest[] => [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      // Older API servers do not set the name's label themselves.
      metadata: { name: namespace, labels: { 'kubernetes.io/metadata.name': namespace } },
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { namespace, name: 'bench' },
      rules: [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['*'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { namespace, name: 'bench' },
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'bench' },
      subjects: ['alice', 'bob'].map((name) => ({ apiGroup: rbac, kind: 'User', name: `${name}@acme.test` })),
    },
  ];
  await install(admin, Object.values(places).flatMap(inPlace));
  const names = [...others, ...Array.from({ length: count }, (_, index) => nth(index))];
  const ingresses = Object.values(places).flatMap((place) => names.map((name) => ingressNamed(place, name)));
  await inLanes(ingresses, 8, (one) => install(admin, [one]));
};

export const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

/**
 * The guard's webhook configuration as a worker makes it for an API server that can choose namespaces (from 1.22 on), so that
 * others are without it; and the same for the bare webhook elsewhere.
 */
export const askAbout = async (stand: Stand, bare: BareWebhook): Promise<void> => {
  const { policy, home, guardAt } = stand.config('guard');
  const { settings } = await openPolicy(policy);
  const guards = webhookConfiguration({
    protections: settings().policy.protect,
    held: settings().kinds.flatMap(({ holds }) => holds?.sorts ?? []),
    cluster: 'shop',
    own: [home, markersBeside(home)],
    at: guardAt ?? { url: '' },
    selectsNamespaces: true,
  });
  if (guards === undefined) throw new Error('The policy of the shop protects nothing');
  const bares = (['yes', 'no'] as const).map((name) => bareConfiguration(guards, name, bare));
  for (const configuration of [guards, ...bares]) {
    const { status, body } = await stand.admin.send('POST', configurations, configuration);
    if (status !== 201) throw new Error(`${configuration.metadata.name}: ${status} ${JSON.stringify(body)}`);
  }
};

const bareConfiguration = (guards: Manifest, name: 'yes' | 'no', { port, ca }: BareWebhook): Manifest => {
  const asked = withBundle(guards, btoa(ca));
  const selector = { key: 'kubernetes.io/metadata.name', operator: 'In', values: [places[name]] };
  return {
    ...asked,
    metadata: { name: `bench-${name}` },
    webhooks: webhooksIn(asked).map(({ clientConfig, ...webhook }) => ({
      ...webhook,
      name: `${name}.bench.test`,
      clientConfig: { ...(clientConfig as object), url: `https://127.0.0.1:${port}/${name}` },
      namespaceSelector: { matchExpressions: [selector] },
    })),
  };
};
