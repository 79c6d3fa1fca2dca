import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate } from '#adapters/http/certificates.ts';
import type { WatcherConfig } from '#src/config.ts';

/** What it takes for the local API server to send its audit events to a watcher, and for the watcher to believe it. */
export type LocalAudit = { readonly watcher: WatcherConfig; readonly flags: readonly string[] };

const policy = new URL('../../manifests/components/watcher/audit-policy.yaml', import.meta.url).pathname;
const host = '127.0.0.1';

/** Writes token, certificate and configuration anew below a folder, and says with which flags the API server takes them. */
export const prepareAudit = async (folder: string, cluster: string, port: number): Promise<LocalAudit> => {
  const place = join(folder, 'audit');
  const certificate = join(place, 'certificate');
  mkdirSync(certificate, { recursive: true, mode: 0o700 });
  const validFor = Temporal.Duration.from({ hours: 24 * 30 });
  const { cert, key, ca = '' } = await makeCertificate({ names: [host], now: Temporal.Now.instant(), validFor });
  const token = randomBytes(32).toString('hex');
  const write = (name: string, text: string): string => {
    const file = join(place, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  write('certificate/tls.crt', cert);
  write('certificate/tls.key', key);
  const caFile = write('certificate/ca.crt', ca);
  const tokenFile = write('token', token);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'hallpass', cluster: { server: `https://${host}:${port}/audit`, 'certificate-authority': caFile } },
    ],
    users: [{ name: 'kube-apiserver', user: { token } }],
    contexts: [{ name: 'hallpass', context: { cluster: 'hallpass', user: 'kube-apiserver' } }],
    'current-context': 'hallpass',
  };
  return {
    watcher: { cluster, host, port, certificate, tokenFile },
    flags: [
      `--audit-policy-file=${policy}`,
      `--audit-webhook-config-file=${write('webhook.json', JSON.stringify(config, undefined, 2))}`,
      '--audit-webhook-mode=batch',
      '--audit-webhook-batch-max-wait=100ms',
      '--audit-webhook-batch-throttle-qps=50',
      '--audit-webhook-batch-throttle-burst=100',
      '--audit-webhook-batch-buffer-size=50000',
      '--audit-webhook-initial-backoff=1s',
    ],
  };
};
