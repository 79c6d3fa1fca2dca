import 'reflect-metadata';
import { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const makeKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const day = 86_400_000;

export type Pair = { readonly cert: string; readonly key: string };

/** A team's own authority; all in PEM. */
export type Authority = {
  readonly ca: string;
  /** For a server as for a client. `from` and `until` are days from now: yesterday to tomorrow unless said. */
  readonly issue: (names: readonly string[], from?: number, until?: number) => Promise<Pair>;
};

export const createAuthority = async (): Promise<Authority> => {
  const keys = await makeKeys();
  const issuer = `CN=the platform team ${Math.random()}`;
  const now = Date.now();
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: issuer,
    keys,
    notBefore: new Date(now - 10 * day),
    notAfter: new Date(now + 10 * day),
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    ca: ca.toString('pem'),
    issue: async (names, from = -1, until = 1) => {
      const own = await makeKeys();
      const cert = await X509CertificateGenerator.create({
        subject: `CN=${names[0] ?? 'nobody'}`,
        issuer,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        notBefore: new Date(now + from * day),
        notAfter: new Date(now + until * day),
        extensions: [
          new BasicConstraintsExtension(false),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          new SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
          ),
        ],
      });
      const key = KeyObject.from(own.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
      return { cert: cert.toString('pem'), key };
    },
  };
};
