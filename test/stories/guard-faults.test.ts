import { beforeAll, describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { doctor } from '#src/commands/doctor.ts';
import { companyFor } from './company.ts';
import { front, frontIngress, handsOnce, heldAs } from './guard-story.ts';
import { storyOf } from './story.ts';

const at = (name: string): string => `${front}/${name}`;
const configuration = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/hallpass-guard';

describe('a guard around which something is lost', () => {
  const company = companyFor(inMemory, {
    guard: true,
    prepare: async ({ admin }) => {
      for (const name of ['redis', 'back', 'config']) await admin.send('POST', front, frontIngress(name));
    },
  });
  const story = storyOf(company);
  const alice = handsOnce(company, 'local-alice@acme.test');
  const admin = () => company().stand.admin;
  const live = async (name: string): Promise<string> => (await alice('GET', at(name))).text;
  const write = (name: string, more: object = {}) =>
    alice('PATCH', at(name), { metadata: { labels: { tried: 'yes' }, ...more } }, 'merge');

  beforeAll(async () => {
    await story.until('the guard to be asked', async () => (await write('shop')).message.includes('Hallpass'));
  });

  it('is found healthy by the doctor, and what it may not do is named', async () => {
    const { stand } = company();
    const { redisUrl, policy, keys } = stand.config('guard');
    const environment = {
      HALLPASS_ROLE: 'guard',
      REDIS_URL: redisUrl,
      HALLPASS_POLICY: policy,
      HALLPASS_KEYS: keys,
      HALLPASS_CLUSTERS: `shop=${stand.kubeconfig('hallpass-guard')}`,
    };
    const well = await doctor([], environment);
    expect((well.out ?? []).join('\n')).toContain('Role: guard');
    expect((well.out ?? []).join('\n')).toContain('Cluster shop, guard');
    expect(well.status).toBe(0);
    const ill = await doctor([], { ...environment, HALLPASS_CLUSTERS: `shop=${stand.kubeconfig('hallpass-bot')}` });
    expect(ill.status).toBe(1);
    expect((ill.out ?? []).join('\n')).toContain('guard/base.yaml');
  });

  it('says no within a second while Redis is away, and yes to a dry run; afterwards it goes on as before', async () => {
    const id = heldAs(await write('redis'));
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    await company().stand.redis.kill();
    const started = performance.now();
    const refused = await write('redis');
    // The API server asks twice about what is refused.
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.message).toContain('cannot look up just now');
    const dry = await alice('PATCH', `${at('redis')}?dryRun=All`, { metadata: { labels: { tried: 'yes' } } }, 'merge');
    expect(dry.status).toBe(200);
    await company().stand.redis.start();
    await story.until('the write to go through', async () => (await write('redis')).status === 200);
    await story.reaches(id, 'completed');
  });

  it('lets Hallpass take back what it changed while Redis is away', async () => {
    const id = await story.ask(
      '/jit request change add back.acme.test/beta=web:80 shop-front/back for 6s because QA tries it',
    );
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'active');
    expect(await live('back')).toContain('/beta');
    await company().stand.redis.kill();
    await story.until('the path to be gone', async () => !(await live('back')).includes('/beta'));
    await company().stand.redis.start();
    await story.reaches(id, 'revoked');
  });

  it.each([
    ['is removed', () => admin().send('DELETE', configuration)],
    [
      'is told to fail open',
      async () => {
        const { body } = await admin().send('GET', configuration);
        const text = JSON.stringify(body).replace('"failurePolicy":"Fail"', '"failurePolicy":"Ignore"');
        return admin().send('PUT', configuration, JSON.parse(text));
      },
    ],
  ])('is asked again within five seconds when its configuration %s, and administrators are told', async (_, spoil) => {
    const before = story.told('webhook configuration').length;
    expect((await spoil()).status).toBe(200);
    const spoilt = performance.now();
    await story.until('the configuration to be back', async () => {
      const text = JSON.stringify((await admin().send('GET', configuration)).body);
      return text.includes('"failurePolicy":"Fail"') && text.includes('caBundle');
    });
    expect(performance.now() - spoilt).toBeLessThan(5_000);
    await story.until('administrators to be told', () => story.told('webhook configuration').length > before);
    await story.until('the guard to be asked', async () => (await write('config')).message.includes('Hallpass'));
  });
});
