import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { handsOf, heldAs } from './guard-story.ts';
import { storyOf } from './story.ts';

const apps = '/apis/apps/v1/namespaces/shop-front/deployments';
const sorts = 'ingresses, deployments, roles, rolebindings, networkpolicies';
const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop-front';

describe('a direct write to other sorts of objects', () => {
  const company = companyFor(inMemory, {
    guard: true,
    prepare: async ({ folder, admin }) => {
      const file = join(folder, 'policy/rules.yaml');
      const rules = await readFile(file, 'utf8');
      const more = rules.replace(
        'namespaces: [shop-front]\n    resources: [ingresses]',
        `namespaces: [shop-front, shop-payments]\n    resources: [${sorts}]`,
      );
      expect(more).not.toBe(rules);
      await writeFile(file, more);
      // Alice may do all of this in the shop's front by herself, were it not protected.
      await admin.send('POST', `${rbac}/rolebindings`, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'alice', namespace: 'shop-front' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice@acme.test' }],
      });
    },
  });
  const story = storyOf(company);
  const alice = handsOf(company, 'local-alice@acme.test');
  const through = async (write: () => ReturnType<typeof alice>, status = 200) => {
    const id = heldAs(await write());
    await story.card(id);
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    expect(await write()).toMatchObject({ status });
    await story.reaches(id, 'completed');
    return id;
  };

  beforeAll(async () => {
    await story.until('the guard to be asked', async () =>
      (await alice('DELETE', `${rbac}/roles/ingress-editors?dryRun=All`)).warnings.join().includes('Hallpass'),
    );
  });

  it('that only sets how many there are is held as that, and an autoscaler is let through', async () => {
    const scale = (replicas: number) => () => alice('PATCH', `${apps}/web/scale`, { spec: { replicas } }, 'merge');
    const id = await through(scale(3));
    expect((await story.card(id)).shown).toContain('Scale Deployment web to 3');
    expect((await alice('GET', `${apps}/web`)).text).toContain('"replicas":3');
    const autoscaler = await company().stand.admin.send('GET', `${apps}/web/scale`);
    expect(autoscaler.status).toBe(200);
    // To nothing: the API server leaves such a zero out.
    await through(scale(0));
  });

  it('that gives rights is held, shown with its danger, and made by its author alone', async () => {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'readers', namespace: 'shop-front' },
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }],
    };
    const create = () => alice('POST', `${rbac}/roles`, role);
    const held = heldAs(await create());
    const card = await story.card(held);
    expect(card.shown).toContain('Create Role readers');
    expect(card.shown).toMatch(/HIGH|CRITICAL/);
    await story.approve(held, ['U0BOB']);
    await story.reaches(held, 'approved');
    const dms = company().slack.as('U0ALICE').dms();
    expect(dms.filter(({ shown }) => shown.includes(held) && shown.includes('It is mine'))).toEqual([]);
    await story.press('U0ALICE', 'own', held);
    expect(await story.events(held)).not.toContain('confirmed');
    expect((await create()).status).toBe(201);
    await story.reaches(held, 'completed');
    await through(() => alice('DELETE', `${rbac}/roles/readers`));
  });

  it('of Hallpass itself goes through: access and openings come and go', async () => {
    const pods = [
      ['shop-front', 'web'],
      ['shop-payments', 'ledger'],
    ] as const;
    for (const [namespace, app] of pods)
      await company().stand.admin.send('POST', `/api/v1/namespaces/${namespace}/pods`, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `${app}-0`, namespace, labels: { app } },
        spec: { automountServiceAccountToken: false, containers: [{ name: 'main', image: 'acme.test/main' }] },
      });
    const asked = [
      '/jit request access ingress-view shop-payments/ledger for 5s because checkout 502s',
      '/jit request open app=web@shop-front into app=ledger 8080 shop-payments for 5s because refunds fail',
    ];
    for (const line of asked) {
      const id = await story.ask(line);
      await story.approve(id, ['U0BOB', 'U0DAN']);
      await story.reaches(id, 'active');
      await story.reaches(id, 'revoked');
      expect(await story.inCluster(id)).toEqual([]);
    }
    // Nobody is asked about what Hallpass made, and took away again, itself.
    await wait(12_000);
    const all = company().slack.as('U0BOB').readChannel('approvals');
    expect(all.filter(({ shown }) => shown.includes('without a request'))).toEqual([]);
  });
});
