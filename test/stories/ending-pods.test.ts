import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type RequestId, requestId } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import { inMemory } from '#local/ways-in.ts';
import { startKubelet } from '#test/stories/parts/kubelet.ts';
import { companyFor } from './company.ts';
import { storyOf } from './story.ts';

const company = companyFor(inMemory, { watcher: true });
const story = storyOf(company);

const node = 'node-1';
const pods = '/api/v1/namespaces/shop-payments/pods';
const password = 'hunter2-of-the-pod';

let stopKubelet = async (): Promise<void> => {};
beforeAll(async () => {
  stopKubelet = (await startKubelet(company().stand.admin, node)).stop;
});
afterAll(() => stopKubelet());

/** It has no time to end, so that it is gone as soon as it is deleted: nothing runs here that would say that it has ended. */
const podNamed = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop-payments' },
  spec: {
    nodeName: node,
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'web', image: 'web:1', env: [{ name: 'PASSWORD', value: password }] }],
  },
});
const made = z.object({ metadata: z.object({ uid: z.string() }) });
const make = async (name: string): Promise<string> => {
  const { status, body } = await company().stand.admin.send('POST', pods, podNamed(name));
  expect(status).toBe(201);
  return made.parse(body).metadata.uid;
};
const uidOf = async (name: string): Promise<string | undefined> => {
  const { status, body } = await company().stand.admin.send('GET', `${pods}/${name}`);
  return status === 404 ? undefined : made.parse(body).metadata.uid;
};
/** Times of pods are whole seconds: what comes behind it is of a later one. */
const anotherSecond = () => setTimeout(1_100);
/** As a StatefulSet would. */
const replace = async (name: string): Promise<string> => {
  await anotherSecond();
  await company().stand.admin.send('DELETE', `${pods}/${name}`);
  await story.until(`${name} to be gone`, async () => (await uidOf(name)) === undefined);
  return make(name);
};

/** Alice follows the logs of these pods under a grant that she gives back then. */
const followed = async (...names: readonly string[]): Promise<RequestId> => {
  const line = '/jit request access ingress-debug shop-payments on shop for 30m because checkout 502s';
  const id = await story.ask(line);
  await story.approve(id);
  await story.reaches(id, 'active');
  for (const name of names)
    expect(await company().tries('requester', 'GET', `${pods}/${name}/log?follow=true`)).toBe(200);
  await story.until('the uses to be in the log', async () => {
    const { state } = (await story.chain(id)).request;
    const streams = state.status === 'active' ? (state.observed ?? []).filter(({ stream }) => stream) : [];
    return streams.length === names.length;
  });
  await company().slack.as('U0ALICE').command(`/jit done ${id}`);
  await story.reaches(id, 'revoked');
  return id;
};
const idIn = (text: string): RequestId => requestId.parse(/\b[2-9a-z]{4}-[2-9a-z]{2}\b/.exec(text)?.[0]);
const answered = (person: string, words: string) =>
  story
    .until(`"${words}" for ${person}`, () => story.answerTo(person).includes(words) && story.answerTo(person))
    .catch((cause: unknown) => {
      throw new Error(`${person} was told: ${story.answerTo(person)}`, { cause });
    });

it('what may be open after the end of a grant is ended by a click and an approval, and never in a pod that came later', async () => {
  await make('web-0');
  await make('web-1');
  await anotherSecond();
  const id = await followed('web-0', 'web-1');
  await story.shows(id, 'May be open still');
  await story.shows(id, 'get pods/log web-0 in shop-payments');
  const later = await replace('web-1');

  await story.click('U0CAROL', id, 'End pods');
  const asked = idIn(await answered('U0CAROL', 'to delete pods web-0, web-1 in shop-payments. It has to be approved'));
  await company().slack.as('U0ALICE').command(`/jit end-pods ${id}`);
  expect(idIn(await answered('U0ALICE', 'Asked already'))).toBe(asked);
  await company().slack.as('U0FRANK').command(`/jit end-pods ${id}`);
  await answered('U0FRANK', 'There is no request');
  await story.shows(asked, 'For good: nothing takes it back');
  await story.shows(asked, 'Delete up to 2 pods');
  await story.shows(asked, 'Pod web-1 was made anew since: it is another one.');
  await story.shows(asked, 'Nothing makes it again: it is gone.');

  await story.approve(asked);
  await story.reaches(asked, 'completed');
  expect(await uidOf('web-0')).toBeUndefined();
  expect(await uidOf('web-1')).toBe(later);
  await story.shows(asked, 'Done for good');
  expect(JSON.stringify([await story.chain(asked), story.cardOf(asked), story.thread(asked)])).not.toContain(password);

  await story.click('U0CAROL', id, 'End pods');
  expect(idIn(await answered('U0CAROL', 'Asked already'))).toBe(asked);
});

it('a pod that was made anew while its deletion was asked for is not deleted in the place of the one that was meant', async () => {
  await make('db-0');
  const asked = await story.ask('/jit request delete-pod shop-payments/db-0 because it hangs');
  const later = await replace('db-0');
  await story.press('U0BOB', 'approve', asked);
  await setTimeout(1_000);
  expect((await story.chain(asked)).request).toMatchObject({ asked: { revision: 1 }, state: { votes: [] } });
  expect(await uidOf('db-0')).toBe(later);
});
