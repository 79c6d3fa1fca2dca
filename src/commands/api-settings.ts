import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ApiAddress } from '#adapters/http/api-call.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { loginPath } from './login-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where a Pod has the token that was made for Hallpass. Not the usual place of ServiceAccount tokens: what lies there is for the
 * API server, and whoever it is sent to could use it there.
 */
export const projected = '/var/run/secrets/hallpass/token';

/**
 * Where the API is and who one is there, from the environment; `err` names every problem. An `agent` is not known by the token of
 * whoever has signed in on its machine: it would ask, and take back, as that person.
 */
export const readApiSettings = (
  environment: Environment,
  { agent = false }: { readonly agent?: boolean } = {},
): Result<ApiAddress, readonly string[]> => {
  const url = urlIn(environment);
  const ca = authorityIn(environment);
  const token = tokenIn(environment, agent ? [projected] : [loginPath(environment), projected]);
  if (url.ok && ca.ok && token.ok) return ok({ url: url.value, ca: ca.value, token: token.value });
  return err([url, ca, token].flatMap((one) => (one.ok ? [] : [one.error])));
};

const isLocal = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);

const urlIn = ({ HALLPASS_API: text = '' }: Environment): Result<URL, string> => {
  const like = 'Set it to the address of its API, like "https://hallpass.acme.test".';
  if (text === '') return err(`HALLPASS_API is not set. ${like}`);
  if (!URL.canParse(text)) return err(`HALLPASS_API is no address: ${JSON.stringify(text.slice(0, 200))}. ${like}`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return err('HALLPASS_API has a user in it. Leave it out.');
  if (url.search !== '' || url.hash !== '') return err('HALLPASS_API has something behind "?" or "#". Leave it out.');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal(url)))
    return err(`HALLPASS_API is ${JSON.stringify(url.href)}. It has to begin with https://: a token is sent there.`);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return ok(url);
};

const authorityIn = ({ HALLPASS_CA: path = '' }: Environment): Result<string | undefined, string> => {
  if (path === '') return ok(undefined);
  try {
    const pem = readFileSync(path, 'utf8');
    return pem.includes('-----BEGIN CERTIFICATE-----')
      ? ok(pem)
      : err(`HALLPASS_CA: there is no certificate in ${path}. It has to be a PEM file.`);
  } catch (cause) {
    return err(`HALLPASS_CA: ${path} cannot be read (${codeOf(cause)}). Name a file that you may read.`);
  }
};

/** `places` are where a token may lie that no setting names. */
const tokenIn = (
  { HALLPASS_TOKEN: given = '', HALLPASS_TOKEN_FILE: file = '' }: Environment,
  places: readonly string[],
): Result<ApiAddress['token'], string> => {
  if (given !== '' && file !== '')
    return err('HALLPASS_TOKEN and HALLPASS_TOKEN_FILE are both set. Unset one of them.');
  if (given !== '') return ok(async () => readToken(given, 'HALLPASS_TOKEN'));
  const path = file === '' ? places.find((one) => existsSync(one)) : file;
  if (path === undefined) {
    const signIn = places.length > 1 ? 'Sign in with "hallpass login", or set' : 'An agent has one of its own: set';
    return err(
      `There is no token to be known by. ${signIn} HALLPASS_TOKEN_FILE to a file with one, or HALLPASS_TOKEN to the token itself; in a Pod mount one at ${projected}.`,
    );
  }
  return ok(async () => {
    try {
      return readToken(await readFile(path, 'utf8'), path);
    } catch (cause) {
      return err(`The token ${path} cannot be read (${codeOf(cause)}). HALLPASS_TOKEN_FILE says where it is.`);
    }
  });
};

/** What is in it is never said. */
const readToken = (text: string, from: string): Result<string, string> => {
  const token = text.trim();
  return /^[\x21-\x7e]{1,16384}$/.test(token)
    ? ok(token)
    : err(`${from} has no token in it: a token is one line, without spaces.`);
};

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : String(cause);
