import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { requestId } from '#domain/ids.ts';
import { hallpassApp } from '#local/slack/seed.ts';
import { auditCommand } from '#src/commands/audit.ts';
import { logCommand } from '#src/commands/log.ts';
import { holdSecrets, kubectl, secretOf } from '#test/stories/parts/secrets.ts';
import { recordTraces, stateOf, type Traces } from '#test/stories/parts/traces.ts';
import { companyFor } from './company.ts';
import { handsOf, heldAs } from './guard-story.ts';
import { storyOf, typed } from './story.ts';

const secrets = '/api/v1/namespaces/shop-front/secrets';
/** Every value that is written in these stories, and the token with which lines go out. */
const password = 'held-pass-Kd83Ww';
const other = 'read-pass-Pq91Zx';
const siemToken = 'token-of-the-siem-Gh72Rt';
/** With this what goes to a webhook is signed. */
const signingKey = `whsec_${Buffer.from('key-of-the-webhook-Vn38Lq-and-more').toString('base64')}`;
/** What a person typed where it does not belong. */
const typedToken = 'xoxb-1111-2222-typedByMistake';

let posted = '';
/** What went to a webhook, headers and all. */
let hooked = '';
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  if (request.url === '/hook') hooked += `${JSON.stringify(request.headers)}\n${body}\n`;
  else posted += body;
  response.writeHead(200).end();
});
beforeAll(() => new Promise<void>((ready) => void server.listen(0, '127.0.0.1', ready)));
afterAll(() => new Promise<void>((done) => void server.close(() => done())));

let webhooks = '';
const writeWebhooks = async (folder: string): Promise<string> => {
  const { port } = server.address() as AddressInfo;
  const file = join(folder, 'webhooks.yaml');
  await writeFile(join(folder, 'webhook.key'), signingKey, { mode: 0o600 });
  await writeFile(
    file,
    `destinations:
  - name: all
    url: http://127.0.0.1:${port}/hook
    events: ['*']
    signingKeyFile: webhook.key
`,
  );
  return file;
};

let traces: Traces | undefined;
const recorded = (): Traces => {
  if (traces === undefined) throw new Error('Nothing is recorded');
  return traces;
};
const company = companyFor(
  (slack) => {
    const way = recorded().way(slack);
    const { port } = server.address() as AddressInfo;
    return {
      ...way,
      startBot: (configure) =>
        way.startBot((reached) => ({
          ...configure(reached),
          siem: { url: `http://127.0.0.1:${port}/ingest`, token: siemToken },
          webhooks,
        })),
    };
  },
  {
    guard: true,
    prepare: async (stand) => {
      await holdSecrets(stand);
      webhooks = await writeWebhooks(stand.folder);
      traces = await recordTraces(stand.redis.url);
    },
  },
);
afterAll(() => traces?.stop());
const story = storyOf(company);
const alice = handsOf(company, 'local-alice@acme.test');
const bob = handsOf(company, 'local-bob@acme.test');

const tokenReply = z.object({ status: z.object({ token: z.string() }) });
/** A token of a ServiceAccount of the shop, as the API server makes it. */
let accountToken = '';

/** All that must be nowhere: values, tokens of people and processes, and the keys that sign and close. */
const everything = async (): Promise<readonly string[]> => {
  const { stand } = company();
  const kubeconfig = z.object({ users: z.array(z.object({ user: z.object({ token: z.string() }) })) });
  const tokens = ['hallpass-bot', 'hallpass-worker', 'hallpass-guard', 'requester', 'approver-one'].flatMap((name) =>
    kubeconfig.parse(parse(readFileSync(stand.kubeconfig(name), 'utf8'))).users.map(({ user }) => user.token),
  );
  const { keys } = stand.config('worker');
  const files = (await readdir(keys, { recursive: true })).filter((name) => name.endsWith('.key'));
  expect(files.length).toBeGreaterThan(3);
  const written = await Promise.all(files.map((name) => readFile(join(keys, name), 'utf8')));
  // The lines between those that say what it is; or the whole, where there are none.
  const bodies = written.flatMap((text) =>
    text.split('\n').filter((one) => one.length >= 32 && !one.startsWith('-----')),
  );
  expect(bodies.length).toBeGreaterThan(3);
  return [
    password,
    other,
    accountToken,
    siemToken,
    signingKey,
    hallpassApp.token,
    hallpassApp.appToken,
    hallpassApp.signingSecret,
    ...tokens,
    ...bodies,
  ];
};

/** What an auditor takes away, and what was sent to the SIEM and to a webhook. */
const takenAway = async (): Promise<string> => {
  const { stand } = company();
  const { keys, redisUrl } = stand.config('bot');
  const environment = { REDIS_URL: redisUrl, HALLPASS_KEYS: keys };
  const day = Temporal.Now.plainDateISO('UTC');
  const period = ['--from', day.subtract({ days: 1 }).toString(), '--to', day.add({ days: 1 }).toString()];
  const into = (name: string): string => join(stand.folder, name);
  await auditCommand(['export', ...period, '--format', 'csv', '--out', into('audit.csv')], environment);
  await auditCommand(['export', ...period, '--format', 'jsonl', '--out', into('audit.jsonl')], environment);
  await auditCommand(['report', ...period, '--out', into('audit.html')], environment);
  await logCommand(['export', into('log.jsonl')], environment);
  const files = ['audit.csv', 'audit.jsonl', 'audit.html', 'log.jsonl'].map((name) => readFileSync(into(name), 'utf8'));
  for (const text of files) expect(text).toContain('shop-front');
  expect(hooked).toContain('shop-front');
  return [posted, hooked, ...files].join('\n');
};
const formsOf = (text: string): readonly string[] => [text, Buffer.from(text).toString('base64').replace(/=+$/, '')];

describe('no value of a Secret and no token', () => {
  beforeAll(async () => {
    await story.until('the guard to be asked', async () =>
      (await alice('POST', `${secrets}?dryRun=All`, secretOf('probe', {}))).warnings.join().includes('Hallpass'),
    );
  });

  it('is kept of a Secret that kubectl wrote, which was held and let through', async () => {
    const { stand } = company();
    const account = '/api/v1/namespaces/shop-front/serviceaccounts/default';
    await stand.admin
      .send('POST', '/api/v1/namespaces/shop-front/serviceaccounts', {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace: 'shop-front' },
      })
      .catch(() => undefined);
    const made = await stand.admin.send('POST', `${account}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 3_600 },
    });
    accountToken = tokenReply.parse(made.body).status.token;
    const file = join(stand.folder, 'held.json');
    await writeFile(file, JSON.stringify(secretOf('held', { password, token: accountToken })));
    const create = () => kubectl(stand, ['create', '-f', file]);
    // A guard on a machine with too much to do says that it cannot look up just now.
    const id = await story.until(
      'it to be held',
      async () => requestId.safeParse(/request ([2-9a-z]{4}-[2-9a-z]{2})/.exec((await create()).printed)?.[1]).data,
    );
    await story.card(id);
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    expect(await create()).toMatchObject({ code: 0 });
    await story.reaches(id, 'completed');
    const change = await alice('PATCH', `${secrets}/held`, { stringData: { password: other } }, 'merge');
    const changing = heldAs(change);
    expect((await story.card(changing)).shown).toContain('(hidden,');
    await story.click('U0BOB', changing, 'Deny');
    await company().slack.as('U0BOB').fillAndSubmit({ Why: 'not before the release' });
    await story.reaches(changing, 'denied');
  });

  it('is kept of a Secret that was read by access to it', async () => {
    const read = () => bob('GET', `${secrets}/held`);
    expect((await read()).status).toBe(403);
    const id = await story.ask(
      '/jit request access secret-read shop-front/held for 8s because the vault is away',
      'U0BOB',
    );
    await story.approve(id, ['U0CAROL']);
    await story.reaches(id, 'active');
    const got = await story.until('it to be read', async () => {
      const reply = await read();
      return reply.status === 200 && reply.text;
    });
    expect(got).toContain(Buffer.from(password).toString('base64'));
    await story.reaches(id, 'revoked', 60_000);
    expect((await read()).status).toBe(403);
  });

  it('goes out that somebody typed where it does not belong, and what goes out stays JSON', async () => {
    const id = await story.ask(typed('10s').replace('checkout 502s', `Bearer abc"def ${typedToken} fails`));
    await story.until('it to be sent', () => posted.includes(id) && hooked.includes(id));
    expect(posted).not.toContain(typedToken);
    expect(hooked).not.toContain(typedToken);
    expect(hooked).toContain('"reason":"[secret] [secret] fails"');
    const lines = posted
      .trimEnd()
      .split('\n')
      .map((line): { request: string; details: { reason?: string } } => JSON.parse(line));
    expect(lines.find(({ request }) => request === id)?.details.reason).toBe('[secret] [secret] fails');
    await wait(1_500);
    expect(await recorded().of([typedToken])).not.toContain(`printed: ${typedToken}`);
  });

  // Last: of all that was done above.
  it('is in the log, in Redis, in Slack, on standard output, in what a SIEM or a webhook gets or in what an auditor takes away', async () => {
    const all = await everything();
    for (const one of all) expect(one.length).toBeGreaterThan(10);
    // With its own token the bot calls Slack: it is sent along, and stands in nothing that Slack keeps.
    const found = await recorded().of(all);
    expect(found.filter((one) => one !== `slack: ${hallpassApp.token}`)).toEqual([]);
    const history = stateOf(company().slack);
    expect(all.filter((one) => formsOf(one).some((form) => history.includes(form)))).toEqual([]);
    const away = await takenAway();
    expect(all.filter((one) => formsOf(one).some((form) => away.includes(form)))).toEqual([]);
  });

  it('would be missed in any of these places, were it there', async () => {
    const planted = 'planted-Jw55Qm';
    await story.redis().set('planted', planted, 'EX', 600);
    process.stdout.write(`${planted}\n`);
    const id = await story.ask(typed('10s').replace('checkout 502s', planted));
    await story.card(id);
    await story.until('it to be sent', () => posted.includes(planted) && hooked.includes(planted));
    expect(await recorded().of([planted])).toEqual([`redis: ${planted}`, `slack: ${planted}`, `printed: ${planted}`]);
    expect(await takenAway()).toContain(planted);
  });
});
