import { readFile } from 'node:fs/promises';
import { err, ok, type Result } from '#domain/result.ts';
import type { WatcherConfig } from './config.ts';

/** By what an API server proves that it is the one: at least one of these. */
export type WatcherSecrets = { readonly token: string | undefined; readonly clientCa: string | undefined };

/** Reads what the settings name, with every problem of it. */
export const readSecrets = async (
  watcher: Pick<WatcherConfig, 'tokenFile' | 'clientCa'>,
): Promise<Result<WatcherSecrets, readonly string[]>> => {
  const [token, clientCa] = await Promise.all([readToken(watcher.tokenFile), readClientCa(watcher.clientCa)]);
  if (token.ok && clientCa.ok) return ok({ token: token.value, clientCa: clientCa.value });
  return err([token, clientCa].flatMap((one) => (one.ok ? [] : [one.error])));
};

/** The token of a file, without white space around it. Who guesses a short one has grants ended as they like. */
export const readToken = async (path: string | undefined): Promise<Result<string | undefined, string>> => {
  const text = await readText('HALLPASS_AUDIT_TOKEN_FILE', path);
  if (!text.ok || text.value === undefined) return text;
  const token = text.value.trim();
  return /^[\w.~+/=-]{24,}$/.test(token)
    ? ok(token)
    : err(
        'HALLPASS_AUDIT_TOKEN_FILE holds no token of 24 or more letters, digits or -._~+/=. Make one with `openssl rand -hex 32`.',
      );
};

export const readClientCa = (path: string | undefined): Promise<Result<string | undefined, string>> =>
  readText('HALLPASS_AUDIT_CLIENT_CA', path);

const readText = async (name: string, path: string | undefined): Promise<Result<string | undefined, string>> => {
  if (path === undefined) return ok(undefined);
  try {
    return ok(await readFile(path, 'utf8'));
  } catch (cause) {
    return err(`${name} leads to no file that can be read (${String(cause)}). Correct the path.`);
  }
};
