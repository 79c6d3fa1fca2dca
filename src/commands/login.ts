import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';
import { err, ok, type Result } from '#domain/result.ts';
import { oneLine } from '#domain/text.ts';
import { type Answer, done, failed, misspelt } from './answer.ts';
import { readFlags } from './flags.ts';
import { keepLogin, loginPath } from './login-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Seconds since somebody proved who they are; for longer ago their issuer asks them anew. */
const freshFor = 600;
/** Milliseconds that somebody may take. */
const patience = 300_000;
const known = { issuer: 'value', client: 'value', device: 'switch' } as const;

/**
 * Signs a person in with their OpenID issuer, in a browser (authorization code with PKCE, RFC 8252) or on another device (RFC 8628),
 * and keeps the ID token for the commands that ask and decide. `tell` gets what they have to do.
 */
export const login = async (
  words: readonly string[],
  environment: Environment,
  tell: (line: string) => void,
): Promise<Answer> => {
  const flags = readFlags(words, known);
  if (!flags.ok) return misspelt([flags.error]);
  const issuer = flags.value.issuer ?? environment.HALLPASS_ISSUER ?? '';
  const client = flags.value.client ?? environment.HALLPASS_CLIENT ?? 'hallpass';
  const url = issuerIn(issuer);
  if (!url.ok) return misspelt([url.error]);
  try {
    const config = await oidc.discovery(url.value, client, undefined, oidc.None(), {
      ...(url.value.protocol === 'http:' ? { execute: [oidc.allowInsecureRequests] } : {}),
    });
    const token = flags.value.device === true ? await onDevice(config, tell) : await inBrowser(config, tell);
    if (token === undefined)
      return failed(['The issuer gave no ID token. Its client has to allow the scope "openid".']);
    const path = loginPath(environment);
    await keepLogin(path, token);
    const over = endOf(token);
    return done([`Signed in.${over === undefined ? '' : ` Until ${over}.`} The token is in ${path}, for you alone.`]);
  } catch (cause) {
    return failed([
      `Not signed in: ${oneLine(sayCause(cause))}. Try again, or ask who runs the issuer ${url.value.href}.`,
    ]);
  }
};

const issuerIn = (text: string): Result<URL, string> => {
  const like = 'Say it with --issuer or HALLPASS_ISSUER, like "https://login.acme.test".';
  if (text === '') return err(`There is no issuer to sign in with. ${like}`);
  if (!URL.canParse(text)) return err(`${JSON.stringify(text.slice(0, 200))} is no address of an issuer. ${like}`);
  const url = new URL(text);
  const isLocal = ['127.0.0.1', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)
    ? ok(url)
    : err(`The issuer ${JSON.stringify(text.slice(0, 200))} has to begin with https://. ${like}`);
};

/** The browser comes back to this machine, at a port that is free just now. */
const inBrowser = async (config: oidc.Configuration, tell: (line: string) => void): Promise<string | undefined> => {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const back = await awaitBrowser(state);
  try {
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: back.address,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      max_age: String(freshFor),
    });
    tell(`Open this in a browser on this machine, and sign in:\n\n  ${url.href}\n`);
    const tokens = await oidc.authorizationCodeGrant(config, await back.called, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      maxAge: freshFor,
      idTokenExpected: true,
    });
    return tokens.id_token;
  } finally {
    back.close();
  }
};

/** Whoever else calls, as a page may that tries all ports, does not know the state (RFC 6749, 10.12), and ends nothing. */
const awaitBrowser = async (state: string) => {
  const { promise: called, resolve, reject } = Promise.withResolvers<URL>();
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '/', address);
    if (url?.pathname !== '/callback' || url.searchParams.get('state') !== state)
      return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/plain', connection: 'close' });
    response.end('You may close this window, and go on in the terminal.\n');
    resolve(url);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  const timer = setTimeout(() => reject(new Error('nobody came back within five minutes')), patience);
  return {
    address,
    called,
    close: () => {
      clearTimeout(timer);
      server.close();
      server.closeAllConnections();
    },
  };
};

const onDevice = async (config: oidc.Configuration, tell: (line: string) => void): Promise<string | undefined> => {
  const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' });
  tell(`Open ${oneLine(device.verification_uri)} on any device, and enter ${oneLine(device.user_code)}`);
  const signal = AbortSignal.timeout(patience);
  return (await oidc.pollDeviceAuthorizationGrant(config, device, undefined, { signal })).id_token;
};

const endOf = (token: string): string | undefined => {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
      exp?: unknown;
    };
    return typeof exp === 'number'
      ? Temporal.Instant.fromEpochMilliseconds(exp * 1_000).toString({ smallestUnit: 'second' })
      : undefined;
  } catch {
    return undefined;
  }
};

/** What libraries wrap says more than they do. */
const sayCause = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  if ('error_description' in cause && typeof cause.error_description === 'string') return cause.error_description;
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message;
};
