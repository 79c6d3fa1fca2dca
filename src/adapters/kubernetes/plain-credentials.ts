import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Loaded } from './credentials.ts';

/**
 * What says by itself where a cluster is and who we are there: most kubeconfigs, and every pod. client-node knows these too; but with all the
 * models that it loads it takes 85 MB and half a second of each process, so it is left to what runs plug-ins and speaks to providers.
 */

const text = z.string().min(1).optional();

/** One with anything else, known to us or not, is for the library to read, and for us to refuse. */
const plainCluster = z.strictObject({
  server: z.string().startsWith('https://'),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'tls-server-name': text,
  extensions: z.unknown().optional(),
});
const plainUser = z.strictObject({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
});
const plain = z
  .object({ cluster: plainCluster, user: plainUser })
  // Which of two counts is told differently.
  .refine(({ cluster, user }) =>
    [
      [cluster['certificate-authority'], cluster['certificate-authority-data']],
      [user['client-certificate'], user['client-certificate-data']],
      [user['client-key'], user['client-key-data']],
    ].every(([file, data]) => file === undefined || data === undefined),
  );

/**
 * How a cluster and a user of the kubeconfig at `path` are read, each time anew from the files that they name; undefined where they are for the
 * library. A token's file is read by whoever asks.
 */
export const plainLoader = (path: string, cluster: unknown, user: unknown): (() => Promise<Loaded>) | undefined => {
  const read = plain.safeParse({ cluster, user });
  if (!read.success) return undefined;
  const { cluster: of, user: who } = read.data;
  const servername = of['tls-server-name'];
  return async () => {
    const [ca, cert, key] = await Promise.all([
      bytes(path, of['certificate-authority'], of['certificate-authority-data']),
      bytes(path, who['client-certificate'], who['client-certificate-data']),
      bytes(path, who['client-key'], who['client-key-data']),
    ]);
    return {
      server: of.server,
      tls: {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
        ...(servername === undefined ? {} : { servername }),
      },
      headers: who.token === undefined ? {} : { authorization: `Bearer ${who.token}` },
    };
  };
};

/** From a file, which stands beside the kubeconfig where it is not absolute, or from base64. */
const bytes = async (path: string, file: string | undefined, data: string | undefined): Promise<Buffer | undefined> => {
  if (file !== undefined) return readFile(resolve(dirname(path), file));
  return data === undefined ? undefined : Buffer.from(data, 'base64');
};

const account = 'var/run/secrets/kubernetes.io/serviceaccount';

/** What the kubelet gives the pod that we run in; `at` is the API server's host and port. The token is rotated on disk. */
export const readPod = async (root: string, at: readonly [host: string, port: string] | undefined): Promise<Loaded> => {
  if (at === undefined)
    throw new Error(
      'this is not a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set. Use a kubeconfig.',
    );
  const [host, port] = at;
  const token = await readFile(join(root, '/', account, 'token'), 'utf8').catch(() => '');
  if (token.trim() === '')
    throw new Error('the pod has no ServiceAccount token. Set automountServiceAccountToken on the pod.');
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    tls: { ca: await readFile(join(root, '/', account, 'ca.crt')) },
    headers: { authorization: `Bearer ${token.trim()}` },
  };
};
