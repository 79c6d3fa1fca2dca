import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { changeStoryOf, oneYes } from './change-story.ts';
import { companyFor } from './company.ts';
import { storyOf, writeRules } from './story.ts';

const front = '/apis/networking.k8s.io/v1/namespaces/shop-front/networkpolicies';
const place = '/api/v1/namespaces/shop-front';

/** What holds traffic back from the pods of one app. */
const isolated = (app: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: `only-${app}`, namespace: 'shop-front' },
  spec: { podSelector: { matchLabels: { app } }, policyTypes: ['Ingress'], ingress: [] },
});

describe('an opening that others meddle with', () => {
  const company = companyFor(inMemory, { prepare: (stand) => writeRules(stand, oneYes) });
  const story = storyOf(company);
  const { admin, text, make, approved } = changeStoryOf(company, story);

  const pod = (name: string, labels: Record<string, string>) =>
    make(`${place}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop-front', labels },
      spec: {
        automountServiceAccountToken: false,
        containers: [{ name: 'main', image: 'acme.test/main', ports: [{ containerPort: 8080 }] }],
      },
    });

  /** Pods of a tier of their own, held back by a policy of theirs, and an opening to them in force. */
  const opened = async (tier: string, duration: string) => {
    await pod(`${tier}-0`, { app: `${tier}-app`, tier });
    await make(front, isolated(`${tier}-app`));
    const id = await approved(
      await story.ask(
        `/jit request open app=client into tier=${tier} 8080 shop-front for ${duration} because refunds fail`,
      ),
    );
    const { expiresAt } = await story.reaches(id, 'active');
    const ours = `${front}/hallpass-${id}-in`;
    expect((await admin().send('GET', ours)).status).toBe(200);
    return { id, ours, expiresAt };
  };
  const statusOf = async (path: string): Promise<number> => (await admin().send('GET', path)).status;

  it('its policy deleted: it is not made again, and the end is said at its time', async () => {
    await admin().send('POST', `${place}/serviceaccounts`, { metadata: { name: 'default' } });
    await pod('client-0', { app: 'client' });
    const { id, ours } = await opened('deleted', '6s');
    expect((await admin().send('DELETE', ours)).status).toBe(200);
    await pause(3_500);
    expect(await statusOf(ours)).toBe(404);
    expect(await story.reaches(id, 'revoked')).toMatchObject({ cause: 'expired' });
    expect(await statusOf(ours)).toBe(404);
  });

  it('its policy edited, and others added beside it: it goes at its time, and theirs stay', async () => {
    const { id, ours } = await opened('edited', '5s');
    const edit = { spec: { ingress: [{}] }, metadata: { labels: { edited: 'by-somebody' } } };
    expect((await admin().send('PATCH', ours, edit)).status).toBe(200);
    const another = { ...isolated('edited-app'), metadata: { name: 'another', namespace: 'shop-front' } };
    await make(front, another);
    await story.reaches(id, 'revoked');
    expect(await statusOf(ours)).toBe(404);
    expect(await statusOf(`${front}/another`)).toBe(200);
    expect(await statusOf(`${front}/only-edited-app`)).toBe(200);
  });

  it('its policy edited so that nobody knows it for ours: it goes at its time all the same', async () => {
    const { id, ours } = await opened('bare', '5s');
    const { status } = await admin().send('PATCH', ours, {
      metadata: { labels: { 'hallpass.dev/request': null }, annotations: { 'hallpass.dev/signature': 'x' } },
    });
    expect(status).toBe(200);
    await story.reaches(id, 'revoked');
    expect(await statusOf(ours)).toBe(404);
  });

  it('pods that nothing else isolates appear: it ends at once, says which, and is not made again', async () => {
    const { id, ours } = await opened('mixed', '10m');
    await pod('mixed-stranger', { app: 'stranger', tier: 'mixed' });
    const ended = await story.reaches(id, 'revoked');
    expect(ended).toMatchObject({ cause: 'unsafe' });
    expect(ended.why).toContain('mixed-stranger');
    expect(await statusOf(ours)).toBe(404);
    await story.shows(id, 'mixed-stranger');
    await pause(2_500);
    expect(await text(front)).not.toContain(`hallpass-${id}`);
  });
});
