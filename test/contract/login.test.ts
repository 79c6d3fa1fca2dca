import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOidcTokens } from '#adapters/http/oidc-tokens.ts';
import { login } from '#src/commands/login.ts';

/** Goes where a browser would, with cookies, and fills in the forms of the provider: signs in, and agrees. */
const browse = async (from: string, who: string): Promise<string> => {
  const cookies = new Map<string, string>();
  let url = from;
  let form: Readonly<Record<string, string>> | undefined;
  for (let steps = 0; steps < 20; steps += 1) {
    const answer = await fetch(url, {
      redirect: 'manual',
      method: form === undefined ? 'GET' : 'POST',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const to = answer.headers.get('location');
    const page = await answer.text();
    if (to === null && !page.includes('<form')) return page;
    form = undefined;
    if (to !== null) url = new URL(to, url).href;
    else {
      const [, action = ''] = /<form[^>]*action="([^"]+)"/.exec(page) ?? [];
      const hidden = [...page.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)];
      url = new URL(action, url).href;
      form = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), login: who, password: 'any' };
    }
  }
  throw new Error('The provider leads nowhere');
};

describe('signing in with an OpenID provider', () => {
  const server = createServer();
  let issuer = '';
  let folder = '';
  beforeAll(async () => {
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: 'hallpass',
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          redirect_uris: ['http://127.0.0.1/callback'],
          grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
          response_types: ['code'],
        },
      ],
      features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
      pkce: { required: () => true },
    });
    server.on('request', provider.callback());
    folder = await mkdtemp(join(tmpdir(), 'hallpass-login-'));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await rm(folder, { recursive: true });
  });

  it('in a browser keeps a token that Hallpass believes, and that says when they proved who they are', async () => {
    const seen: Promise<string>[] = [];
    const answer = await login(['--issuer', issuer], { XDG_CONFIG_HOME: folder }, (text) => {
      const [url] = /http:\S+/.exec(text) ?? [''];
      seen.push(browse(url, 'bob'));
    });
    expect(answer).toMatchObject({ status: 0, out: [expect.stringContaining('Signed in.')] });
    expect(await Promise.all(seen)).toEqual([expect.stringContaining('go on in the terminal')]);
    const path = join(folder, 'hallpass', 'token');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const token = (await readFile(path, 'utf8')).trim();
    expect(answer.out?.join()).not.toContain(token);
    const verified = await createOidcTokens('hallpass').verify(token, new Set([issuer]));
    expect(verified).toMatchObject({ type: 'oidc', issuer, claims: { sub: 'bob' } });
    const ago = Date.now() / 1_000 - (typeof verified === 'string' ? 0 : verified.provenAt);
    expect(ago).toBeGreaterThan(-5);
    expect(ago).toBeLessThan(120);
  });

  it('of another client is not believed', async () => {
    const token = (await readFile(join(folder, 'hallpass', 'token'), 'utf8')).trim();
    expect(await createOidcTokens('others').verify(token, new Set([issuer]))).toBe('other-audience');
  });

  it.each([
    ['without an issuer', [], 2, 'There is no issuer to sign in with'],
    ['with what is none', ['--issuer', 'acme'], 2, 'is no address of an issuer'],
    ['with one over plain http', ['--issuer', 'http://login.acme.test'], 2, 'has to begin with https://'],
    ['with one that does not answer', ['--issuer', 'http://127.0.0.1:9'], 1, 'Not signed in'],
    ['with a flag that there is not', ['--password', 'x'], 2, 'There is no flag "--password"'],
  ])('%s is told what to do', async (_, words, status, says) => {
    const answer = await login(words, { XDG_CONFIG_HOME: folder }, () => {});
    expect(answer.status).toBe(status);
    expect(answer.errors?.join('\n')).toContain(says);
  });
});
