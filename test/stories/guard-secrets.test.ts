import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RequestId, requestId } from '#domain/ids.ts';
import { holdSecrets, kubectl, secretOf } from '#test/stories/parts/secrets.ts';
import { recordTraces, type Traces } from '#test/stories/parts/traces.ts';
import { companyFor } from './company.ts';
import { handsOf, heldAs } from './guard-story.ts';
import { storyOf, typed } from './story.ts';

const secrets = '/api/v1/namespaces/shop-front/secrets';
const at = (name: string): string => `${secrets}/${name}`;
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Every value that is written in these stories. */
const first = 'first-pass-Zq7Lk2';
const second = 'second-pass-Yw8Mn3';
const third = 'third-pass-Xe9Op4';
const token = 'token-of-the-vault-Wr1St5';
const all = [first, second, third, token];
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a direct write to a Secret', () => {
  let traces: Traces | undefined;
  const company = companyFor(
    (slack) => {
      if (traces === undefined) throw new Error('Nothing is recorded');
      return traces.way(slack);
    },
    {
      guard: true,
      prepare: async (stand) => {
        await holdSecrets(stand);
        traces = await recordTraces(stand.redis.url);
      },
    },
  );
  afterAll(() => traces?.stop());
  const story = storyOf(company);
  const alice = handsOf(company, 'local-alice@acme.test');
  /** What people are told in their terminals. */
  const told: string[] = [];
  const held = (reply: Awaited<ReturnType<typeof alice>>) => {
    told.push(reply.message, ...reply.warnings);
    return heldAs(reply);
  };
  const valuesOf = async (name: string): Promise<unknown> => JSON.parse((await alice('GET', at(name))).text).data;
  const agreed = async (id: ReturnType<typeof heldAs>): Promise<void> => {
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
  };
  const make = async (name: string, data: Readonly<Record<string, string>>) => {
    const create = () => alice('POST', secrets, secretOf(name, data));
    const id = held(await create());
    await agreed(id);
    expect((await create()).status).toBe(201);
    await story.reaches(id, 'completed');
    return id;
  };

  beforeAll(async () => {
    await story.until('the guard to be asked', async () =>
      (await alice('POST', `${secrets}?dryRun=All`, secretOf('probe', {}))).warnings.join().includes('Hallpass'),
    );
  });

  it('that creates one is held, shows its keys and no value, and goes through with these values alone', async () => {
    const create = (password: string) => alice('POST', secrets, secretOf('made', { password, user: token }));
    const id = held(await create(first));
    const { shown } = await story.card(id);
    expect(shown).toContain('Create Secret made');
    expect(shown).toContain('Its values were not looked into');
    expect(shown).not.toContain('No findings');
    expect(shown).toContain(`+  password: "(hidden, ${first.length} bytes)"`);
    expect(shown).toContain(`+  user: "(hidden, ${token.length} bytes)"`);
    expect(shown).toContain('+type: Opaque');
    await agreed(id);
    const dms = company().slack.as('U0ALICE').dms();
    expect(dms.filter((one) => one.shown.includes(id) && one.shown.includes('It is mine'))).toEqual([]);
    expect(held(await create(second))).not.toBe(id);
    expect((await create(first)).status).toBe(201);
    await story.reaches(id, 'completed');
    expect(await valuesOf('made')).toEqual({ password: base64(first), user: base64(token) });
  });

  it('that changes one is the same however it is made, and no other value goes through', async () => {
    await make('changed', { password: first, kept: token, gone: second });
    const now = JSON.parse((await alice('GET', at('changed'))).text);
    const wanted = { password: third, kept: token, added: second };
    const labels = { team: 'shop' };
    const copy = JSON.stringify(secretOf('changed', wanted));
    const data = Object.fromEntries(Object.entries(wanted).map(([key, text]) => [key, base64(text)]));
    const ways = [
      () => alice('PUT', at('changed'), { ...now, metadata: { ...now.metadata, labels }, data }),
      () =>
        alice('PUT', at('changed'), {
          ...secretOf('changed', wanted, { labels }),
          metadata: { ...now.metadata, labels, annotations: { [lastApplied]: copy } },
        }),
      () =>
        alice(
          'PATCH',
          at('changed'),
          { metadata: { labels, annotations: { [lastApplied]: copy } }, data: { gone: null }, stringData: wanted },
          'strategic',
        ),
      () => alice('PATCH', at('changed'), { metadata: { labels }, data: { ...data, gone: null } }, 'merge'),
    ];
    const ids: RequestId[] = [];
    for (const write of ways) ids.push(held(await write()));
    const [id] = ids;
    if (id === undefined) throw new Error('Nothing was held');
    expect(new Set(ids).size).toBe(1);
    const { shown } = await story.card(id);
    expect(shown).toContain(`-  password: "(hidden, ${first.length} bytes, value 1)"`);
    expect(shown).toContain(`+  password: "(hidden, ${third.length} bytes, value 2)"`);
    expect(shown).toContain(`+  added: "(hidden, ${second.length} bytes)"`);
    expect(shown).toContain(`-  gone: "(hidden, ${second.length} bytes)"`);
    expect(shown).toContain(`   kept: "(hidden, ${token.length} bytes)"`);
    expect(shown).toContain('team: shop');
    await agreed(id);
    const other = await alice('PUT', at('changed'), {
      ...now,
      metadata: { ...now.metadata, labels },
      data: { ...data, password: base64(second) },
    });
    expect(held(other)).not.toBe(id);
    expect((await ways[2]?.())?.status).toBe(200);
    await story.reaches(id, 'completed');
    expect(await valuesOf('changed')).toEqual(data);
  });

  it('by server-side apply is held and let through as any other', async () => {
    const apply = (password: string) =>
      alice('PATCH', `${at('applied')}?fieldManager=kubectl&force=true`, secretOf('applied', { password }), 'apply');
    for (const [password, status] of [
      [first, 201],
      [second, 200],
    ] as const) {
      const id = held(await apply(password));
      await agreed(id);
      expect(held(await apply(third))).not.toBe(id);
      expect((await apply(password)).status).toBe(status);
      await story.reaches(id, 'completed');
      expect(await valuesOf('applied')).toEqual({ password: base64(password) });
    }
  });

  it('by kubectl says the same, and prints no value of what it did not get in', async () => {
    await make('typed', { password: first });
    const file = join(company().stand.folder, 'typed.json');
    const write = async (password: string, ...words: readonly string[]) => {
      await writeFile(file, JSON.stringify(secretOf('typed', { password })));
      const { code, printed } = await kubectl(company().stand, [...words, '-f', file]);
      told.push(printed);
      return { code, printed, id: /request ([2-9a-z]{4}-[2-9a-z]{2})/.exec(printed)?.[1] };
    };
    const applying = ['apply', '--server-side', '--force-conflicts'];
    const refused = await write(second, 'replace');
    expect(refused).toMatchObject({ code: 1 });
    expect(await write(second, ...applying)).toMatchObject({ code: 1, id: refused.id });
    expect((await write(second, ...applying, '--dry-run=server')).printed).toContain('would be');
    await agreed(requestId.parse(refused.id));
    expect((await write(third, 'replace')).id).not.toBe(refused.id);
    expect(await write(second, ...applying)).toMatchObject({ code: 0 });
    await story.reaches(requestId.parse(refused.id), 'completed');
  });

  it('that is long is shown whole in a view and a file, without a value', async () => {
    const keys = Array.from({ length: 120 }, (_, index) => [`key-${index}`, index % 2 === 0 ? token : third] as const);
    const id = held(await alice('POST', secrets, secretOf('long', Object.fromEntries(keys))));
    await story.shows(id, 'hidden');
    await story.click('U0BOB', id, 'Full diff');
    await story.until('the look to be recorded', async () => (await story.events(id)).includes('seen'));
    const { files } = company().slack.state;
    const whole = () => [...files.values()].map(({ bytes }) => new TextDecoder().decode(bytes)).join('\n');
    // Slack takes its time with files, behind other posts.
    await story.until('the file', () => whole().includes('key-119: "(hidden,'), 60_000);
  });

  it('stays denied for the same value', async () => {
    await make('denied', { password: first });
    const write = () => alice('PATCH', at('denied'), { stringData: { password: second } }, 'merge');
    const id = held(await write());
    await story.click('U0BOB', id, 'Deny');
    await company().slack.as('U0BOB').fillAndSubmit({ Why: 'not before the release' });
    await story.reaches(id, 'denied');
    const refused = await write();
    told.push(refused.message);
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.message).toContain('not before the release');
    expect(await valuesOf('denied')).toEqual({ password: base64(first) });
  });

  it('that deletes one shows which keys go', async () => {
    await make('deleted', { password: first });
    const id = held(await alice('DELETE', at('deleted')));
    expect((await story.card(id)).shown).toContain(`-  password: "(hidden, ${first.length} bytes)"`);
    await agreed(id);
    expect((await alice('DELETE', at('deleted'))).status).toBe(200);
    await story.reaches(id, 'completed');
  });

  it('shows an annotation, unless that repeats a value', async () => {
    await make('noted', { password: first });
    const cause = `kubectl create secret generic noted --from-literal=password=${second}`;
    const note = (annotations: object) =>
      alice('PATCH', at('noted'), { metadata: { annotations }, stringData: { password: second } }, 'merge');
    const id = held(await note({ 'kubernetes.io/change-cause': cause, 'acme.test/owner': 'shop' }));
    const { shown } = await story.card(id);
    expect(shown).toContain('acme.test/owner: shop');
    expect(shown).toContain(`kubernetes.io/change-cause: "(hidden, ${cause.length} bytes)"`);
    expect(shown).toContain('not said with the write');
    const before = await note({ 'acme.test/old': `it was ${first}` });
    told.push(before.message);
    expect(before.message).toContain('"acme.test/old" on it repeats a value that the Secret has or had');
  });

  // Last: of all that was done above.
  it('leaves no value of it anywhere: not in Redis, in Slack, in what is printed, or in what its author is told', async () => {
    if (traces === undefined) throw new Error('Nothing is recorded');
    expect(told.length).toBeGreaterThan(10);
    for (const value of all) expect(told.join('\n')).not.toContain(value);
    expect(await traces.of(all)).toEqual([]);
  });

  it('would be found in each of these places, were it there', async () => {
    if (traces === undefined) throw new Error('Nothing is recorded');
    const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
    await story.redis().set('planted', hashOf('sent to Redis'), 'EX', 600);
    await story.redis().xadd('planted-stream', '*', 'entry', base64('kept in Redis'));
    process.stdout.write(`${base64('printed here')}\n`);
    const id = await story.ask(typed('10s').replace('checkout 502s', hashOf('sent to Slack')));
    await story.card(id);
    const planted = ['sent to Redis', 'kept in Redis', 'printed here', 'sent to Slack'];
    // Events go out a moment later.
    await story.until('its event to be printed', async () =>
      (await traces?.of(['sent to Slack']))?.includes('printed: sent to Slack'),
    );
    expect(await traces.of(planted)).toEqual([
      'redis: sent to Redis',
      'redis: kept in Redis',
      // The reason of a request is in its log as well.
      'redis: sent to Slack',
      'slack: sent to Slack',
      'printed: printed here',
      'printed: sent to Slack',
    ]);
  });
});
