import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { front, frontIngress, handsOf, heldAs } from './guard-story.ts';
import { storyOf } from './story.ts';

const namespaces = `
  - name: namespaces
    title: Namespaces
    group: ''
    version: v1
    resource: namespaces
    kind: Namespace
`;
const ends = `rules:
  - name: ends
    match: { namespaces: [shop-front], kinds: [change], profiles: [namespaces], sources: [kubectl] }
    ask: [engineers]
    approve:
      - { from: platform, count: 1 }
      - { from: security, count: 1 }
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m
    permanent: true
`;
const rbac = '/apis/rbac.authorization.k8s.io/v1';

describe('the deletion of a namespace with protected objects', () => {
  const company = companyFor(inMemory, {
    guard: true,
    controllers: true,
    prepare: async ({ folder, admin }) => {
      const [rules, changes] = [join(folder, 'policy/rules.yaml'), join(folder, 'policy/changes.yaml')];
      await writeFile(rules, (await readFile(rules, 'utf8')).replace('rules:\n', ends));
      await writeFile(changes, `${(await readFile(changes, 'utf8')).trimEnd()}\n${namespaces}`);
      await admin.send('POST', `${rbac}/clusterroles`, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'namespace-enders' },
        rules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch', 'delete'] }],
      });
      await admin.send('POST', `${rbac}/clusterrolebindings`, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'namespace-enders' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'namespace-enders' },
        subjects: ['alice@acme.test', 'bob@acme.test'].map((name) => ({
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'User',
          name,
        })),
      });
    },
  });
  const story = storyOf(company);
  const alice = handsOf(company, 'local-alice@acme.test');
  let kubectl = '';

  const run = (person: 'requester' | 'approver-one', ...words: readonly string[]) =>
    new Promise<{ readonly ok: boolean; readonly out: string; readonly said: string }>((resolve) => {
      execFile(kubectl, ['--kubeconfig', company().stand.kubeconfig(person), ...words], (fault, out, said) =>
        resolve({ ok: fault === null, out, said }),
      );
    });
  /** And again, as they are told, where the guard on a machine with too much to do cannot look up in time. */
  const deletes = async (person: 'requester' | 'approver-one', ...more: readonly string[]) => {
    for (let left = 5; ; left -= 1) {
      const answer = await run(person, 'delete', 'namespace', 'shop-front', '--timeout=60s', ...more);
      if (left === 0 || !/cannot look up just now|no worker answered/.test(answer.said)) return answer;
      await new Promise((resolve) => setTimeout(resolve, 3_100));
    }
  };

  beforeAll(async () => {
    kubectl = (await ensureParts(['kubectl'])).kubectl;
    await story.until('the guard to be asked', async () =>
      (await deletes('requester', '--dry-run=server')).said.includes('Hallpass'),
    );
  });

  it('is refused with its request, shown whole, and completes by the same command once it is approved', async () => {
    // What stands in it when it goes: a change in force, and a write that waits.
    const line = '/jit request change add shop.acme.test/trial=web:80 shop-front/shop for 20m because a trial';
    const changed = await story.ask(line);
    await story.approve(changed);
    await story.reaches(changed, 'active');
    const waiting = heldAs(await alice('POST', front, frontIngress('late')));

    const dry = await deletes('requester', '--dry-run=server');
    expect(dry.said).toContain('this write to Namespace shop-front would be held until somebody agrees');
    expect(dry.ok).toBe(true);

    const first = await deletes('requester');
    expect(first.ok).toBe(false);
    expect(first.said).toContain('Hallpass holds this write to Namespace shop-front');
    const id = heldAs({ status: 403, message: first.said, text: '', warnings: [] });
    const { shown } = await story.card(id);
    expect(shown).toContain('Delete Namespace shop-front');
    expect(shown).toContain('CRITICAL');
    expect(shown).toContain('all that is in it goes with it');
    expect(shown).toContain('Protected objects go with it: 1 × Ingress (shop).');
    expect(shown).toMatch(/With it go .*\d × Service, \d × Pod/);
    expect(shown).toMatch(/Not counted, for the worker may not list them: .*statefulsets/);

    await story.approve(id, ['U0BOB']);
    expect((await deletes('requester')).said).toContain(`request ${id} waits for platform (1) and security (1)`);
    await story.approve(id, ['U0DAN']);
    await story.reaches(id, 'approved');
    const bob = await deletes('approver-one');
    expect(bob.said).toContain(`held as request ${id}, which somebody else wrote`);
    expect((await company().stand.admin.send('GET', `${front}/shop`)).status).toBe(200);

    const second = await deletes('requester');
    expect(second.said).toContain(`Hallpass: approved as request ${id}`);
    expect(second).toMatchObject({ ok: true, out: expect.stringContaining('namespace "shop-front" deleted') });
    expect((await company().stand.admin.send('GET', `${front}/shop`)).status).toBe(404);
    expect((await company().stand.admin.send('GET', '/api/v1/namespaces/shop-front')).status).toBe(404);
    expect(await story.reaches(id, 'completed')).toMatchObject({
      changed: [{ op: 'delete', kind: 'Namespace', name: 'shop-front' }],
    });
    await story.shows(id, 'Done for good');

    // Nothing of what stood in it is stuck.
    await story.press('U0ALICE', 'done', changed);
    expect(await story.reaches(changed, 'revoked')).toMatchObject({ reverted: [{ how: 'gone' }] });
    await story.press('U0ALICE', 'withdraw', waiting);
    await story.reaches(waiting, 'withdrawn');
  });

  it('is asked for anew where a namespace of that name is made again', async () => {
    const { admin } = company().stand;
    await admin.send('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop-front', labels: { 'kubernetes.io/metadata.name': 'shop-front' } },
    });
    const again = await deletes('requester');
    expect(again.ok).toBe(false);
    const id = heldAs({ status: 403, message: again.said, text: '', warnings: [] });
    await story.card(id);
    expect((await deletes('requester')).said).toContain(`request ${id} waits for`);
  });
});
