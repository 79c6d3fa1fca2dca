import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeCertificate } from '#adapters/http/certificates.ts';
import { inspectConfig } from '#src/config.ts';
import { checkCertificates } from './check-certificates.ts';

let folder: string;
const now = Temporal.Now.instant();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-certificates-'));
  mkdirSync(join(folder, 'api'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = async (life: number, since = now): Promise<void> => {
  const validFor = Temporal.Duration.from({ hours: 24 * life });
  const { cert, key, ca } = await makeCertificate({ names: ['hallpass.acme.test'], now: since, validFor });
  writeFileSync(join(folder, 'api/tls.crt'), cert);
  writeFileSync(join(folder, 'api/tls.key'), key, { mode: 0o600 });
  writeFileSync(join(folder, 'siem.crt'), ca);
};

const found = async (changed: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => {
  const { config } = inspectConfig({
    HALLPASS_ROLE: 'bot',
    HALLPASS_API_PORT: '8445',
    HALLPASS_API_CERTIFICATE: join(folder, 'api'),
    HALLPASS_SIEM_URL: 'https://siem.acme.test/',
    HALLPASS_SIEM_CA: join(folder, 'siem.crt'),
    ...changed,
  });
  const checked = await Promise.all(
    checkCertificates(config, now).map(async ({ about, look }) =>
      (await look(() => {})).map(({ type, text }) => `${type} ${about}: ${text}`),
    ),
  );
  return checked.flat();
};

test('the certificate of the API and the authority of the SIEM are told with how long they are good', async () => {
  await put(60);
  expect(await found()).toEqual([
    'fine API: The certificate is good for 59 days more, and for hallpass.acme.test: a client has to call it by one of these.',
    expect.stringMatching(/^fine SIEM: The authority of the SIEM, in ".*siem\.crt", is good for (59|60) days more\.$/),
  ]);
});

test('those that end soon are a caution, those that have ended are wrong', async () => {
  await put(60, now.subtract({ hours: 24 * 50 }));
  expect(await found()).toEqual([
    expect.stringMatching(/^caution API: The certificate in ".*api" is good for 9 days more only\. Renew it\.$/),
    expect.stringMatching(/^caution SIEM: .* is good for (9|10) days more only\. Renew it\.$/),
  ]);
  await put(1, now.subtract({ hours: 48 }));
  expect(await found()).toEqual([
    expect.stringMatching(/^wrong API: HALLPASS_API_CERTIFICATE: .* expired at .* Renew it\.$/),
    expect.stringMatching(/^wrong SIEM: .* expired at .*: nothing that it signed is believed\. Put a new one there\.$/),
  ]);
});

test('what is not there, or is none, is wrong, and says by which setting', async () => {
  await put(60);
  writeFileSync(join(folder, 'siem.crt'), '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n');
  expect(await found({ HALLPASS_API_CERTIFICATE: '/nowhere' })).toEqual([
    expect.stringMatching(/^wrong API: HALLPASS_API_CERTIFICATE: File "\/nowhere\/tls.crt" is not there/),
    expect.stringMatching(/^wrong SIEM: HALLPASS_SIEM_CA: ".*" holds no certificate that can be read/),
  ]);
  expect((await found({ HALLPASS_SIEM_CA: '/nowhere' })).at(-1)).toMatch(
    /^wrong SIEM: HALLPASS_SIEM_CA is "\/nowhere", which cannot be read/,
  );
});

test('an API without a certificate is for this machine alone; what is not set is not looked at', async () => {
  const plain = { HALLPASS_API_CERTIFICATE: '', HALLPASS_SIEM_CA: '' };
  expect(await found(plain)).toEqual([expect.stringMatching(/^fine API: It is plain HTTP on 127\.0\.0\.1/)]);
  expect(await found({ ...plain, HALLPASS_API_PORT: '' })).toEqual([]);
});
