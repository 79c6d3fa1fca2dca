import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { front, frontIngress, handsOf, heldAs } from './guard-story.ts';
import { storyOf } from './story.ts';

const at = (name: string): string => `${front}/${name}`;

describe('breaking glass by a direct write', () => {
  const company = companyFor(inMemory, {
    guard: true,
    prepare: async ({ admin, folder }) => {
      const file = join(folder, 'policy/rules.yaml');
      const rules = await readFile(file, 'utf8');
      // Who is on call may take of the shop's front what waits for others.
      const changed = rules.replace(
        '    # Changes may also be asked for for good.\n',
        '    breakGlass: { who: [oncall], longest: 15m, remindEvery: 5m }\n',
      );
      expect(changed).not.toBe(rules);
      await writeFile(file, changed);
      for (const name of ['broken', 'later', 'not']) await admin.send('POST', front, frontIngress(name));
    },
  });
  const story = storyOf(company);
  const alice = handsOf(company, 'local-alice@acme.test');
  const bob = handsOf(company, 'local-bob@acme.test');
  const write = (name: string, more: object, hands = alice) => hands('PATCH', at(name), { metadata: more }, 'merge');
  const breaking = (why: string) => ({ annotations: { 'intent.hallpass.dev/break-glass': why } });

  beforeAll(async () => {
    await company().stand.admin.send('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/shop-front/rolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'bob', namespace: 'shop-front' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'ingress-editors' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob@acme.test' }],
    });
    await story.until('the guard to be asked', async () =>
      (await write('shop', { labels: { tried: 'yes' } })).message.includes('Hallpass'),
    );
  });

  it('goes through at once for whoever may, is shouted about, and waits to be reviewed', async () => {
    const through = await write('broken', { labels: { fixed: 'yes' }, ...breaking('checkout is down') });
    expect(through).toMatchObject({ status: 200 });
    const id = /request ([2-9a-z]{4}-[2-9a-z]{2})/.exec(through.warnings.join())?.[1] ?? '';
    const card = await story.card(id);
    expect(card.shown).toContain('BREAK-GLASS');
    expect(card.shown).toContain('checkout is down');
    await story.shows(id, 'To be reviewed');
    await story.until('everybody who was not asked to be told', () =>
      story.thread(id).some(({ shown }) => shown.includes('S0PLATFORM') || shown.includes('platform')),
    );
    // What stays behind on the object breaks no glass again.
    const next = await write('broken', { labels: { fixed: 'again' } });
    expect(heldAs(next)).not.toBe(id);
  });

  it('goes through for what waits already, and not for whoever may not', async () => {
    const waiting = heldAs(await write('later', { labels: { fixed: 'yes' } }));
    const refused = await write('later', { labels: { fixed: 'yes' }, ...breaking('I want to') }, bob);
    expect(refused.status).toBe(403);
    expect(refused.message).toContain('break-glass');
    // What waited is still what the same write is.
    await story.until('the request that waited', async () => {
      const { message } = await write('later', { labels: { fixed: 'yes' } });
      return message.includes(waiting);
    });
    const through = await write('later', { labels: { fixed: 'yes' }, ...breaking('checkout is down') });
    expect(through).toMatchObject({ status: 200 });
  });

  it('leaves nothing behind when it is only tried', async () => {
    const filed = async () => (await story.redis().keys('{hallpass}:log:*')).length;
    const before = await filed();
    const dry = await alice(
      'PATCH',
      `${at('not')}?dryRun=All`,
      { metadata: { labels: { fixed: 'yes' }, ...breaking('checkout is down') } },
      'merge',
    );
    expect(dry.status).toBe(200);
    expect(await filed()).toBe(before);
  });
});
