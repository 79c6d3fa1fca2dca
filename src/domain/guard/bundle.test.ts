import { expect, test } from 'vitest';
import { guarded, protection } from '#test/build/guarded.ts';
import { noon } from '#test/build/requests.ts';
import { authoritiesIn, bundleIn, bundleWith, mostAuthorities, stands, withBundle } from './bundle.ts';
import { webhooksIn } from './webhook.ts';

/** A certificate as far as its text goes; `end` in minutes from noon, which is read back from it. */
const pem = (name: string, end = 60): string =>
  `-----BEGIN CERTIFICATE-----\n${btoa(`${name} ${end}`)}\n-----END CERTIFICATE-----`;
const endOf = (certificate: string): Temporal.Instant | undefined => {
  const [, end] = atob(certificate.split('\n')[1] ?? '').split(' ');
  return end === 'unreadable' ? undefined : noon.add({ minutes: Number(end) });
};
const bundle = (...pems: string[]): string => btoa(pems.join('\n'));
const add = (to: string, ca: string): string => bundleWith(to, ca, noon, endOf);

test('an authority is added behind those that are there, as one text in base64', () => {
  expect(authoritiesIn(add('', pem('a')))).toEqual([pem('a')]);
  expect(atob(add(bundle(pem('a')), pem('b')))).toBe(`${pem('a')}\n${pem('b')}\n`);
});

test('where it stands already the bundle stays as it is, to the letter', () => {
  for (const there of [bundle(pem('a'), pem('b')), btoa(`about it\n${pem('b')}\r\n\n`)])
    expect(add(there, `${pem('b')}\n`)).toBe(there);
});

test('it stands there whatever the ends of its lines', () => {
  expect(stands(btoa(pem('a').replaceAll('\n', '\r\n')), `${pem('a')}\n`)).toBe(true);
  expect(stands(bundle(pem('a')), pem('b'))).toBe(false);
  expect(stands('', pem('a'))).toBe(false);
});

test('what has ended, cannot be read or stands there twice is left out', () => {
  const unreadable = `-----BEGIN CERTIFICATE-----\n${btoa('x unreadable')}\n-----END CERTIFICATE-----`;
  const there = bundle(pem('ended', 0), pem('a'), unreadable, pem('a'), 'no certificate');
  expect(authoritiesIn(add(there, pem('b')))).toEqual([pem('a'), pem('b')]);
  expect(authoritiesIn(add(bundle(pem('b'), pem('ended', -1)), pem('b')))).toEqual([pem('b')]);
});

test('its own stays though it has ended: the next one is on its way', () => {
  expect(authoritiesIn(add('', pem('own', -1)))).toEqual([pem('own', -1)]);
});

test(`of more than ${mostAuthorities} those that were added last are kept, whenever they end`, () => {
  const many = Array.from({ length: 12 }, (_, index) => pem(`n${index}`, 1_000 - index));
  expect(authoritiesIn(add(bundle(...many), pem('own')))).toEqual([...many.slice(-7), pem('own')]);
});

test('it is not pushed out by those that were added after it', () => {
  const many = Array.from({ length: 12 }, (_, index) => pem(`n${index}`));
  expect(authoritiesIn(add(bundle(pem('own'), ...many), pem('own')))).toEqual([pem('own'), ...many.slice(-7)]);
});

test('what is not base64 holds no authority', () => {
  expect(authoritiesIn('…')).toEqual([]);
  expect(authoritiesIn(add('…', pem('a')))).toEqual([pem('a')]);
});

test("the guard's webhook has the bundle, another one beside it does not, and an empty one is none", () => {
  const configuration = guarded([protection()]);
  const foreign = { name: 'foreign.example.org', clientConfig: { caBundle: 'Zm9v' } };
  const both = { ...configuration, webhooks: [foreign, ...webhooksIn(configuration)] };
  expect(bundleIn(both)).toBe('');
  expect(bundleIn(withBundle(both, 'LS0t'))).toBe('LS0t');
  expect(webhooksIn(withBundle(both, 'LS0t'))[0]).toEqual(foreign);
  expect(withBundle(withBundle(both, 'LS0t'), '')).toEqual(both);
  expect(bundleIn({ ...configuration, webhooks: [foreign] })).toBeUndefined();
  expect(bundleIn({ ...configuration, webhooks: undefined })).toBeUndefined();
});
