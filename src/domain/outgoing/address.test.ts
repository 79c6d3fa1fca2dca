import { describe, expect, test } from 'vitest';
import { isLoopback, isMetadataHost } from './address.ts';

describe('where clouds keep credentials of the machine', () => {
  test.each([
    '169.254.169.254',
    '169.254.170.2',
    '[fe80::1]',
    'fe80::1%eth0',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '192.0.0.192',
    'metadata.google.internal',
    'METADATA.google.internal.',
  ])('is %s', (host) => {
    expect(isMetadataHost(host)).toBe(true);
  });

  test.each(['https://2852039166/', 'https://0xa9fea9fe/', 'https://169.254.43518/', 'https://0251.0376.0251.0376/'])(
    'is what %s stands for, once it is read as an address of the web',
    (url) => {
      expect(isMetadataHost(new URL(url).hostname)).toBe(true);
    },
  );

  test.each([
    'tickets.example.com',
    '10.0.0.7',
    '127.0.0.1',
    '[::1]',
    '169.253.255.255',
    '[fd00::1]',
    '100.100.100.201',
  ])('is not %s', (host) => {
    expect(isMetadataHost(host)).toBe(false);
  });
});

test('this machine is what its names and addresses say, and nothing that only looks like it', () => {
  expect(['localhost', '127.0.0.1', '127.9.9.9', '[::1]'].map(isLoopback)).toEqual([true, true, true, true]);
  expect(['localhost.example.com', '127.0.0.1.example.com', '128.0.0.1', '[::2]'].map(isLoopback)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
