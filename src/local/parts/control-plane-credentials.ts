import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { ControlPlaneFiles, Ports } from './control-plane-flags.ts';
import { freePort } from './daemon.ts';
import { readOr } from './files.ts';
import { writeSecretFile } from './kubeconfig.ts';

/** Somebody whom the API server knows by a bearer token. */
export type LocalUser = { name: string; groups: readonly string[]; token: string };

/** The name under which this machine's own programs act, in the group system:masters. */
export const admin = 'admin';

const portsSchema = z.object({ etcd: z.number(), apiServer: z.number() });

/** The ports of last time where they are free, so that kubeconfigs stay valid. */
export const choosePorts = async (files: ControlPlaneFiles, wanted: number | undefined): Promise<Ports> => {
  const before = portsSchema.safeParse(JSON.parse(readOr(files.ports, 'null'))).data;
  const etcd = await freePort(before?.etcd);
  const ports = { etcd, apiServer: await freePort(wanted ?? before?.apiServer) };
  writeFileSync(files.ports, JSON.stringify(ports));
  return ports;
};

/** One row of a token file, as kube-apiserver reads it: token,user,uid,"group,group". */
export const tokenRow = ({ name, groups, token }: LocalUser): string => {
  const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
  return [token, name, name, groups.join(',')].map(quote).join(',');
};

/** Keys and tokens; those of last time are kept, so that what people hold stays valid. */
export const writeCredentials = (files: ControlPlaneFiles, users: readonly LocalUser[]): string => {
  mkdirSync(files.certificates, { recursive: true, mode: 0o700 });
  if (!existsSync(files.serviceAccountKey)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeSecretFile(files.serviceAccountKey, privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
  }
  const key = createPublicKey(createPrivateKey(readFileSync(files.serviceAccountKey)));
  writeFileSync(files.serviceAccountPublicKey, key.export({ type: 'spki', format: 'pem' }));
  const adminToken = readOr(files.adminToken, '') || randomBytes(24).toString('base64url');
  writeSecretFile(files.adminToken, adminToken);
  const known = [{ name: admin, groups: ['system:masters'], token: adminToken }, ...users];
  writeSecretFile(files.tokens, `${known.map(tokenRow).join('\n')}\n`);
  return adminToken;
};
