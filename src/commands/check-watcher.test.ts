import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '#adapters/http/certificates.ts';
import type { WatcherConfig } from '#src/config.ts';
import { makeClientCertificate } from '#test/build/client-certificate.ts';
import { checkWatcher } from './check-watcher.ts';

const now = Temporal.Now.instant().round({ smallestUnit: 'second', roundingMode: 'floor' });
const token = 'f'.repeat(64);

let folder: string;
let watcher: WatcherConfig;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-watcher-'));
  mkdirSync(join(folder, 'tls'));
  await certify(['watcher.example.com', '10.0.0.5']);
  write('token', `${token}\n`);
  watcher = { cluster: 'prod', port: 8_444, certificate: join(folder, 'tls'), tokenFile: join(folder, 'token') };
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string, mode = 0o600): void => {
  writeFileSync(join(folder, name), text, { mode });
  chmodSync(join(folder, name), mode);
};
const certify = async (names: readonly string[], days = 90, since = now): Promise<void> => {
  const { cert, key } = await makeCertificate({
    names,
    now: since,
    validFor: Temporal.Duration.from({ hours: days * 24 }),
  });
  write('tls/tls.crt', cert);
  write('tls/tls.key', key);
};
const found = async (changed: Partial<WatcherConfig> = {}, at = now): Promise<readonly string[]> =>
  (await checkWatcher({ ...watcher, ...changed }, at).look(() => {})).map(({ type, text }) => `${type}: ${text}`);

test('what is as it should be says for what names and how long it is good', async () => {
  expect(await found()).toEqual([
    'fine: The certificate is good for 90 days more, and for watcher.example.com, 10.0.0.5: the API server has to call it by one of these.',
    `fine: The token in "${join(folder, 'token')}" is long enough, and nobody else can read it.`,
  ]);
});

describe('a certificate', () => {
  test('of many names tells the first', async () => {
    await certify(Array.from({ length: 30 }, (_, nth) => `watcher-${nth}.example.com`));
    expect((await found())[0]).toContain('watcher-5.example.com and 24 more');
  });

  test('that ends soon is a caution, and one that has ended is wrong', async () => {
    await certify(['10.0.0.5'], 2);
    expect((await found())[0]).toMatch(
      /^caution: The certificate in ".*tls" is good for 2 days more only\. Renew it\.$/,
    );
    await certify(['10.0.0.5'], 1, now.subtract({ hours: 48 }));
    expect((await found())[0]).toMatch(/^wrong: HALLPASS_AUDIT_CERTIFICATE: .*expired at .* Renew it\.$/);
  });

  test('that is no pair, or not there, is wrong, and the rest is looked at all the same', async () => {
    write('tls/tls.key', 'no key');
    expect((await found())[0]).toMatch(/^wrong: HALLPASS_AUDIT_CERTIFICATE: .*holds no private key/);
    const nowhere = await found({ certificate: '/nowhere' });
    expect(nowhere[0]).toMatch(/^wrong: HALLPASS_AUDIT_CERTIFICATE: File "\/nowhere\/tls.crt" is not there/);
    expect(nowhere[1]).toMatch(/^fine: The token/);
  });

  test('without a name that it is good for is refused by the API server, and so is wrong here', async () => {
    const { cert, key } = await makeClientCertificate();
    write('tls/tls.crt', cert);
    write('tls/tls.key', key);
    const later = now.add({ minutes: 5 });
    expect((await found({}, later))[0]).toMatch(
      /^wrong: The certificate in ".*tls" names no address that it is good for/,
    );
  });

  test('whose key others can read is a caution', async () => {
    chmodSync(join(folder, 'tls/tls.key'), 0o644);
    expect((await found())[0]).toMatch(/^caution: Key file ".*tls.key" is open to others \(mode 644\): chmod 600 /);
  });
});

describe('a token', () => {
  test.each([
    ['short', 'a'.repeat(23)],
    ['of two words', `${token} ${token}`],
    ['empty', ''],
  ])('that is %s is wrong, and is never told', async (_, text) => {
    write('token', text);
    const [, said = ''] = await found();
    expect(said).toMatch(/^wrong: HALLPASS_AUDIT_TOKEN_FILE holds no token .* `openssl rand -hex 32`\.$/);
    expect(said).not.toContain('aaaa');
    expect(said).not.toContain(token);
  });

  test('that is not there is wrong; one that others can read is a caution', async () => {
    expect((await found({ tokenFile: '/nowhere' }))[1]).toMatch(/^wrong: HALLPASS_AUDIT_TOKEN_FILE leads to no file/);
    chmodSync(join(folder, 'token'), 0o644);
    expect((await found())[1]).toMatch(/^caution: Token file ".*token" is open to others \(mode 644\): chmod 600 /);
  });
});

describe('the authority of clients', () => {
  const withCa = () => found({ clientCa: join(folder, 'ca.crt') });

  test('is told with how long it is good', async () => {
    const { ca } = await makeCertificate({ names: ['x'], now, validFor: Temporal.Duration.from({ hours: 24 * 30 }) });
    write('ca.crt', ca);
    expect((await withCa())[2]).toMatch(
      /^fine: Only who has a certificate of the authority in ".*" may send; .* 30 days more\.$/,
    );
  });

  test('that ends soon is a caution; that has expired, is none or is not there is wrong', async () => {
    const old = await makeCertificate({ names: ['x'], now, validFor: Temporal.Duration.from({ hours: 24 * 3 }) });
    write('ca.crt', old.ca);
    expect((await withCa())[2]).toMatch(/^caution: .* 3 days more only\. Renew it\.$/);
    const since = now.subtract({ hours: 48 });
    const past = await makeCertificate({ names: ['x'], now: since, validFor: Temporal.Duration.from({ hours: 24 }) });
    write('ca.crt', past.ca);
    expect((await withCa())[2]).toMatch(/^wrong: HALLPASS_AUDIT_CLIENT_CA: .* has expired/);
    write('ca.crt', past.cert);
    expect((await withCa())[2]).toMatch(/^wrong: HALLPASS_AUDIT_CLIENT_CA: .* holds no certificate authority in PEM/);
    expect((await found({ clientCa: '/nowhere' }))[2]).toMatch(/^wrong: HALLPASS_AUDIT_CLIENT_CA leads to no file/);
  });
});
