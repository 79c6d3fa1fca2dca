import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { PolicyFolder } from '#adapters/files/policy-folder.ts';
import { createGuardWorld } from '#test/build/guard-world.ts';
import { checkIssuers } from './check-issuers.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** An issuer that says this of itself, and has these keys. */
const issuerThat = async (say: (issuer: string) => object, keys: unknown = { keys: [] }): Promise<string> => {
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const body = request.url === '/keys' ? keys : say(`http://127.0.0.1:${port}`);
    response.end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const found = async (...issuers: readonly string[]): Promise<readonly string[]> => {
  const { settings } = createGuardWorld();
  const tokenPeople = issuers.map((issuer) => ({ issuer, subject: 'ann', mayDecide: false, person: 'U0ANN' }));
  const folder = { settings: { ...settings, tokenPeople } } as unknown as PolicyFolder;
  const { look } = checkIssuers({ policy: Promise.resolve({ ok: true, value: folder }) });
  return (await look(() => {})).map(({ type, text }) => `${type}: ${text}`);
};

const whole = (issuer: string) => ({ issuer, jwks_uri: `${issuer}/keys` });

test('an issuer that says by which keys it signs is fine, and is asked once', async () => {
  const issuer = await issuerThat(whole);
  expect(await found(issuer, issuer)).toEqual([`fine: Issuer ${issuer} says by which keys it signs.`]);
});

test.each<[string, (issuer: string) => object, unknown, RegExp]>([
  [
    'calls itself something else',
    () => whole('https://another.test'),
    { keys: [] },
    /it calls itself https:\/\/another\.test/,
  ],
  ['says no place of its keys', (issuer) => ({ issuer }), { keys: [] }, /jwks_uri/],
  ['has no keys there', whole, 'none', /is not let in \(/],
])('one that %s is a caution, with why', async (_, say, keys, why) => {
  const issuer = await issuerThat(say, keys);
  const [line = ''] = await found(issuer);
  expect(line).toMatch(/^caution: Issuer http:.* does not say by which keys it signs/);
  expect(line).toMatch(why);
});

test('one that is away is a caution; without any nothing is asked', async () => {
  expect(await found('http://127.0.0.1:1')).toEqual([
    expect.stringMatching(/^caution: Issuer http:\/\/127\.0\.0\.1:1 .*correct it in identities\.yaml\.$/),
  ]);
  expect(await found()).toEqual([]);
});
