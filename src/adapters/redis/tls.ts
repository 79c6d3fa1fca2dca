import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';
import { err, ok, type Result } from '#domain/result.ts';
import type { RedisTls } from './address.ts';

/**
 * How a connection to Redis is secured. The files are read anew for each connection, so that a renewed certificate is
 * used from the next one on; where they cannot be used the last ones are, and before there were any nobody is believed.
 *
 * The libraries pass this object on and read it when they connect: a copy of it would hold what the files were once.
 */
export const tlsOptions = (tls: RedisTls = {}): ConnectionOptions => {
  let last: SecureContext | undefined;
  return {
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
    get secureContext() {
      const read = readTls(tls);
      if (read.ok) last = read.value;
      last ??= createSecureContext({ ca: [] });
      return last;
    },
  };
};

/** Reads what the settings name. `err` has each file that cannot be used, by its setting, and what to do. */
export const readTls = (tls: RedisTls = {}): Result<SecureContext, readonly string[]> => {
  const ca = readPem('REDIS_CA', tls.ca, isCertificate, 'certificate');
  const cert = readPem('REDIS_CERT', tls.cert, isCertificate, 'certificate');
  const key = readPem('REDIS_KEY', tls.key, isPrivateKey, 'private key without a passphrase');
  if (!ca.ok || !cert.ok || !key.ok) return err([ca, cert, key].flatMap((one) => (one.ok ? [] : [one.error])));
  if (cert.value !== undefined && key.value !== undefined && !belongs(cert.value, key.value))
    return err(['REDIS_KEY leads to a key that is not that of the certificate in REDIS_CERT. Name a pair.']);
  try {
    return ok(createSecureContext({ ca: ca.value, cert: cert.value, key: key.value }));
  } catch (cause) {
    return err([
      `REDIS_CERT leads to a certificate that TLS cannot work with (${codeOf(cause)}): is its key too short? Make another.`,
    ]);
  }
};

const readPem = (
  name: string,
  path: string | undefined,
  isRight: (pem: string) => boolean,
  what: string,
): Result<string | undefined, string> => {
  if (path === undefined) return ok(undefined);
  try {
    const pem = readFileSync(path, 'utf8');
    return isRight(pem)
      ? ok(pem)
      : err(`${name} leads to "${path}", which holds no ${what} in PEM. Name a file that does.`);
  } catch (cause) {
    return err(
      `${name} leads to no file that can be read: "${path}" (${codeOf(cause)}). Correct the path, or let the user that Hallpass runs as read it.`,
    );
  }
};

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);

const succeeds = (attempt: () => unknown): boolean => {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
};
const isCertificate = (pem: string): boolean => succeeds(() => new X509Certificate(pem));
const isPrivateKey = (pem: string): boolean => succeeds(() => createPrivateKey(pem));
const belongs = (cert: string, key: string): boolean =>
  new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
