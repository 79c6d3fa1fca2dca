import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, makeCertificate } from '#adapters/http/certificates.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { serverTime } from '#adapters/kubernetes/cluster.ts';
import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import { createRawClient, type RawClient } from '#adapters/kubernetes/raw-client.ts';
import { createWebhooks, selectsNamespaces } from '#adapters/kubernetes/webhooks.ts';
import { webhookName } from '#domain/guard/webhook.ts';
import { type Stand, startStand } from '#local/stand.ts';
import { checkAll } from '#src/commands/check-all.ts';
import type { Config } from '#src/config.ts';
import { type RunningGuard, startGuard } from '#src/guard.ts';
import { webhookBy } from '#src/guarded-by.ts';
import { openPolicy } from '#src/policy.ts';
import { environmentFor } from '#test/contract/parts/operator.ts';
import { createWebhookKeeper } from '#use-cases/keep-webhook.ts';

const own = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/hallpass-guard';
const days = (count: number): Temporal.Duration => Temporal.Duration.from({ hours: count * 24 });

let stand: Stand;
let worker: RawClient;
let keep: () => Promise<void>;
let address: string;
let port: number;

beforeAll(async () => {
  stand = await startStand({ guard: true });
  const config = stand.config('worker');
  const [source] = config.workerClusters;
  if (source === undefined || config.guardAt === undefined || !('url' in config.guardAt)) throw new Error('no guard');
  address = config.guardAt.url;
  port = Number(new URL(address).port);
  worker = createRawClient('shop', createCredentials(source));
  const keys = createKeys(config.keys, ['worker']);
  const policy = await openPolicy(config.policy);
  if (!keys.ok) throw new Error(keys.error.join());
  const { signer, trust } = keys.value;
  const at = {
    cluster: 'shop',
    home: config.home,
    at: config.guardAt,
    selectsNamespaces: await selectsNamespaces(worker),
  };
  keep = createWebhookKeeper({
    cluster: 'shop',
    webhooks: createWebhooks(worker),
    wanted: () => webhookBy(policy.settings(), at),
    signer: signer('worker'),
    trust,
    now: () => serverTime(worker),
    alarm: () => {},
    info: () => {},
  });
}, 90_000);
afterAll(async () => {
  await worker?.close();
  await stand?.stop();
});

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
  await stand.admin.send('DELETE', own);
});

const environmentOf = (role: 'worker' | 'guard'): Record<string, string> => {
  const config: Config = stand.config(role);
  return { ...environmentFor(config), HALLPASS_GUARD: address };
};

/** What is said of the guard: of its webhook, and of its certificate. */
const found = async (
  role: 'worker' | 'guard' = 'worker',
  changed: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> =>
  (await checkAll({ ...environmentOf(role), ...changed }))
    .filter(({ about }) => about.startsWith('Guard'))
    .map(({ about, finding }) => `${finding.type} ${about}: ${finding.text}`);

const tamper = async (change: object): Promise<void> => {
  const body = { webhooks: [{ name: webhookName, ...change }] };
  const { status } = await stand.admin.send('PATCH', own, body);
  expect(status).toBe(200);
};

const running = async (): Promise<RunningGuard> => {
  const guard = await startGuard(stand.config('guard'));
  if (!guard.ok) throw new Error(guard.error.join());
  undo.push(guard.value.stop);
  return guard.value;
};

const certificate = (validFor: Temporal.Duration, since = Temporal.Now.instant()): Promise<Certificate> =>
  makeCertificate({ names: ['127.0.0.1'], now: since, validFor });

const believe = (...certificates: readonly Certificate[]): Promise<void> =>
  tamper({ clientConfig: { caBundle: btoa(certificates.map(({ ca }) => ca).join('')) } });

const listening = async (server: Server): Promise<void> => {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  undo.push(() => new Promise((resolve) => server.close(resolve)));
};

const asked =
  /^fine Guard of shop: The API server asks it about ingresses\.networking\.k8s\.io, namespaces in (shop-front|all namespaces);/;

describe('the webhook of a guard', () => {
  it('that runs is fine, as the worker and as the guard itself', async () => {
    await keep();
    await running();
    for (const role of ['worker', 'guard'] as const)
      expect(await found(role)).toEqual([
        ...(role === 'guard' ? [expect.stringMatching(/^fine Guard: It makes its own certificate/)] : []),
        expect.stringMatching(asked),
        expect.stringMatching(/^fine Guard of shop: The authority in caBundle: good for (2|3) days more\.$/),
        expect.stringMatching(
          /^fine Guard of shop: What answers at 127\.0\.0\.1:\d+ is believed by what stands in caBundle; its certificate is good for/,
        ),
      ]);
  });

  it('that is not there yet is a caution: a worker makes it', async () => {
    expect(await found()).toEqual([
      expect.stringMatching(
        /^caution Guard of shop: There is no Valid.* "hallpass-guard": nothing is held\. A worker with/,
      ),
    ]);
  });

  it('that no guard has put its authority into is wrong: every write would be refused', async () => {
    await keep();
    expect(await found()).toEqual([
      expect.stringMatching(asked),
      expect.stringMatching(
        /^wrong Guard of shop: The API server believes no guard, .*: caBundle is empty\. A guard puts/,
      ),
    ]);
  });

  it('whose guard cannot be reached from here is a caution, and not wrong', async () => {
    await keep();
    await believe(await certificate(days(60)));
    expect((await found()).at(-1)).toMatch(
      /^caution Guard of shop: 127\.0\.0\.1:\d+, which the API server calls, could not be looked at from here \(ECONNREFUSED\)\. Run the doctor/,
    );
  });

  it('where somebody else answers is wrong, and so is one who speaks no TLS', async () => {
    await keep();
    await believe(await certificate(days(60)));
    const { cert, key } = await certificate(days(60));
    await listening(createServer({ cert, key }));
    expect((await found()).at(-1)).toMatch(
      /^wrong Guard of shop: What answers at 127\.0\.0\.1:\d+ is not believed by what stands in caBundle \([A-Z_]+\)/,
    );
    for (const one of undo.splice(0)) await one();
    await listening(createPlainServer());
    expect((await found()).at(-1)).toMatch(/^wrong Guard of shop: What answers at .* speaks no TLS \(\w+\)/);
  });

  it('where the right authority answers under another name is wrong', async () => {
    await keep();
    const made = await makeCertificate({
      names: ['hallpass-guard.hallpass.svc'],
      now: Temporal.Now.instant(),
      validFor: days(60),
    });
    await believe(made);
    await listening(createServer({ cert: made.cert, key: made.key }));
    expect((await found()).at(-1)).toMatch(/^wrong Guard of shop: .*ERR_TLS_CERT_ALTNAME_INVALID/);
  });

  it.each([
    ['that has ended', [[1, 3]], 'wrong', /all in caBundle has ended \(expired at /],
    ['that ends in ten days', [[60, 10]], 'caution', /is good for 1?[09] days more only\. Renew it/],
    [
      'that has ended beside one that lasts',
      [
        [1, 3],
        [60, 60],
      ],
      'caution',
      /^Of 2 authorities in caBundle some have ended/,
    ],
    [
      'that lasts beside one that ends soon',
      [
        [60, 10],
        [60, 60],
      ],
      'fine',
      /^The 2 authorities in caBundle: good for/,
    ],
  ] as const)('with an authority %s', async (_, lives, type, words) => {
    await keep();
    const now = Temporal.Now.instant();
    // Valid for so many days; the first of them began so many days before its end or, where it has ended, three days ago.
    const made = await Promise.all(
      lives.map(([life, left]) => certificate(days(life), now.subtract(days(life === 1 ? left : life - left)))),
    );
    await believe(...made);
    const [, line = ''] = await found();
    expect(line).toMatch(new RegExp(`^${type} Guard of shop: `));
    expect(line.replace(/^\w+ Guard of shop: /, '')).toMatch(words);
  });

  it('that says something else than the policy is wrong, and says what', async () => {
    await keep();
    await running();
    await tamper({ failurePolicy: 'Ignore' });
    const lines = await found();
    expect(lines[0]).toMatch(
      /^wrong Guard of shop: .* is not as the policy says: failurePolicy is "Ignore", not "Fail"\. A worker puts it right/,
    );
    expect(lines).toHaveLength(3);
  });

  it('that no worker has signed who is trusted here is a caution', async () => {
    await keep();
    await stand.admin.send('PATCH', own, { metadata: { annotations: { 'hallpass.dev/signature': 'bm9uZQ' } } });
    expect(await found()).toContainEqual(
      expect.stringMatching(/^caution Guard of shop: .* has no signature of a worker that is trusted here/),
    );
  });

  it('is missed where objects are protected and there is no guard', async () => {
    expect(await found('worker', { HALLPASS_GUARD: '' })).toEqual([
      'caution Guard of shop: The policy protects objects here, and no guard is set up: nothing is held. Set HALLPASS_GUARD, and run a guard.',
    ]);
  });

  it('cannot be looked at by whoever may not read it, which is said and not guessed', async () => {
    const bot = `shop=${stand.kubeconfig('hallpass-bot')}`;
    expect(await found('worker', { HALLPASS_WORKER_CLUSTERS: bot })).toEqual([
      expect.stringMatching(/^caution Guard of shop: Valid.* could not be looked at\. .*403/),
    ]);
  });
});

describe('the certificate of a guard', () => {
  it('that is mounted is looked at, with its authority and its names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hallpass-pair-'));
    undo.push(() => rmSync(folder, { recursive: true }));
    const put = async (pair: Certificate): Promise<void> => {
      await writeFile(join(folder, 'tls.crt'), pair.cert);
      await writeFile(join(folder, 'tls.key'), pair.key, { mode: 0o600 });
      await writeFile(join(folder, 'ca.crt'), pair.ca ?? '');
    };
    const mounted = () => found('guard', { HALLPASS_GUARD_CERTIFICATE: folder });
    const good = await certificate(days(60));
    await put(good);
    expect((await mounted()).slice(0, 2)).toEqual([
      expect.stringMatching(/^fine Guard: The certificate is good for (59|60) days more, and for 127\.0\.0\.1/),
      expect.stringMatching(/^fine Guard: The authority in ".*ca\.crt" is good for/),
    ]);
    await put({ ...good, ca: (await certificate(days(60))).ca });
    expect(await mounted()).toContainEqual(
      expect.stringMatching(/^wrong Guard: The authority in ".*ca\.crt" has not signed the certificate beside it/),
    );
    await put({ ...good, ca: '' });
    expect(await mounted()).toContainEqual(expect.stringMatching(/^wrong Guard: There is no ".*ca\.crt"/));
    await put(await makeCertificate({ names: ['10.9.9.9'], now: Temporal.Now.instant(), validFor: days(60) }));
    expect(await mounted()).toContainEqual(
      expect.stringMatching(/^wrong Guard: The certificate in ".*" is not good for 127\.0\.0\.1, by which/),
    );
    await put(await certificate(days(1), Temporal.Now.instant().subtract(days(3))));
    expect((await mounted())[0]).toMatch(/^wrong Guard: HALLPASS_GUARD_CERTIFICATE: .* expired at .* Renew it\.$/);
  });

  it('of whom it lets ask is looked at too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hallpass-client-ca-'));
    undo.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'ca.crt');
    const asking = async (pem: string): Promise<string> => {
      await writeFile(file, pem);
      return (await found('guard', { HALLPASS_GUARD_CLIENT_CA: file }))[1] ?? '';
    };
    const good = await certificate(days(60));
    expect(await asking(good.ca ?? '')).toMatch(/^fine Guard: The authority of who may ask, in ".*", is good for/);
    expect(await asking(good.cert)).toMatch(
      /^wrong Guard: HALLPASS_GUARD_CLIENT_CA: ".*" holds no certificate authority/,
    );
    const ended = await certificate(days(1), Temporal.Now.instant().subtract(days(3)));
    expect(await asking(ended.ca ?? '')).toMatch(
      /^wrong Guard: The authority of who may ask, .* expired at .*Put a new one/,
    );
    // Of several the one that lasts the longest counts.
    expect(await asking(`${ended.ca}${good.ca}`)).toMatch(/^fine Guard: The authority of who may ask/);
  });
});
