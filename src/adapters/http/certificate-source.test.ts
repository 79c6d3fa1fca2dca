import 'reflect-metadata';
import { generateKeyPairSync, KeyObject } from 'node:crypto';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { X509CertificateGenerator } from '@peculiar/x509';
import { expect, test } from 'vitest';
import type { Result } from '#domain/result.ts';
import { withFolder } from '#test/build/folder.ts';
import { type CertificateSource, mountedCertificate, ownCertificate } from './certificate-source.ts';
import { makeCertificate } from './certificates.ts';

const start = Temporal.Instant.from('2026-03-01T10:00:00Z');
const validFor = Temporal.Duration.from({ days: 30 });
const names = ['localhost'];
const clockAt = (days: number) => ({ now: async () => start.add({ seconds: 86_400 * days }) });
const pair = async (now = start) => {
  const { cert, key, ca } = await makeCertificate({ names, now, validFor });
  return { 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca };
};
const [first, second] = [await pair(), await pair()];

const sourceOf = (result: Result<CertificateSource, string>): CertificateSource => {
  if (!result.ok) throw new Error(result.error);
  return result.value;
};
const refusalOf = (files: Readonly<Record<string, string>>, days = 1): Promise<string> =>
  withFolder(files, async (folder) => {
    const mounted = await mountedCertificate(folder, clockAt(days));
    return mounted.ok ? 'none' : mounted.error.replaceAll(folder, '');
  });
const fill = (folder: string, files: Readonly<Record<string, string>>) =>
  Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));

test('an own certificate is made anew when two thirds of its life are over', async () => {
  let days = 0;
  const source = await ownCertificate({ names, validFor, clock: { now: () => clockAt(days).now() } });
  const made = source.current();
  days = 19;
  expect(await source.refresh()).toEqual({ ok: true, value: false });
  expect(source.current()).toBe(made);
  days = 20;
  expect(await source.refresh()).toEqual({ ok: true, value: true });
  expect(source.current().ca).not.toBe(made.ca);
  expect(source.current().notAfter.toString()).toBe('2026-04-20T10:00:00Z');
  expect(await source.refresh()).toEqual({ ok: true, value: false });
});

test('a mounted certificate is read with its authority, where one is told', async () => {
  await withFolder(first, async (folder) => {
    const source = sourceOf(await mountedCertificate(folder, clockAt(1)));
    expect(source.current().cert).toBe(first['tls.crt']);
    expect(source.current().ca).toBe(first['ca.crt']);
    expect(source.current().notAfter.toString()).toBe('2026-03-31T10:00:00Z');
    await writeFile(join(folder, 'ca.crt'), '');
    expect(await source.refresh()).toEqual({ ok: true, value: true });
    expect(source.current().ca).toBeUndefined();
  });
});

test('a Secret that Kubernetes swaps is taken as a whole, once', async () => {
  await withFolder({}, async (folder) => {
    for (const [name, files] of Object.entries({ '..1': first, '..2': second })) {
      await mkdir(join(folder, name));
      await fill(join(folder, name), files);
    }
    await symlink('..1', join(folder, '..data'));
    for (const name of Object.keys(first)) await symlink(join('..data', name), join(folder, name));
    const source = sourceOf(await mountedCertificate(folder, clockAt(1)));
    expect(await source.refresh()).toEqual({ ok: true, value: false });
    await symlink('..2', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    expect(await source.refresh()).toEqual({ ok: true, value: true });
    expect(source.current().key).toBe(second['tls.key']);
    expect(await source.refresh()).toEqual({ ok: true, value: false });
  });
});

test('the last good pair stays while the next one is no pair, and the files are named', async () => {
  await withFolder(first, async (folder) => {
    const source = sourceOf(await mountedCertificate(folder, clockAt(1)));
    await writeFile(join(folder, 'tls.key'), second['tls.key']);
    expect(await source.refresh()).toEqual({
      ok: false,
      error: expect.stringContaining(
        `The key in "${folder}/tls.key" is not that of the certificate in "${folder}/tls.crt". Put a new pair there`,
      ),
    });
    await rm(join(folder, 'tls.key'));
    expect((await source.refresh()).ok).toBe(false);
    expect(source.current().key).toBe(first['tls.key']);
    await fill(folder, second);
    expect(await source.refresh()).toEqual({ ok: true, value: true });
  });
});

test('one that ends while it is in use is told of, and stays', async () => {
  await withFolder(first, async (folder) => {
    let days = 1;
    const source = sourceOf(await mountedCertificate(folder, { now: () => clockAt(days).now() }));
    days = 31;
    expect(await source.refresh()).toEqual({ ok: false, error: expect.stringContaining('expired') });
    expect(source.current().cert).toBe(first['tls.crt']);
  });
});

const { privateKey: locked } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

test.for<[what: string, files: Readonly<Record<string, string>>, says: string]>([
  ['no files', {}, 'File "/tls.crt" is not there. Mount a Secret of type kubernetes.io/tls at "".'],
  ['no key', { 'tls.crt': first['tls.crt'] }, 'File "/tls.key" is not there.'],
  ['an empty certificate', { ...first, 'tls.crt': '\n' }, 'File "/tls.crt" is not there.'],
  [
    'a key in place of a certificate',
    { ...first, 'tls.crt': first['tls.key'] },
    'File "/tls.crt" holds no certificate',
  ],
  ['half a certificate', { ...first, 'tls.crt': first['tls.crt'].slice(0, 300) }, '"/tls.crt" holds no certificate'],
  ['a certificate in place of a key', { ...first, 'tls.key': first['tls.crt'] }, '"/tls.key" holds no private key'],
  ['a key with a passphrase', { ...first, 'tls.key': locked }, 'no private key in PEM without a passphrase'],
  ['an authority that is none', { ...first, 'ca.crt': 'mine' }, 'File "/ca.crt" holds no certificate'],
])('a folder with %s is refused, with what to do', async ([, files, says]) => {
  expect(await refusalOf(files)).toContain(says);
});

test('a certificate that has ended or has yet to begin is refused', async () => {
  expect(await refusalOf(first, 30)).toBe(
    'The certificate in "/tls.crt" expired at 2026-03-31T10:00:00Z; it is 2026-03-31T10:00:00Z now. Renew it.',
  );
  expect(await refusalOf(first, -1)).toContain('is valid from 2026-03-01T09:50:00Z on; it is 2026-02-28T10:00:00Z now');
});

test('a key that is too short for TLS is refused', async () => {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const rsa = { ...algorithm, modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) };
  const keys = await crypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
  const notBefore = new Date(start.epochMilliseconds);
  const cert = await X509CertificateGenerator.createSelfSigned({ keys, notBefore, signingAlgorithm: algorithm });
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(await refusalOf({ 'tls.crt': cert.toString('pem'), 'tls.key': key })).toContain(
    'TLS cannot work with the certificate in "/tls.crt"',
  );
});
