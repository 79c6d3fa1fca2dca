import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { admin, choosePorts, type LocalUser, writeCredentials } from './control-plane-credentials.ts';
import { apiServerFlags, controllerManagerFlags, etcdFlags, filesIn } from './control-plane-flags.ts';
import { createDaemon, type Daemon } from './daemon.ts';
import { ensureParts } from './ensure-parts.ts';
import { readOr, removeFolder } from './files.ts';
import { formatKubeconfig, writeKubeconfig } from './kubeconfig.ts';
import type { Say } from './progress.ts';

export type ControlPlaneOptions = {
  /** Where data, keys and logs are kept, over restarts; a temporary folder, removed by `stop`, when absent. */
  dir?: string;
  /** The API server's port: taken when free, else another one. Default: the one of last time in `dir`. */
  port?: number;
  users?: readonly LocalUser[];
  /** Also run kube-controller-manager: rollouts, namespace deletion, garbage collection, aggregated roles. Default: no. */
  controllerManager?: boolean;
  /** Further flags for kube-apiserver, such as `--audit-webhook-config-file=…`. */
  apiServerFlags?: readonly string[];
  say?: Say;
};

export type ControlPlane = {
  /** `https://127.0.0.1:port`; stays the same over `kill` and `start`. */
  url: string;
  dir: string;
  /** PEM file of what the API server's certificate is verified with, and its content. */
  caFile: string;
  caPem: string;
  /** The API server's own certificate and key, valid for 127.0.0.1 and localhost: also for a local webhook. */
  certificateFile: string;
  certificateKeyFile: string;
  adminToken: string;
  /** As the server says it: `v1.20.2`. */
  version: string;
  /** A kubeconfig (YAML) for `admin` or one of the users. Throws for an unknown name. */
  kubeconfig: (user?: string) => string;
  /** Brings back whatever was killed, on the same ports with the same data. */
  start: () => Promise<void>;
  /** Ends the API server at once (SIGKILL), as a crash would; etcd and the controllers go on. */
  kill: () => Promise<void>;
  /** Ends everything for good, and removes the data if that was in a temporary folder. */
  stop: () => Promise<void>;
};

/** Asks for one path with a connection of its own: the server may be another one each time. */
const ask = async (url: string, token: string, ca: string | undefined): Promise<{ status: number; text: string }> => {
  if (ca === undefined) return { status: 0, text: '' };
  const dispatcher = new Agent({ connect: { ca, timeout: 1_000 }, headersTimeout: 2_000, bodyTimeout: 2_000 });
  try {
    const reply = await request(url, { dispatcher, headers: { authorization: `Bearer ${token}` } });
    return { status: reply.statusCode, text: await reply.body.text() };
  } finally {
    await dispatcher.destroy();
  }
};

const versionSchema = z.object({ gitVersion: z.string() });

const minorOf = (version: string): number => Number(version.split('.')[1]);

type Binaries = { etcd: string; 'kube-apiserver': string; 'kube-controller-manager'?: string };

const findBinaries = (withControllers: boolean, say: Say | undefined): Promise<Binaries> =>
  withControllers
    ? ensureParts(['etcd', 'kube-apiserver', 'kube-controller-manager'], say)
    : ensureParts(['etcd', 'kube-apiserver'], say);

/** Starts etcd, kube-apiserver and, if wanted, kube-controller-manager on 127.0.0.1; they end with this process. */
export const startControlPlane = async (options: ControlPlaneOptions = {}): Promise<ControlPlane> => {
  const withControllers = options.controllerManager === true;
  const binaries = await findBinaries(withControllers, options.say);
  const dir = options.dir === undefined ? mkdtempSync(join(tmpdir(), 'hallpass-kubernetes-')) : resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const files = filesIn(dir);
  const users = options.users ?? [];
  const adminToken = writeCredentials(files, users);
  const ports = await choosePorts(files, options.port);
  const url = `https://127.0.0.1:${ports.apiServer}`;
  const authority = () => readOr(files.certificate, undefined);

  const daemon = (name: string, binary: string, args: string[], isReady: () => Promise<boolean>): Daemon =>
    createDaemon({ name, binary, args, log: files.log(name), isReady, readyWithin: 60_000 }, 3_000);
  const etcd = daemon('etcd', binaries.etcd, etcdFlags(files, ports), async () => {
    const reply = await request(`http://127.0.0.1:${ports.etcd}/health`, { headersTimeout: 1_000 });
    return (await reply.body.text()).includes('true');
  });
  const flags = [...apiServerFlags(files, ports, withControllers), ...(options.apiServerFlags ?? [])];
  const apiServer = daemon('kube-apiserver', binaries['kube-apiserver'], flags, async () => {
    return (await ask(`${url}/readyz`, adminToken, authority())).status === 200;
  });
  const daemons: Daemon[] = [etcd, apiServer];

  const start = async () => {
    for (const each of daemons) await each.start();
  };
  const stop = async () => {
    for (const each of daemons.toReversed()) await each.stop();
    if (options.dir === undefined) removeFolder(dir);
  };
  const kubeconfig = (user = admin): string => {
    const token = user === admin ? adminToken : users.find(({ name }) => name === user)?.token;
    const known = [admin, ...users.map(({ name }) => name)].join(', ');
    if (token === undefined) throw new Error(`The API server knows no user "${user}". It knows: ${known}.`);
    return formatKubeconfig({ url, caPem: authority() ?? '', user, token });
  };

  try {
    await start();
    const reply = await ask(`${url}/version`, adminToken, authority());
    const version = versionSchema.parse(JSON.parse(reply.text)).gitVersion;
    writeKubeconfig(files.adminKubeconfig, kubeconfig());
    const controllers = binaries['kube-controller-manager'];
    if (controllers !== undefined) {
      const args = controllerManagerFlags(files, minorOf(version));
      daemons.push(daemon('kube-controller-manager', controllers, args, async () => true));
      await start();
    }
    return {
      url,
      dir,
      caFile: files.certificate,
      caPem: authority() ?? '',
      certificateFile: files.certificate,
      certificateKeyFile: files.certificateKey,
      adminToken,
      version,
      kubeconfig,
      start,
      kill: apiServer.kill,
      stop,
    };
  } catch (fault) {
    await stop();
    throw fault;
  }
};
