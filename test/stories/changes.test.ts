import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RequestId } from '#domain/ids.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { ledger, rules, storyOf, writeRules } from './story.ts';

/** One yes is enough, and changes may be for good. */
const policy = rules({
  rules: `  - name: shop
    match: { namespaces: ['shop-*'], profiles: ['*', other-pods-to-pods] }
    ask: [engineers]
    approve: [{ from: platform }]
    channel: C0APPROVALS
    duration: { default: 15m, longest: 1h }
    respondWithin: 30m
    permanent: true`,
});

const since = (instant: Temporal.Instant): number => Temporal.Now.instant().since(instant).total('seconds');
const object = z.looseObject({
  metadata: z.looseObject({
    resourceVersion: z.string(),
    uid: z.string(),
    managedFields: z.array(z.looseObject({ manager: z.string() })).optional(),
  }),
});

describe('changes with a diff, on a real API server', () => {
  const company = companyFor(inMemory, { prepare: (stand) => writeRules(stand, policy) });
  const story = storyOf(company);
  const admin = () => company().stand.admin;
  const read = async (path: string) => object.parse((await admin().send('GET', path)).body);
  const text = async (path: string): Promise<string> => JSON.stringify((await admin().send('GET', path)).body);
  const ingresses = '/apis/networking.k8s.io/v1/namespaces/shop-payments/ingresses';

  /** An Ingress of its own for each story: they run side by side with what the others leave. */
  const ingress = async (name: string, extra: object = {}): Promise<string> => {
    const { status } = await admin().send('POST', ingresses, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, namespace: 'shop-payments', annotations: { 'acme.test/note': 'as it was' } },
      spec: {
        rules: [
          {
            host: `${name}.acme.test`,
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend: { service: { name: 'ledger', port: { number: 80 } } } },
              ],
            },
          },
        ],
        ...extra,
      },
    });
    expect(status).toBe(201);
    return `${ingresses}/${name}`;
  };
  const add = (name: string, duration: string, path = '/beta') =>
    story.ask(
      `/jit request change add ${name}.acme.test${path}=ledger:80 shop-payments/${name} for ${duration} because a trial`,
    );
  const approved = async (id: RequestId, revision = 1): Promise<RequestId> => {
    await story.press('U0BOB', 'approve', id, revision);
    return id;
  };
  const edit = async (path: string, change: (body: string) => string): Promise<void> => {
    const { status } = await admin().send('PUT', path, JSON.parse(change(await text(path))));
    expect(status).toBe(200);
  };

  it('a path is added for some seconds and gone on time, every byte of the rest as it was', async () => {
    const path = await ingress('exact');
    const before = await read(path);
    const id = await approved(await add('exact', '5s'));
    const { expiresAt } = await story.reaches(id, 'active');
    expect(await text(path)).toContain('/beta');
    await story.reaches(id, 'revoked');
    expect(since(expiresAt)).toBeLessThan(3);
    const after = await read(path);
    const { resourceVersion: _, managedFields: __, generation: ___, ...metadata } = before.metadata;
    expect(after).toMatchObject({ metadata, spec: before.spec });
    expect(JSON.stringify(after)).not.toContain('/beta');
    expect(after.metadata.managedFields?.map(({ manager }) => manager)).toEqual(
      before.metadata.managedFields?.map(({ manager }) => manager),
    );
    await story.shows(id, 'Ended');
  });

  it('a drift before the click draws a new revision, and the old card approves nothing', async () => {
    const path = await ingress('drift');
    const id = await story.ask(
      '/jit request change backend drift.acme.test/=postgres:5432 shop-payments/drift for 5m because a trial',
    );
    const seen = await story.card(id);
    await edit(path, (body) => body.replaceAll('"name":"ledger"', '"name":"other"'));
    await story.shows(id, 'Revision 2');
    await company().slack.as('U0BOB').clickAsSeen(seen, 'Approve');
    await story.until('the old card to be refused', () => story.answerTo('U0BOB').includes('revision 2'));
    expect((await story.chain(id)).request.state).toMatchObject({ status: 'pending', votes: [] });
    await story.click('U0BOB', id, 'Approve');
    await story.reaches(id, 'active');
    expect(await text(path)).toContain('postgres');
    await story.shows(id, 'Active');
    await story.click('U0ALICE', id, 'Done');
    await story.reaches(id, 'revoked');
    expect(await text(path)).toContain('"other"');
  });

  it('a status, a label and an annotation that come in between stay, and stop nothing', async () => {
    const path = await ingress('between');
    const id = await approved(await add('between', '5s'));
    await story.reaches(id, 'active');
    await admin().send('PATCH', path, { metadata: { labels: { added: 'later' } } });
    await admin().send('PATCH', `${path}/status`, {
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.9' }] } },
    });
    await story.reaches(id, 'revoked');
    expect(await text(path)).toContain('"added":"later"');
    expect(await text(path)).toContain('192.0.2.9');
    expect(await text(path)).not.toContain('/beta');
  });

  it('somebody else’s edit of the same place is never overwritten silently: an approver settles it', async () => {
    const path = await ingress('conflict');
    const id = await approved(
      await story.ask(
        '/jit request change backend conflict.acme.test/=postgres:5432 shop-payments/conflict for 4s because a trial',
      ),
    );
    await story.reaches(id, 'active');
    await edit(path, (body) => body.replaceAll('"name":"postgres"', '"name":"third"'));
    await story.until('a conflict', async () => 'conflict' in (await story.chain(id)).request.state);
    expect(await text(path)).toContain('"third"');
    await story.shows(id, 'Needs a decision');
    expect(story.cardOf(id)?.shown).toContain('third');
    await story.click('U0BOB', id, 'Restore as it was');
    await story.until('the form', () => company().slack.as('U0BOB').view() !== undefined);
    await company().slack.as('U0BOB').fillAndSubmit({ Why: 'ours was first' });
    await story.reaches(id, 'revoked');
    expect(await text(path)).toContain('"ledger"');
    expect(await text(path)).not.toContain('"third"');
  });

  it('what a GitOps controller applied can still be taken away by it afterwards', async () => {
    const path = await ingress('gitops');
    const id = await approved(
      await story.ask(
        '/jit request change annotate acme.test/note=changed shop-payments/gitops for 4s because a trial',
      ),
    );
    await story.reaches(id, 'active');
    expect(await text(path)).toContain('changed');
    await story.reaches(id, 'revoked');
    expect(await text(path)).toContain('as it was');
    expect(await text(path)).not.toContain(`hallpass-${id}`);
  });

  it('a change for good is done once, and nothing of ours stays in the cluster', async () => {
    const path = await ingress('good');
    const id = await approved(await add('good', 'good'));
    await story.reaches(id, 'completed');
    expect(await text(path)).toContain('/beta');
    await story.shows(id, 'Done');
    const secrets = '/api/v1/namespaces/hallpass-markers/secrets';
    await story.until('its journal to be gone', async () => !(await text(secrets)).includes(`journal-${id}`));
  });

  it('Redis emptied while changes are active: all of them are taken back within 5 s of their time', async () => {
    const names = ['lost-1', 'lost-2', 'lost-3'];
    const paths = await Promise.all(names.map((name) => ingress(name)));
    const ids: RequestId[] = [];
    for (const name of names) ids.push(await approved(await add(name, '6s')));
    const ends: Temporal.Instant[] = [];
    for (const id of ids) ends.push((await story.reaches(id, 'active')).expiresAt);
    await story.redis().flushall();
    await story.until(
      'all paths to be gone',
      async () => !(await Promise.all(paths.map(text))).some((body) => body.includes('/beta')),
      20_000,
    );
    expect(Math.max(...ends.map(since))).toBeLessThan(6);
    await story.isTold('A change was taken back by what the cluster says of it');
  });

  it('a diff too long for the card is approved only after Full diff, and is attached as a file', async () => {
    const data = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`key-${index}`, `value ${index}`]));
    await admin().send('POST', '/api/v1/namespaces/shop-payments/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'long', namespace: 'shop-payments' },
      data,
    });
    const id = await story.ask(
      '/jit request change delete configmaps shop-payments/long for 10s because it is not needed',
    );
    await story.shows(id, 'hidden');
    await story.click('U0BOB', id, 'Approve');
    await story.until('Bob to be told', () => story.answerTo('U0BOB').includes('Full diff'));
    await story.click('U0BOB', id, 'Full diff');
    await story.until('the look to be recorded', async () => (await story.events(id)).includes('seen'));
    await story.click('U0BOB', id, 'Approve');
    await story.reaches(id, 'active');
    expect((await admin().send('GET', '/api/v1/namespaces/shop-payments/configmaps/long')).status).toBe(404);
    await story.reaches(id, 'revoked');
    expect(await text('/api/v1/namespaces/shop-payments/configmaps/long')).toContain('value 399');
  });

  it('an opening adds a policy of its own, says which pods that concerns, and is gone on time', async () => {
    const pod = (namespace: string, app: string) =>
      admin().send('POST', `/api/v1/namespaces/${namespace}/pods`, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `${app}-0`, namespace, labels: { app } },
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'main', image: 'acme.test/main', ports: [{ containerPort: 8080 }] }],
        },
      });
    await admin().send('POST', '/api/v1/namespaces/shop-front/serviceaccounts', { metadata: { name: 'default' } });
    await admin().send('POST', '/api/v1/namespaces/shop-payments/serviceaccounts', { metadata: { name: 'default' } });
    expect((await pod('shop-front', 'web')).status).toBe(201);
    expect((await pod('shop-payments', 'ledger')).status).toBe(201);
    const policies = '/apis/networking.k8s.io/v1/namespaces/shop-payments/networkpolicies';
    const before = await text(policies);
    const id = await story.ask(
      '/jit request open app=web@shop-front into app=ledger 8080 shop-payments for 5s because refunds fail',
    );
    await story.shows(id, 'ledger in shop-payments can now be reached from web in shop-front on TCP 8080');
    await approved(id);
    const { expiresAt } = await story.reaches(id, 'active');
    expect(await text(policies)).toContain(`hallpass-${id}`);
    await story.reaches(id, 'revoked');
    expect(since(expiresAt)).toBeLessThan(3);
    const names = (body: string) => [...body.matchAll(/"name":"([^"]+)","namespace"/g)].map(([, name]) => name);
    expect(names(await text(policies))).toEqual(names(before));
  });

  it('an opening ends at once when its pods have no other policy left: it would cut their other traffic', async () => {
    const policies = '/apis/networking.k8s.io/v1/namespaces/shop-payments/networkpolicies';
    const id = await approved(
      await story.ask(
        '/jit request open app=web@shop-front into app=ledger 8080 shop-payments for 5m because refunds fail',
      ),
    );
    await story.reaches(id, 'active');
    const denyAll = (await admin().send('GET', `${policies}/deny-all`)).body;
    await admin().send('DELETE', `${policies}/deny-all`);
    const { cause } = await story.reaches(id, 'revoked');
    expect(cause).toBe('unsafe');
    expect(await text(policies)).not.toContain(`hallpass-${id}`);
    await story.shows(id, 'ledger-0');
    const { metadata, ...rest } = z.looseObject({ metadata: z.looseObject({ name: z.string() }) }).parse(denyAll);
    await admin().send('POST', policies, { ...rest, metadata: { name: metadata.name, namespace: 'shop-payments' } });
  });

  it('bad asks are answered with what is wrong and what to do, and nothing is filed', async () => {
    const alice = company().slack.as('U0ALICE');
    const answers: string[] = [];
    for (const line of [
      '/jit request change add pay.acme.test/webhooks=ledger:80 shop-payments/ledger for 5m because twice',
      '/jit request change delete ingresses shop-payments/nothing-here for 5m because gone',
      '/jit request change add pay.acme.test/x=ledger:99999999 shop-payments/ledger for 5m because port',
      '/jit request change delete secrets shop-payments/ledger-tls for 5m because secrets',
      '/jit request change add pay.acme.test/x=ledger:80 kube-system/ledger for 5m because elsewhere',
      '/jit request open app=web@shop-front into app=nobody 8080 shop-payments for 5m because none',
      '/jit request open 0.0.0.0/0 into app=ledger 8080 shop-payments for 5m because all',
      '/jit request open app=web@kube-system into app=ledger 8080 shop-payments for 5m because from elsewhere',
    ]) {
      await alice.command(line);
      answers.push(story.answerTo('U0ALICE'));
    }
    expect(answers.filter((answer) => /[2-9a-hjkmnp-z]{4}-[2-9a-hjkmnp-z]{2}\*/.test(answer))).toEqual([]);
    for (const answer of answers) expect(answer.length).toBeGreaterThan(20);
    expect(answers.filter((answer) => answer.includes('no worker answered'))).toEqual([]);
    expect(await text(ledger)).not.toContain('"/x"');
  });
});
