// The library resolves its parts by metadata of their types, which no JavaScript engine keeps by itself.
import 'reflect-metadata';
import { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export type CertificateOptions = {
  /** By which a server is called: DNS names and IP addresses; at least one. */
  readonly names: readonly string[];
  readonly now: Temporal.Instant;
  /** Whole seconds; what is below is dropped. */
  readonly validFor: Temporal.Duration;
};

/** What a server shows of itself, in PEM; `cert` may go on with those that lead to its authority. */
export type Certificate = {
  readonly cert: string;
  readonly key: string;
  /** Whom to trust for it, where that is known: the `caBundle` of a webhook, before Base64. */
  readonly ca?: string | undefined;
  readonly notAfter: Temporal.Instant;
};

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** The API server's clock may be behind this one. */
const clocksDiffer = Temporal.Duration.from({ minutes: 10 });

const makeKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

/**
 * Makes a certificate of a server and the authority that signed it. The authority's private key is thrown away, so that
 * whoever trusts this authority trusts this one certificate.
 */
export const makeCertificate = async ({
  names,
  now,
  validFor,
}: CertificateOptions): Promise<Certificate & { readonly ca: string }> => {
  const notAfter = wholeSeconds(now.add({ seconds: Math.floor(validFor.total('seconds')) }));
  const validity = { notBefore: dateOf(wholeSeconds(now.subtract(clocksDiffer))), notAfter: dateOf(notAfter) };
  const [authority, server] = await Promise.all([makeKeys(), makeKeys()]);
  const issuer = 'CN=Hallpass guard authority';
  const ca = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: issuer,
    keys: authority,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const cert = await X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=Hallpass guard',
    issuer,
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
      await SubjectKeyIdentifierExtension.create(server.publicKey),
      await AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  return { cert: pemOf(cert), key: keyPem(server.privateKey), ca: pemOf(ca), notAfter };
};

const pemOf = (certificate: { readonly toString: (format: 'pem') => string }): string =>
  `${certificate.toString('pem')}\n`;

const keyPem = (key: CryptoKey): string => KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();

/** Certificates know no smaller unit. */
const wholeSeconds = (time: Temporal.Instant): Temporal.Instant =>
  time.round({ smallestUnit: 'second', roundingMode: 'floor' });

const dateOf = (time: Temporal.Instant): Date => new Date(time.epochMilliseconds);
