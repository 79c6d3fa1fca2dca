import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOidcTokens } from '#adapters/http/oidc-tokens.ts';
import { issuing, type Pair } from '#test/build/oidc-issuer.ts';

describe('a token of an OpenID issuer', () => {
  const issuer = issuing();
  let pair: Pair;
  let now = 0;
  let tokens = createOidcTokens('hallpass');

  beforeAll(() => new Promise<void>((ready) => issuer.server.listen(0, '127.0.0.1', ready)));
  afterAll(() => new Promise((done) => issuer.server.close(done)));
  beforeEach(async () => {
    pair = await generateKeyPair('ES256');
    issuer.published.clear();
    issuer.published.set('one', pair);
    issuer.answerWith(() => undefined);
    tokens = createOidcTokens('hallpass');
    now = Math.floor(Date.now() / 1_000);
  });

  const signed = (claims: JWTPayload = {}, key = pair.privateKey, header = { alg: 'ES256', kid: 'one' }) =>
    new SignJWT({
      iss: issuer.at(),
      aud: 'hallpass',
      sub: 'repo:acme/shop',
      iat: now,
      exp: now + 300,
      repository: 'acme/shop',
      run_attempt: 1,
      ...claims,
    })
      .setProtectedHeader(header)
      .sign(key);
  const verify = (token: string) => tokens.verify(token, new Set([issuer.at(), 'https://other.test']));

  it('says who it is of, with the claims that are text', async () => {
    const token = await signed();
    expect(await verify(token)).toEqual({
      type: 'oidc',
      issuer: issuer.at(),
      provenAt: 0,
      until: now + 300,
      isDelegated: false,
      claims: { iss: issuer.at(), aud: 'hallpass', sub: 'repo:acme/shop', repository: 'acme/shop' },
    });
    expect(await verify(await signed({ aud: ['others', 'hallpass'] }))).toMatchObject({ type: 'oidc' });
  });

  it.each([
    ['for another audience', { aud: 'vault' }, 'other-audience'],
    ['that is over', { exp: 1 }, 'expired'],
    ['that was made a day ago, however long it is good', { iat: 1 }, 'expired'],
    ['that says no end', { exp: undefined }, 'invalid'],
    ['that says nobody', { sub: undefined }, 'invalid'],
    ['that is not good yet', { nbf: 9_999_999_999 }, 'invalid'],
  ])('%s is believed nothing', async (_, claims, why) => {
    expect(await verify(await signed(claims as JWTPayload))).toBe(why);
  });

  it('of an issuer that the policy does not name is not even looked at', async () => {
    const before = issuer.fetched();
    expect(await tokens.verify(await signed(), new Set(['https://other.test']))).toBe('unknown-issuer');
    expect(issuer.fetched()).toBe(before);
  });

  it('that nobody signed, or with a key that everybody has, is believed nothing', async () => {
    const [head = '', body = '', signature = ''] = (await signed()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await verify(`${none}.${body}.`)).toBe('invalid');
    expect(await verify(`${none}.${body}.${signature}`)).toBe('invalid');
    expect(await verify(`${head}.${body}.`)).toBe('invalid');
    const everybody = new TextEncoder().encode(JSON.stringify(await exportJWK(pair.publicKey)));
    expect(await verify(await signed({}, everybody as never, { alg: 'HS256', kid: 'one' }))).toBe('invalid');
    const stranger = await generateKeyPair('ES256');
    expect(await verify(await signed({}, stranger.privateKey))).toBe('invalid');
  });

  it('with one letter another than signed is believed nothing', async () => {
    const [head = '', body = '', signature = ''] = (await signed()).split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as JWTPayload;
    const altered = Buffer.from(JSON.stringify({ ...claims, repository: 'acme/other' })).toString('base64url');
    expect(await verify(`${head}.${altered}.${signature}`)).toBe('invalid');
  });

  it('with a key that the issuer has taken up since is believed, and with one that it gave up not any more', async () => {
    expect(await verify(await signed())).toMatchObject({ type: 'oidc' });
    const next = await generateKeyPair('ES256');
    issuer.published.clear();
    issuer.published.set('two', next);
    tokens = createOidcTokens('hallpass');
    expect(await verify(await signed({}, next.privateKey, { alg: 'ES256', kid: 'two' }))).toMatchObject({
      type: 'oidc',
    });
    expect(await verify(await signed())).toBe('invalid');
  });

  it.each([
    ['is down', () => ({ status: 503, body: '' })],
    ['sends elsewhere', () => ({ status: 302, body: '', location: 'http://127.0.0.1:9/' })],
    ['says something else', () => ({ status: 200, body: '<html>' })],
    [
      'calls itself by another name',
      () => ({ status: 200, body: '{"issuer":"https://other.test","jwks_uri":"https://other.test/k"}' }),
    ],
    ['says without end', () => ({ status: 200, body: `"${'x'.repeat(2_000_000)}"` })],
  ])('of an issuer that %s lets nobody in', async (_, answer) => {
    issuer.answerWith(answer);
    expect(await verify(await signed())).toBe('issuer-away');
  });

  it.each([
    ['are not to be had', () => ({ status: 503, body: '' })],
    ['are in too much else', (keys: string) => ({ status: 200, body: `${keys}${' '.repeat(2_000_000)}` })],
    ['are no keys', () => ({ status: 200, body: '<html>' })],
  ])('of an issuer whose keys %s lets nobody in, for which the token cannot help', async (_, answer) => {
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }] });
    issuer.answerWith((path) => (path === '/keys' ? answer(keys) : undefined));
    expect(await verify(await signed())).toBe('issuer-away');
  });

  it('of an issuer that never stops talking is given up long before it is too much', async () => {
    let sent = 0;
    const endless = createServer((_, response) => {
      const talk = (): void => {
        for (let goesOn = true; goesOn && !response.destroyed; sent += 65_536)
          goesOn = response.write(' '.repeat(65_536));
      };
      response.writeHead(200).on('drain', talk);
      talk();
    });
    await new Promise<void>((ready) => endless.listen(0, '127.0.0.1', ready));
    const iss = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
    expect(await tokens.verify(await signed({ iss }), new Set([iss]))).toBe('issuer-away');
    expect(sent).toBeLessThan(50_000_000);
    endless.closeAllConnections();
    await new Promise((done) => endless.close(done));
  });

  it.each(['', 'a', 'a.b', 'a.b.c', '..', 'bm90IGpzb24.bm90IGpzb24.x', `${'a'.repeat(16_000)}.b.c`])(
    'that is none (%#) is believed nothing',
    async (token) => {
      expect(await verify(token)).toBe('invalid');
    },
  );
});
