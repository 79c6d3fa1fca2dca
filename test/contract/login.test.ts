import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOidcTokens } from '#adapters/http/oidc-tokens.ts';
import { createIssuer } from '#local/oidc/issuer.ts';
import { freePort } from '#local/parts/daemon.ts';
import { login } from '#src/commands/login.ts';
import { browse } from '#test/build/browse-login.ts';

describe('signing in with an OpenID provider', () => {
  let issuer = '';
  let folder = '';
  let stop = async (): Promise<void> => {};
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hallpass-login-'));
    const { url, daemon } = createIssuer(folder, await freePort());
    stop = daemon.stop;
    await daemon.start();
    issuer = url;
  }, 30_000);
  afterAll(async () => {
    await stop();
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

  it('in a browser is not ended by what others send there meanwhile', async () => {
    const seen: Promise<unknown>[] = [];
    const answer = await login(['--issuer', issuer], { XDG_CONFIG_HOME: folder }, (text) => {
      const [url] = /http:\S+/.exec(text) ?? [''];
      const back = new URL(new URL(url).searchParams.get('redirect_uri') ?? '');
      const callAs = async (path: string) => (await fetch(`${back.origin}${path}`)).status;
      const others = async () => {
        expect(await callAs('//')).toBe(404);
        expect(await callAs('/callback?code=x&state=guessed')).toBe(404);
        expect(await callAs('/callback?error=access_denied&error_description=%1b[2J')).toBe(404);
        return browse(url, 'bob');
      };
      seen.push(others());
    });
    expect(answer).toMatchObject({ status: 0 });
    await Promise.all(seen);
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
