import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDaemon, type Daemon } from '#local/parts/daemon.ts';

/** An OpenID issuer on this machine, in a process of its own: who signs in there is whoever they say, with any password. */
export const createIssuer = (folder: string, port: number): { readonly url: string; readonly daemon: Daemon } => {
  const url = `http://127.0.0.1:${port}`;
  const daemon = createDaemon({
    name: 'The OpenID issuer',
    binary: process.execPath,
    args: [fileURLToPath(new URL('./provider.ts', import.meta.url)), String(port)],
    log: join(folder, 'issuer.log'),
    isReady: async () => (await fetch(`${url}/.well-known/openid-configuration`)).ok,
    readyWithin: 20_000,
  });
  return { url, daemon };
};
