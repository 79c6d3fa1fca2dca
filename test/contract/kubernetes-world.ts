import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import { createRawClient, type RawClient } from '#adapters/kubernetes/raw-client.ts';
import { createApiClient } from '#local/parts/api-client.ts';
import { startControlPlane } from '#local/parts/control-plane.ts';
import type { LocalUser } from '#local/parts/control-plane-credentials.ts';

const start = async (users: readonly LocalUser[], apiServerFlags: readonly string[] = []) => {
  const plane = await startControlPlane({ users, apiServerFlags });
  const admin = createApiClient({ url: plane.url, caPem: plane.caPem, token: plane.adminToken });
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-credentials-'));
  const clients: RawClient[] = [];
  let count = 0;

  /** Sends as the administrator; anything but a 2xx is a mistake of the test. */
  const setUp = async (...call: Parameters<typeof admin.send>): Promise<unknown> => {
    const { status, body } = await admin.send(...call);
    if (status < 200 || status > 299) throw new Error(`${call[0]} ${call[1]}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  /** A file among the test's credentials; its path. */
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o700 });
    return path;
  };
  const clientFrom = (path: string, context?: string): RawClient => {
    const source = { type: 'kubeconfig' as const, path, ...(context === undefined ? {} : { context }) };
    const client = createRawClient('prod', createCredentials({ name: 'prod', source }));
    clients.push(client);
    return client;
  };
  return {
    plane,
    setUp,
    file,
    clientFrom,
    /** A client as one of the users. */
    client: (user = 'admin'): RawClient => clientFrom(file(`${user}.kubeconfig`, plane.kubeconfig(user))),
    namespace: async (labels: Readonly<Record<string, string>> = {}): Promise<string> => {
      count += 1;
      const name = `team-${count}`;
      await setUp('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
      return name;
    },
    close: async (): Promise<void> => {
      for (const client of clients) await client.close();
      await admin.close();
      await plane.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** A real API server with these users besides its administrator, and clients of the adapter for it. */
export const startWorld = start;
export type RealWorld = Awaited<ReturnType<typeof start>>;

export const quiet = (): void => {};
