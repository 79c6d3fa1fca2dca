import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { handsOf, heldAs } from './guard-story.ts';
import { storyOf } from './story.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop-front';
const services = '/api/v1/namespaces/shop-front/services';
const apps = '/apis/apps/v1/namespaces/shop-front/deployments';

describe('the guard, attacked on a real API server', () => {
  const company = companyFor(inMemory, {
    guard: true,
    prepare: async ({ folder, admin }) => {
      const file = join(folder, 'policy/rules.yaml');
      const rules = await readFile(file, 'utf8');
      const more = rules.replace(
        'namespaces: [shop-front]\n    resources: [ingresses]',
        'namespaces: [shop-front]\n    resources: [ingresses, services, deployments]',
      );
      expect(more).not.toBe(rules);
      await writeFile(file, more);
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

  beforeAll(async () => {
    await story.until('the guard to be asked', async () =>
      (await alice('DELETE', `${apps}/web?dryRun=All`)).warnings.join().includes('Hallpass'),
    );
  });

  it('lets a Service be created once that is approved, though each attempt is given another address', async () => {
    const create = () =>
      alice('POST', services, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'beta', namespace: 'shop-front' },
        spec: { selector: { app: 'beta' }, ports: [{ port: 80 }] },
      });
    const id = heldAs(await create());
    expect(heldAs(await create())).toBe(id);
    await story.card(id);
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    expect(await create()).toMatchObject({ status: 201 });
    await story.reaches(id, 'completed');
  });

  it('does not let a deletion that was approved leave behind what it was to end', async () => {
    const remove = (policy: string) => alice('DELETE', `${apps}/web?propagationPolicy=${policy}`);
    const id = heldAs(await remove('Background'));
    expect((await story.card(id)).shown).toContain('its pods are ended');
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    expect((await remove('Orphan')).status).toBe(403);
  });
});
