import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificate } from '#adapters/http/certificates.ts';
import { freePort } from '#local/parts/daemon.ts';
import type { Stand } from '#local/stand.ts';
import { type Probed, startProbed } from './guard-process.ts';

/** A webhook with nothing behind it, and the authority (PEM) of its certificate. */
export type BareWebhook = Probed & { readonly port: number; readonly ca: string };

const program = fileURLToPath(new URL('./guard-bare-process.ts', import.meta.url));

export const startBareWebhook = async ({ folder, redis }: Stand, profile?: string): Promise<BareWebhook> => {
  const port = await freePort();
  const validFor = Temporal.Duration.from({ hours: 24 });
  const { cert, key, ca } = await makeCertificate({ names: ['127.0.0.1'], validFor, now: Temporal.Now.instant() });
  const files = join(folder, 'bare-webhook');
  mkdirSync(files, { mode: 0o700 });
  writeFileSync(join(files, 'tls.crt'), cert);
  writeFileSync(join(files, 'tls.key'), key, { mode: 0o600 });
  const probed = await startProbed({
    name: 'bare-webhook-process',
    folder,
    program,
    environment: { BENCH_BARE: files, BENCH_PORT: String(port), REDIS_URL: redis.url },
    running: 'The bare webhook is running',
    profile,
  });
  return { ...probed, port, ca };
};
