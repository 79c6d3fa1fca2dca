import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { err, ok, type Result } from '#domain/result.ts';
import type { Certificate } from './certificates.ts';

/** The names of `kubernetes.io/tls` Secrets, and the one that cert-manager adds. */
const names = { cert: 'tls.crt', key: 'tls.key', ca: 'ca.crt' };

/** Reads a certificate and its key, and the authority where it is told. `err` when a server could not use them now. */
export const readPair = async (folder: string, now: Temporal.Instant): Promise<Result<Certificate, string>> => {
  const [cert, key, ca] = await Promise.all([
    readText(join(folder, names.cert)),
    readText(join(folder, names.key)),
    readText(join(folder, names.ca)),
  ]);
  if (!cert.ok) return cert;
  if (!key.ok) return key;
  if (!ca.ok) return ca;
  if (cert.value === undefined) return missing(folder, names.cert);
  if (key.value === undefined) return missing(folder, names.key);
  return pairOf(folder, now, { cert: cert.value, key: key.value, ca: ca.value });
};

const pairOf = (
  folder: string,
  now: Temporal.Instant,
  { cert, key, ca }: Pick<Certificate, 'cert' | 'key' | 'ca'>,
): Result<Certificate, string> => {
  const [certFile, keyFile, caFile] = [join(folder, names.cert), join(folder, names.key), join(folder, names.ca)];
  const read = attempt(() => new X509Certificate(cert));
  if (read === undefined) return err(`File "${certFile}" holds no certificate in PEM. ${remedy}`);
  const privateKey = attempt(() => createPrivateKey(key));
  if (privateKey === undefined)
    return err(`File "${keyFile}" holds no private key in PEM without a passphrase. ${remedy}`);
  if (!read.checkPrivateKey(privateKey))
    return err(`The key in "${keyFile}" is not that of the certificate in "${certFile}". ${remedy}`);
  if (ca !== undefined && attempt(() => new X509Certificate(ca)) === undefined)
    return err(`File "${caFile}" holds no certificate in PEM. Take it away, or put the authority's there.`);
  const [notBefore, notAfter] = [read.validFromDate.toTemporalInstant(), read.validToDate.toTemporalInstant()];
  if (Temporal.Instant.compare(now, notAfter) >= 0)
    return err(`The certificate in "${certFile}" expired at ${notAfter}; it is ${now} now. Renew it.`);
  if (Temporal.Instant.compare(now, notBefore) < 0)
    return err(
      `The certificate in "${certFile}" is valid from ${notBefore} on; it is ${now} now. Wait, or set the clocks.`,
    );
  // What OpenSSL refuses, such as keys that are too short.
  if (attempt(() => createSecureContext({ cert, key })) === undefined)
    return err(`TLS cannot work with the certificate in "${certFile}": is its key too short? ${remedy}`);
  return ok({ cert, key, ca, notAfter });
};

const remedy = 'Put a new pair there, such as `kubectl create secret tls` or cert-manager makes.';

const missing = (folder: string, name: string): Result<never, string> =>
  err(`File "${join(folder, name)}" is not there. Mount a Secret of type kubernetes.io/tls at "${folder}".`);

const attempt = <T>(make: () => T): T | undefined => {
  try {
    return make();
  } catch {
    return undefined;
  }
};

/** Undefined when it is missing or empty, as cert-manager leaves an authority that it does not know. */
const readText = async (file: string): Promise<Result<string | undefined, string>> => {
  try {
    const text = await readFile(file, 'utf8');
    return ok(text.trim() === '' ? undefined : text);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    if (code === 'ENOENT') return ok(undefined);
    return err(`File "${file}" cannot be read (${code}). Let the user that Hallpass runs as read it.`);
  }
};
