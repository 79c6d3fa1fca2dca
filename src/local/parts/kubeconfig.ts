import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { stringify } from 'yaml';

export type KubeconfigSource = {
  url: string;
  caPem: string;
  user: string;
  token: string;
  /** Name of cluster and context; default `hallpass-local`. */
  cluster?: string;
  namespace?: string;
};

/** A kubeconfig, as YAML, for one user who shows a bearer token. */
export const formatKubeconfig = (source: KubeconfigSource): string => {
  const cluster = source.cluster ?? 'hallpass-local';
  const authority = Buffer.from(source.caPem).toString('base64');
  const namespace = source.namespace === undefined ? {} : { namespace: source.namespace };
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: cluster, cluster: { server: source.url, 'certificate-authority-data': authority } }],
      users: [{ name: source.user, user: { token: source.token } }],
      contexts: [{ name: cluster, context: { cluster, user: source.user, ...namespace } }],
      'current-context': cluster,
    },
    { lineWidth: 0 },
  );
};

/** Writes a file that only its owner may read (mode 600), also when it existed with another mode. */
export const writeSecretFile = (file: string, content: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode: 0o600 });
  chmodSync(file, 0o600);
};

/** Writes a kubeconfig with mode 600 and gives back its path. */
export const writeKubeconfig = (file: string, kubeconfig: string): string => {
  writeSecretFile(file, kubeconfig);
  return file;
};
