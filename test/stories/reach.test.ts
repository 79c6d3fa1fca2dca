import { describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { changeStoryOf, oneYes } from './change-story.ts';
import { companyFor } from './company.ts';
import { storyOf, writeRules } from './story.ts';

const strict = `  - name: dangerous
    match:
      namespaces: ['shop-*']
      kinds: [change]
      profiles: ['*']
      if: risk.level == "critical" || size(radius.elsewhere) > 0
    ask: [engineers]
    approve: [{ from: platform }, { from: security }]
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m
`;

const policy = oneYes
  .replace('  - name: shop\n', `${strict}  - name: shop\n`)
  .replace('other-pods-to-pods]', 'ingress-debug, other-pods-to-pods]');

describe('what a card says of what can go wrong, on a real API server', () => {
  const company = companyFor(inMemory, {
    prepare: (stand) => writeRules(stand, policy),
  });
  const story = storyOf(company);
  const { make, ingress, askManifests } = changeStoryOf(company, story);
  const pod = (namespace: string, name: string, port: number) =>
    make(`/api/v1/namespaces/${namespace}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels: { app: name.replace(/-\d+$/, '') } },
      spec: { containers: [{ name: 'main', image: 'acme/x:1', ports: [{ containerPort: port }] }] },
    });
  const shown = async (id: string): Promise<readonly string[]> => (await story.card(id)).shown.split('\n');

  it('an annotation that reaches every secret is no ordinary change', async () => {
    await ingress('hostile');
    const id = await story.ask(
      '/jit request change annotate nginx.ingress.kubernetes.io/server-snippet=x shop-payments/hostile for 5m because a trial',
    );
    const lines = await shown(id);
    expect(lines[0]).toMatch(/^🔴 CRITICAL · /);
    expect(lines[2]).toBe(
      '🔴 CRITICAL · Introduces a snippet that runs inside the ingress controller, where it can read every TLS secret: nginx.ingress.kubernetes.io/server-snippet (CVE-2021-25742).',
    );
    expect(lines.join('\n')).toContain('rule dangerous');
  });

  it('a NetworkPolicy that opens a database says who can reach it then', async () => {
    await pod('shop-payments', 'postgres-0', 5432);
    await pod('shop-front', 'web-0', 8080);
    const id = await askManifests('5m', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'reports', namespace: 'shop-payments' },
      spec: {
        podSelector: { matchLabels: { app: 'postgres' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 5432 }] }],
      },
    });
    const lines = await shown(id);
    expect(lines[0]).toMatch(/^🔴 CRITICAL · /);
    expect(lines).toContain('+ postgres in shop-payments can now be reached from ALL of IPv4 on TCP 5432');
    expect(lines.join('\n')).toContain('PostgreSQL (port 5432) open to ALL of IPv4: postgres in shop-payments');
    expect(lines.join('\n')).toContain('rule dangerous');
  });

  it('what takes traffic of another namespace is known by its Ingress there', async () => {
    const id = await story.ask(
      '/jit request change add pay.acme.test/webhooks/x=web:80 shop-front/shop for 5m because a trial',
    );
    const text = (await shown(id)).join('\n');
    expect(text).toContain(
      '🟠 High · Introduces a takeover of another namespace’s traffic: "pay.acme.test/webhooks/x and below" is taken from Ingress shop-payments/ledger',
    );
    expect(text).toContain('rule dangerous');
  });

  it('a harmless change looks like neither: no sign of danger, what is served newly, and by how many pods', async () => {
    await ingress('harmless');
    const id = await story.ask(
      '/jit request change add harmless.acme.test/beta=ledger:80 shop-payments/harmless for 5m because a trial',
    );
    const lines = await shown(id);
    expect(lines[0]).toBe('Add a path to Ingress harmless · shop-payments');
    expect(lines.join('\n')).not.toMatch(/🔴|🟠|🟡|⚠️/u);
    expect(lines).toContain(
      '+ Served newly: harmless.acme.test/beta and below, by Service shop-payments/ledger (0 of 0 pods ready)',
    );
    expect(lines.join('\n')).toContain('rule shop');
  });

  it('access says which rights are new to somebody who holds some of them', async () => {
    const id = await story.ask('/jit request access ingress-debug shop-front for 5m because a trial');
    const text = (await shown(id)).join('\n');
    expect(text).toContain('+ All of it is new to them, but for what follows');
    expect(text).toMatch(/• Holds already, and keeps: get, list ingresses\.networking\.k8s\.io in shop-front/);
  });

  it('what the worker may not look at is said, and a rule that wants to know refuses', async () => {
    const role = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/hallpass-worker-around';
    const { admin } = company().stand;
    const { body } = await admin.send('GET', role);
    await admin.send('DELETE', role);
    await expect
      .poll(
        async () => {
          await company()
            .slack.as('U0ALICE')
            .command('/jit request change add shop.acme.test/unseen=web:80 shop-front/shop for 5m because a trial');
          return story.answerTo('U0ALICE');
        },
        { timeout: 10_000 },
      )
      .toContain('not all of what it would reach could be seen');
    const { metadata, ...rest } = body as { metadata: { name: string } };
    await make('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      ...rest,
      metadata: { name: metadata.name },
    });
  });
});
