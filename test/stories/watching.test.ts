import { expect, it } from 'vitest';
import { requestId } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { ledger, storyOf, typed } from './story.ts';

const company = companyFor(inMemory, { watcher: true });
const story = storyOf(company);

const payments = '/api/v1/namespaces/shop-payments';
/** What kubectl asks for in one go, and Alice may not see. */
const forbidden = ['secrets', 'configmaps', 'pods', 'replicationcontrollers', 'limitranges'] as const;

const active = async (): Promise<Awaited<ReturnType<typeof story.ask>>> => {
  const id = await story.ask(typed('30m'));
  await story.approve(id);
  await story.reaches(id, 'active');
  return id;
};
const threadSays = (id: string, words: string) =>
  story.until(
    `"${words}" in the thread of ${id}`,
    () => story.thread(id).some(({ shown }) => shown.includes(words)),
    60_000,
  );

/** Lets Alice do something in shop-dev without asking. */
const letAlice = async (name: string, rule: { apiGroups: string[]; resources: string[]; verbs: string[] }) => {
  const rbac = 'rbac.authorization.k8s.io';
  const { admin } = company().stand;
  const at = `/apis/${rbac}/v1/namespaces/shop-dev`;
  const metadata = { namespace: 'shop-dev', name };
  const role: Manifest = { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules: [rule] };
  const binding: Manifest = {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'Role', name },
    subjects: [{ apiGroup: rbac, kind: 'User', name: 'alice@acme.test' }],
  };
  await admin.send('POST', `${at}/roles`, role);
  await admin.send('POST', `${at}/rolebindings`, binding);
};

it('what is done with a grant stands in its thread, and one refusal ends nothing', async () => {
  const id = await active();
  expect(await company().tries('requester', 'GET', ledger)).toBe(200);
  expect(await company().tries('requester', 'GET', `${payments}/secrets`)).toBe(403);
  await threadSays(id, 'Used for the first time');
  await threadSays(id, 'get ingresses.networking.k8s.io ledger in shop-payments');
  expect((await story.chain(id)).request.state.status).toBe('active');
  await company().slack.as('U0ALICE').command(`/jit done ${id}`);
  await story.reaches(id, 'revoked');
});

it('who looks around for what they may not see loses the grant at once, and is told why', async () => {
  const id = await active();
  const began = performance.now();
  for (const resource of forbidden)
    expect(await company().tries('requester', 'GET', `${payments}/${resource}`)).toBe(403);
  await story.until('the grant to be dead', async () => (await company().tries('requester', 'GET', ledger)) === 403);
  const lasted = performance.now() - began;
  await story.reaches(id, 'revoked');
  expect((await story.chain(id)).request.state).toMatchObject({
    cause: 'tripped',
    tripped: [{ rule: 'denied-burst', does: 'revoke' }],
  });
  await threadSays(id, 'many different things were tried that are not allowed');
  await threadSays(id, 'list secrets in shop-payments: refused');
  await story.shows(id, 'ended early');
  console.log(`five refusals and the end took ${Math.round(lasted)} ms`);
});

it('what nobody does with temporary access ends all that its person holds there', async () => {
  await letAlice('pod-visitors', { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] });
  const id = await active();
  await company().tries('requester', 'POST', '/api/v1/namespaces/shop-dev/pods/web/exec?command=sh');
  await story.reaches(id, 'revoked');
  expect((await story.chain(id)).request.state).toMatchObject({ cause: 'tripped', tripped: [{ rule: 'exec' }] });
  await threadSays(id, 'create pods/exec web in shop-dev: allowed by RoleBinding "pod-visitors"');
  // Nobody gets it back but by asking again.
  await company().slack.as('U0ALICE').command(`/jit again ${id} because it was me, looking at the shop`);
  const again = await story.until('the linked request', () => {
    const found = requestId.safeParse(/\b[2-9a-z]{4}-[2-9a-z]{2}\b/.exec(story.answerTo('U0ALICE'))?.[0]);
    return found.success && found.data !== id && found.data;
  });
  const { asked, state } = (await story.chain(again)).request;
  expect(asked.follows).toMatchObject({ request: id, ended: true });
  expect(state.status).toBe('pending');
});
