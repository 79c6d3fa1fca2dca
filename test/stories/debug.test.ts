import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys } from '#adapters/redis/keys.ts';
import { personId, requestId } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import { inMemory } from '#local/ways-in.ts';
import { startKubelet } from '#test/stories/parts/kubelet.ts';
import { type Opened, openStream } from '#test/stories/parts/open-stream.ts';
import { companyFor } from './company.ts';
import { named, storyOf } from './story.ts';

const company = companyFor(inMemory, { watcher: true });
const story = storyOf(company);

const node = 'node-1';
const alice = personId.parse('U0ALICE');
const password = 'hunter2-of-the-pod';
const opened: Opened[] = [];

let stopKubelet = async (): Promise<void> => {};
beforeAll(async () => {
  stopKubelet = (await startKubelet(company().stand.admin, node)).stop;
});
afterAll(async () => {
  for (const stream of opened) stream.close();
  await stopKubelet();
});

const make = async (namespace: string, name: string, spec: Manifest['spec'] & object = {}): Promise<void> => {
  const pod: Manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'web', image: 'web:1', env: [{ name: 'PASSWORD', value: password }] }],
      ...spec,
    },
  };
  const { status, body } = await company().stand.admin.send('POST', `/api/v1/namespaces/${namespace}/pods`, pod);
  expect(status, JSON.stringify(body)).toBe(201);
};
const pod = (namespace: string, name: string) => `/api/v1/namespaces/${namespace}/pods/${name}`;
/** As Alice runs a command, and what the API server says: 101 where the stream is open, 403 where she may not. */
const exec = async (namespace: string, name: string, method: 'GET' | 'POST' = 'POST'): Promise<Opened> => {
  const { url, caPem } = company().stand.plane;
  const path = `${pod(namespace, name)}/exec?command=sh&container=web&stdin=true&stdout=true`;
  const stream = await openStream({ url, caPem, token: 'local-alice@acme.test' }, method, path);
  opened.push(stream);
  return stream;
};
const execs = async (namespace: string, name: string, method: 'GET' | 'POST' = 'POST') =>
  (await exec(namespace, name, method)).status;
const threadSays = (id: string, words: string): Promise<string> =>
  story.until(`"${words}" in the thread of ${id}`, () =>
    story
      .thread(id)
      .map(({ shown }) => named(shown))
      .find((shown) => shown.includes(words)),
  ) as Promise<string>;
const answered = (person: string, words: string) =>
  story
    .until(`"${words}" for ${person}`, () => story.answerTo(person).includes(words))
    .catch((cause: unknown) => {
      throw new Error(`${person} was told: ${story.answerTo(person)}`, { cause });
    });

describe('commands in a pod', () => {
  it('are run once two people agreed, in that pod alone, and not any more when the time is over', async () => {
    await make('shop-payments', 'web-0');
    await make('shop-payments', 'web-1');
    // What is open in a pod is ended only where the pod was there before the end, and times of pods are whole seconds.
    await setTimeout(1_100);
    expect(await execs('shop-payments', 'web-0')).toBe(403);
    const id = await story.ask('/jit request debug exec shop-payments/web-0 for 20s because checkout 502s');
    await story.shows(id, 'Run commands in pods');
    await story.shows(id, 'create, get pods/exec named web-0');
    await story.shows(id, 'go on after the end');
    await story.press('U0BOB', 'approve', id);
    expect(await execs('shop-payments', 'web-0')).toBe(403);
    await story.press('U0DAN', 'approve', id);
    await story.reaches(id, 'active');

    const stream = await exec('shop-payments', 'web-0');
    expect(stream.status).toBe(101);
    expect(await execs('shop-payments', 'web-0', 'GET')).toBe(101);
    expect(await company().tries('requester', 'GET', pod('shop-payments', 'web-0'))).toBe(200);
    expect(await company().tries('requester', 'GET', `${pod('shop-payments', 'web-0')}/log`)).toBe(200);
    expect(await execs('shop-payments', 'web-1')).toBe(403);
    expect(await company().tries('requester', 'GET', pod('shop-payments', 'web-1'))).toBe(403);

    const { cause, tripped } = await story.reaches(id, 'revoked');
    expect({ cause, tripped }).toEqual({ cause: 'expired' });
    expect(await execs('shop-payments', 'web-0')).toBe(403);
    expect(await execs('shop-payments', 'web-0', 'GET')).toBe(403);
    // What its card had warned of.
    expect(stream.isOpen()).toBe(true);
    await threadSays(id, 'May be open still');
    await story.shows(id, 'create pods/exec web-0 in shop-payments');
    expect(await threadSays(id, 'Summed up')).toContain('create, get pods/exec web-0 in shop-payments');
    expect(JSON.stringify([await story.chain(id), story.cardOf(id), story.thread(id)])).not.toContain(password);

    await story.click('U0CAROL', id, 'End pods');
    await answered('U0CAROL', 'to delete pod web-0 in shop-payments. It has to be approved');
  });

  it('are critical in a privileged pod, and its card says why', async () => {
    await make('shop-front', 'agent-0', {
      hostPID: true,
      containers: [{ name: 'agent', image: 'agent:1', securityContext: { privileged: true } }],
    });
    const id = await story.ask('/jit request debug exec shop-front/agent-0 for 5m because the node is slow');
    await story.shows(id, 'CRITICAL');
    await story.shows(id, 'a shell in pod agent-0: a privileged container, which is root on its node');
    const logs = await story.ask('/jit request debug shop-front/agent-0 for 5m because the node is slow');
    expect((await story.chain(logs)).request.asked.content?.risk).toBe('none');
  });

  /** Lets Alice run commands in all pods of a namespace without asking. */
  const letIn = async (namespace: string): Promise<void> => {
    const rbac = 'rbac.authorization.k8s.io';
    const metadata = { namespace, name: 'pod-visitors' };
    const at = `/apis/${rbac}/v1/namespaces/${namespace}`;
    await company().stand.admin.send('POST', `${at}/roles`, {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata,
      rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }],
    });
    await company().stand.admin.send('POST', `${at}/rolebindings`, {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: metadata.name },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'alice@acme.test' }],
    });
  };

  it('in a pod that was not named end the grant at once, whoever else allowed them', async () => {
    await make('shop-front', 'db-0');
    await make('shop-dev', 'till-0');
    const id = await story.ask('/jit request debug exec shop-front/db-0 for 30m because it hangs');
    await story.press('U0BOB', 'approve', id);
    await story.reaches(id, 'active');
    expect(await execs('shop-front', 'db-0')).toBe(101);
    await threadSays(id, 'create pods/exec db-0 in shop-front');
    expect((await story.chain(id)).request.state.status).toBe('active');
    await letIn('shop-dev');
    await story.until('Alice to be let in', async () => (await execs('shop-dev', 'till-0')) !== 403);
    const state = await story.reaches(id, 'revoked');
    expect(state).toMatchObject({ cause: 'tripped', tripped: [{ rule: 'exec', does: 'revoke' }] });
    await threadSays(id, 'create pods/exec till-0 in shop-dev: allowed by RoleBinding "pod-visitors"');
    expect(await execs('shop-front', 'db-0')).toBe(403);
  });
});

it('is asked for by the form too, where names are typed, and goes on under an extension without a break', async () => {
  await make('shop-front', 'api-0');
  await make('shop-front', 'api-1');
  const alice = company().slack.as('U0ALICE');
  await alice.command('/jit');
  await story.until('the form', () => alice.view());
  const formHas = (words: string) =>
    story.until(`"${words}" in the form`, () => JSON.stringify(alice.view() ?? '').includes(words));
  await alice.fill({ 'What kind of request': 'debug' });
  await formHas('\\"kind\\":\\"debug\\"');
  await alice.fill({ Namespace: 'shop-front' });
  await formHas('Which pods');
  await alice.fillAndSubmit({
    'What for': 'port-forward',
    'Which pods': 'api-0, api-1',
    'For how long': '10m',
    Why: 'the metrics say nothing',
  });
  const view = await story.until('the answer', () => {
    const text = JSON.stringify(alice.view() ?? '');
    return text.includes('Asked, as') && text;
  });
  const id = requestId.parse(/Asked, as \*?([2-9a-z]{4}-[2-9a-z]{2})/.exec(view)?.[1]);
  expect((await story.chain(id)).request.asked.ask).toEqual({ profile: 'port-forward', pods: ['api-0', 'api-1'] });
  await story.approve(id, ['U0BOB']);
  await story.reaches(id, 'active');
  const forwards = async (name: string) => {
    const { url, caPem } = company().stand.plane;
    const caller = { url, caPem, token: 'local-alice@acme.test' };
    const stream = await openStream(caller, 'POST', `${pod('shop-front', name)}/portforward`);
    opened.push(stream);
    return stream;
  };
  const forwarded = await forwards('api-1');
  expect(forwarded.status).toBe(101);
  expect(await execs('shop-front', 'api-1')).toBe(403);

  const answer = await story.type(`/jit extend ${id} for 10m because they still say nothing`);
  const extension = requestId.parse(/\b[2-9a-z]{4}-[2-9a-z]{2}\b/.exec(answer.replaceAll(id, ''))?.[0]);
  await story.approve(extension, ['U0BOB']);
  await story.reaches(extension, 'active');
  expect(await story.reaches(id, 'revoked')).toMatchObject({ cause: 'extended' });
  expect((await forwards('api-0')).status).toBe(101);
  await alice.command(`/jit done ${extension}`);
  await story.reaches(extension, 'revoked');
  expect((await forwards('api-0')).status).toBe(403);
  expect(forwarded.isOpen()).toBe(true);
});

describe('what cannot be asked for is answered with what is wrong', () => {
  it.each([
    ['debug exec shop-front for 5m because x', 'Say which pods, behind their namespace: shop-front/web-0,web-1.'],
    ['debug exec now shop-front/db-1 for 5m because x', '"now" is too much. Write it like [<profile>]'],
    ['debug root shop-front/db-1 for 5m because x', 'There is no profile "root"'],
    ['debug exec shop-front/Db_1 for 5m because x', '"Db_1" is not the name of a pod'],
    ['debug exec shop-front/nobody-0 for 5m because x', 'There is no pod nobody-0 in shop-front.'],
    ['debug exec shop-front/nobody-0 for good because x', 'This is for a time only. Say for how long'],
  ])('%s', async (line, says) => {
    const filed = () => story.redis().zcard(keys.person(alice));
    const before = await filed();
    expect(named(await story.type(`/jit request ${line}`))).toContain(says);
    expect(await filed()).toBe(before);
  });

  it('and who may not ask learns nothing of which pods there are', async () => {
    await make('shop-payments', 'secretive-0');
    const [there, not] = [
      await story.type('/jit request debug exec shop-payments/secretive-0 for 5m because x', 'U0FRANK'),
      await story.type('/jit request debug exec shop-payments/nobody-0 for 5m because x', 'U0FRANK'),
    ];
    expect(there).not.toContain('secretive-0');
    expect(not).toBe(there);
  });
});
