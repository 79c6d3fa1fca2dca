import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeCertificate } from './certificates.ts';

const now = Temporal.Instant.from('2026-03-01T10:00:00.750Z');
const names = ['localhost', 'hallpass-guard.hallpass.svc', '127.0.0.1', '::1', 'fd00::10'];
const made = await makeCertificate({ names, now, validFor: Temporal.Duration.from({ days: 30 }) });
const [cert, ca] = [new X509Certificate(made.cert), new X509Certificate(made.ca)];

test('the certificate is signed by its authority, and the key is its own', () => {
  expect(cert.verify(ca.publicKey)).toBe(true);
  expect(cert.checkIssued(ca)).toBe(true);
  expect(ca.checkIssued(ca)).toBe(true);
  expect(cert.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
});

test('the authority may sign, and nothing but a server may use the certificate', () => {
  expect([ca.ca, cert.ca]).toEqual([true, false]);
  expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
});

test('a server is known by each of its names and addresses, and by no other', () => {
  for (const name of ['localhost', 'hallpass-guard.hallpass.svc']) expect(cert.checkHost(name)).toBe(name);
  for (const address of ['127.0.0.1', '::1', 'fd00::10']) expect(cert.checkIP(address)).toBe(address);
  expect(cert.checkHost('hallpass-guard.other.svc')).toBeUndefined();
  expect(cert.checkIP('10.0.0.1')).toBeUndefined();
});

test('it is valid from a little before on, to the second that is told', () => {
  expect(made.notAfter.toString()).toBe('2026-03-31T10:00:00Z');
  for (const one of [cert, ca]) {
    expect(one.validFromDate.toISOString()).toBe('2026-03-01T09:50:00.000Z');
    expect(one.validToDate.toISOString()).toBe('2026-03-31T10:00:00.000Z');
  }
});

test('no two have a key, an authority or a number in common', async () => {
  const other = await makeCertificate({ names, now, validFor: Temporal.Duration.from({ days: 30 }) });
  expect(other.key).not.toBe(made.key);
  expect(cert.verify(new X509Certificate(other.ca).publicKey)).toBe(false);
  expect(new X509Certificate(other.cert).serialNumber).not.toBe(cert.serialNumber);
});
