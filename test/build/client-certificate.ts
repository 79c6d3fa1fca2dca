import 'reflect-metadata';
import { KeyObject } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const makeKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

/** What a TLS client shows, and who signed it; all in PEM. */
export const makeClientCertificate = async (): Promise<{ cert: string; key: string; ca: string }> => {
  const [authority, client] = [await makeKeys(), await makeKeys()];
  const issuer = 'CN=those who sign for the API server';
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: issuer,
    keys: authority,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true)],
  });
  const cert = await X509CertificateGenerator.create({
    subject: 'CN=kube-apiserver',
    issuer,
    publicKey: client.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: algorithm,
    extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
  });
  const key = KeyObject.from(client.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { cert: cert.toString('pem'), key, ca: ca.toString('pem') };
};
