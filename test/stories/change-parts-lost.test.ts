import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RequestId } from '#domain/ids.ts';
import { inMemory } from '#local/ways-in.ts';
import { changeStoryOf, core, ingresses, ingressNamed, journals, oneYes, since } from './change-story.ts';
import { companyFor } from './company.ts';
import { storyOf, writeRules } from './story.ts';

describe('a part that is lost while a change is in force', () => {
  const company = companyFor(inMemory, { prepare: (stand) => writeRules(stand, oneYes) });
  const story = storyOf(company);
  const { admin, text, make, kept, ingress, add, approved, noJournal } = changeStoryOf(company, story);

  const inForce = async (name: string, duration: string) => {
    const path = await ingress(name);
    const before = await kept(path);
    const id = await approved(await add(name, duration));
    const { expiresAt } = await story.reaches(id, 'active');
    expect(await text(path)).toContain('/beta');
    return { id, path, before, expiresAt };
  };
  const gone = (path: string) => story.until('the path to be gone', async () => !(await text(path)).includes('/beta'));
  const settle = async (id: RequestId, choice: 'keep' | 'restore'): Promise<void> => {
    const button = choice === 'keep' ? 'Keep as it is now' : 'Restore as it was';
    await story.shows(id, button);
    await story.click('U0BOB', id, button);
    await story.until('the form', () => company().slack.as('U0BOB').view() !== undefined);
    await company().slack.as('U0BOB').fillAndSubmit({ Why: 'looked at' });
  };

  it('Redis killed and away at the end: it is taken back within 5 s, and afterwards log and card say so', async () => {
    const { id, path, before, expiresAt } = await inForce('redis-away', '4s');
    await company().stand.redis.kill();
    await gone(path);
    const late = since(expiresAt);
    expect(late).toBeGreaterThan(-0.5);
    expect(late).toBeLessThan(5);
    await company().stand.redis.start();
    expect(await story.reaches(id, 'revoked')).toMatchObject({ cause: 'expired' });
    expect((await story.events(id)).filter((type) => !['end-delayed', 'ended'].includes(type))).toEqual([
      'submitted',
      'voted',
      'approved',
      'activated',
    ]);
    await story.shows(id, 'Ended');
    expect(await kept(path)).toEqual(before);
    await noJournal(id);
  });

  it('the API server away at the end: the card says that it is late, and it is taken back within 5 s of the return', async () => {
    const { id, path, before, expiresAt } = await inForce('server-away', '4s');
    await story.shows(id, 'Active');
    await company().stand.plane.kill();
    await story.shows(id, 'The end is late');
    await company().stand.plane.start();
    const back = Temporal.Now.instant();
    await gone(path);
    expect(since(back)).toBeLessThan(5);
    const { at, lagMilliseconds } = await story.reaches(id, 'revoked');
    expect(Math.abs(lagMilliseconds / 1_000 - at.since(expiresAt).total('seconds'))).toBeLessThan(0.1);
    expect((await story.events(id)).filter((type) => type === 'end-delayed')).toHaveLength(1);
    await story.shows(id, 'Ended');
    expect(await kept(path)).toEqual(before);
    await noJournal(id);
  });

  it('a journal that is deleted or edited: a person is asked, is told why, and their word ends it', async () => {
    const [deleted, edited] = [await inForce('journal-deleted', '5s'), await inForce('journal-edited', '5s')];
    const journalOf = (id: RequestId): string => `${journals}/journal-${id}-r1`;
    expect((await admin().send('DELETE', journalOf(deleted.id))).status).toBe(200);
    expect((await admin().send('PATCH', journalOf(edited.id), { data: { journal: 'AAAA' } })).status).toBe(200);
    for (const { id, path } of [deleted, edited]) {
      await story.until('a conflict', async () => 'conflict' in (await story.chain(id)).request.state);
      expect(await text(path)).toContain('/beta');
      await story.shows(id, 'not known any more: the journal in the cluster is gone');
    }
    for (const { id } of [deleted, edited]) {
      await settle(id, 'keep');
      expect(await story.reaches(id, 'revoked')).toMatchObject({ reverted: [{ how: 'kept' }] });
      await noJournal(id);
    }
    expect(await text(deleted.path)).toContain('/beta');
  });

  it('an object that is deleted, or deleted and made anew by somebody, is left to them', async () => {
    const [deleted, anew] = [await inForce('deleted', '4s'), await inForce('made-anew', '4s')];
    for (const { path } of [deleted, anew]) expect((await admin().send('DELETE', path)).status).toBe(200);
    await make(ingresses, ingressNamed('made-anew', 'ledger', ['/', '/beta']));
    const theirs = await kept(anew.path);
    for (const { id } of [deleted, anew]) {
      expect(await story.reaches(id, 'revoked')).toMatchObject({ reverted: [{ how: 'gone' }] });
      await story.shows(id, 'Ended');
      await noJournal(id);
    }
    expect((await admin().send('GET', deleted.path)).status).toBe(404);
    expect(await kept(anew.path)).toEqual(theirs);
  });

  it('Slack away from the approval to the end: it comes and goes on time, and card, thread and file catch up once', async () => {
    const { slack } = company();
    const data = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`key-${index}`, `value ${index}`]));
    await make(`${core}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'long' }, data });
    const before = await kept(`${core}/configmaps/long`);
    // The file is there, and nobody says so.
    slack.faults.next({ type: 'performed-then-status', status: 500 }, { method: 'files.completeUploadExternal' });
    const id = await story.ask('/jit request change delete configmaps shop-payments/long for 4s because it is old');
    await story.shows(id, 'hidden');
    await story.click('U0BOB', id, 'Full diff');
    await story.until('the look to be recorded', async () => (await story.events(id)).includes('seen'));
    slack.faults.down();
    await approved(id);
    const { expiresAt } = await story.reaches(id, 'active');
    await story.reaches(id, 'revoked');
    expect(since(expiresAt)).toBeLessThan(2);
    const { uid: _, creationTimestamp: __, ...metadata } = before.metadata;
    expect(await kept(`${core}/configmaps/long`)).toMatchObject({ metadata, managers: before.managers, data });
    slack.faults.up();
    await story.shows(id, 'Ended');
    const shown = () => story.thread(id).flatMap(({ metadata: of }) => of?.event_payload.version ?? []);
    await story.until('the whole thread', async () => shown().includes((await story.events(id)).length));
    expect(new Set(shown()).size).toBe(shown().length);
    await story.until('the file', () => story.thread(id).some(({ files }) => files.length > 0));
    await pause(3_000);
    expect(story.thread(id).flatMap(({ files }) => files)).toHaveLength(1);
    await noJournal(id);
  });

  it('the namespace deleted: what was in it is gone, and nothing is made in it again', async () => {
    const place = '/api/v1/namespaces/shop-front';
    const collection = '/apis/networking.k8s.io/v1/namespaces/shop-front/ingresses';
    const inFront = (name: string) => {
      const { metadata, ...rest } = ingressNamed(name);
      return { ...rest, metadata: { ...metadata, namespace: 'shop-front' } };
    };
    for (const name of ['updated', 'removed']) await make(collection, inFront(name));
    const updated = await approved(
      await story.ask(
        '/jit request change add updated.acme.test/beta=web:80 shop-front/updated for 5s because a trial',
      ),
    );
    const removed = await approved(
      await story.ask('/jit request change delete ingresses shop-front/removed for 5s because a trial'),
    );
    for (const id of [updated, removed]) await story.reaches(id, 'active');
    // No namespace controller runs here: what it does is done by hand.
    await admin().send('DELETE', `${collection}/updated`);
    await admin().send('DELETE', place);
    await admin().send('PUT', `${place}/finalize`, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop-front' },
      spec: { finalizers: [] },
    });
    expect((await admin().send('GET', place)).status).toBe(404);
    for (const id of [updated, removed]) {
      expect(await story.reaches(id, 'revoked')).toMatchObject({ reverted: [{ how: 'gone' }] });
      await story.shows(id, 'Ended');
      await noJournal(id);
    }
  });
});
