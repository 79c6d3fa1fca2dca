import { beforeAll, describe, expect, it } from 'vitest';
import { keys } from '#adapters/redis/keys.ts';
import { type RequestId, requestId } from '#domain/ids.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { front, frontIngress, handsOf } from './guard-story.ts';
import { storyOf } from './story.ts';

const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

/** Somebody writes while nobody is asked: the worker puts the configuration back within two seconds, and this is faster than that. */
describe('what is protected and was changed past the guard', () => {
  const company = companyFor(inMemory, { guard: true });
  const story = storyOf(company);
  const alice = handsOf(company, 'local-alice@acme.test');
  const admin = () => company().stand.admin;
  const shop = async () => JSON.stringify((await admin().send('GET', `${front}/shop`)).body);

  const pastTheGuard = async (write: () => Promise<{ readonly status: number }>): Promise<void> => {
    await story.until('a moment without a guard', async () => {
      await admin().send('DELETE', `${configurations}/hallpass-guard`);
      return (await write()).status < 300;
    });
  };
  /** The card of a request that says so and is not decided on. */
  const found = async (words: string): Promise<RequestId> => {
    const { slack } = company();
    const all = () => slack.as('U0BOB').readChannel('approvals');
    const card = await story.until(
      `a card that says "${words}"`,
      () => all().find(({ shown }) => shown.includes(words) && shown.includes('Put it back or accept it')),
      60_000,
    );
    return requestId.parse(card.metadata?.event_payload.request);
  };
  /** Whether a worker knows an object, or has looked there at all. */
  const isKnown = async (name = '/'): Promise<boolean> => {
    const { clusters } = company().stand.config('worker');
    const place = { cluster: clusters[0]?.name ?? '', namespace: 'shop-front', profile: 'ingresses' };
    return (await story.redis().hexists(keys.agreed(place), name)) === 1;
  };

  beforeAll(async () => {
    await story.until('the guard to be asked', async () =>
      (await alice('DELETE', `${front}/shop?dryRun=All`)).warnings.join().includes('Hallpass'),
    );
    await story.until('somebody to have looked', isKnown);
  });

  it('gets a card of its own, and is put back by a click', async () => {
    const before = JSON.parse(await shop()).spec;
    await pastTheGuard(() => admin().send('PUT', `${front}/shop`, frontIngress('shop', ['/', '/beta'])));
    const id = await found('Changed without a request: Ingress shop');
    const { shown } = await story.card(id);
    expect(shown).toContain('nobody asked');
    expect(shown).toContain('/beta');
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'completed');
    expect(JSON.parse(await shop()).spec).toEqual(before);
    await story.shows(id, 'Put back 2');
  });

  it('is left as it is by another click, and that is then what was agreed to', async () => {
    await pastTheGuard(() => admin().send('POST', front, frontIngress('extra')));
    const id = await found('Created without a request: Ingress extra');
    await story.click('U0BOB', id, 'Accept');
    await company().slack.as('U0BOB').fillAndSubmit({ Why: 'it is ours, from the migration' });
    await story.reaches(id, 'denied');
    await story.shows(id, 'Accepted by @U0BOB');
    await story.until('that to be written down', () => isKnown('extra'));
    await pastTheGuard(() => admin().send('DELETE', `${front}/extra`));
    const gone = await found('Deleted without a request: Ingress extra');
    await story.approve(gone, ['U0BOB']);
    await story.reaches(gone, 'completed');
    expect((await admin().send('GET', `${front}/extra`)).status).toBe(200);
  });
});
