import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { ApiClient } from '#local/parts/api-client.ts';
import { freePort } from '#local/parts/daemon.ts';
import { tokenFor } from '#local/shop/install.ts';

/** Runs what the pods of a namespace are to run, as a kubelet would. */
export type PodRunner = {
  /** What the containers of pods whose names begin so have printed. */
  readonly printed: (prefix: string) => string;
  /** The names of the pods that run or have run. */
  readonly pods: () => readonly string[];
  readonly stop: () => Promise<void>;
};

export type PodRunnerOptions = {
  readonly admin: ApiClient;
  readonly namespace: string;
  /** Host and port of the API server. */
  readonly server: readonly [host: string, port: string];
  /** What the image holds below /app. */
  readonly app: string;
  /** The command of the image, for containers that name none. */
  readonly command: readonly string[];
  /** A folder for what is mounted. */
  readonly folder: string;
};

const named = z.object({ name: z.string() });
const keyed = z.object({ name: z.string(), optional: z.boolean().default(false) });
const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const volume = z.object({
  name: z.string(),
  secret: z
    .object({ secretName: z.string(), optional: z.boolean().default(false), defaultMode: z.int().default(0o644) })
    .optional(),
  configMap: keyed.extend({ defaultMode: z.int().default(0o644) }).optional(),
  /** As newer API servers give pods their token. */
  projected: z
    .object({
      sources: z.array(
        z.object({
          serviceAccountToken: z.object({ path: z.string() }).optional(),
          configMap: z.object({ name: z.string() }).optional(),
        }),
      ),
    })
    .optional(),
});
const container = z.object({
  name: z.string(),
  command: z.array(z.string()).optional(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  envFrom: z.array(z.object({ configMapRef: keyed.optional(), secretRef: keyed.optional() })).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })).default([]),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() })),
});
const podSchema = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), deletionTimestamp: z.string().optional() }),
  spec: z.object({
    nodeName: z.string().optional(),
    serviceAccountName: z.string(),
    restartPolicy: z.string(),
    containers: z.tuple([container]),
    volumes: z.array(volume),
  }),
});
type Pod = z.infer<typeof podSchema>;
const files = z.object({
  data: z.record(z.string(), z.string()).default({}),
  metadata: named,
});

/** All pods share this machine's network: what listens gets a port of its own, and the setting that says which. */
const portSettings: Readonly<Record<string, string>> = {
  http: 'HALLPASS_PORT',
  health: 'HALLPASS_HEALTH_PORT',
  metrics: 'HALLPASS_METRICS_PORT',
};

const isRoot = process.getuid?.() === 0;
const script = new URL('pod-container.sh', import.meta.url).pathname;

/**
 * Binds the pods of a namespace to itself and really runs them: with the environment, files and ServiceAccount that they say, in a file
 * system of their own, read-only, as user 1000 (as the tests' own user where that is not root). Readiness is what their probe answers;
 * what fails is started anew. A pod must have one container. It stands in for networks and images; for nothing that a pod says.
 */
export const startPodRunner = ({ admin, namespace, server, app, command, folder }: PodRunnerOptions): PodRunner => {
  const path = `/api/v1/namespaces/${namespace}`;
  const running = new Map<string, Started>();
  const output = new Map<string, string>();
  const stopping = new AbortController();

  const content = async (kind: 'secrets' | 'configmaps', name: string): Promise<Readonly<Record<string, Buffer>>> => {
    const { status, body } = await admin.send('GET', `${path}/${kind}/${name}`);
    if (status === 404) throw new Missing(`${kind} "${name}" is not there`);
    const { data } = files.parse(body);
    const encoding = kind === 'secrets' ? 'base64' : 'utf8';
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)]));
  };
  const unlessOptional = <T>(optional: boolean, reading: Promise<T>, otherwise: T): Promise<T> =>
    reading.catch((cause: unknown) => {
      if (optional && cause instanceof Missing) return otherwise;
      throw cause;
    });

  const environmentOf = async ({ env, envFrom, ports }: Pod['spec']['containers'][0]) => {
    const from: Record<string, string> = {};
    for (const { configMapRef, secretRef } of envFrom) {
      const [kind, ref] =
        configMapRef === undefined ? (['secrets', secretRef] as const) : (['configmaps', configMapRef] as const);
      if (ref === undefined) throw new Error('envFrom names neither a ConfigMap nor a Secret');
      const data = await unlessOptional(ref.optional, content(kind, ref.name), {});
      for (const [key, value] of Object.entries(data)) from[key] = value.toString();
    }
    const [host, port] = server;
    const moved: Record<string, string> = {};
    for (const { name } of ports) {
      const setting = portSettings[name];
      if (setting !== undefined) moved[setting] = String(await freePort());
    }
    return {
      PATH: '/app/node_modules/.bin:/usr/bin:/bin',
      KUBERNETES_SERVICE_HOST: host,
      KUBERNETES_SERVICE_PORT: port,
      ...from,
      ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
      ...moved,
    };
  };

  const held = async (
    pod: Pod,
    { name, secret, configMap, projected }: z.infer<typeof volume>,
  ): Promise<{ readonly data: Readonly<Record<string, Buffer>>; readonly mode: number }> => {
    if (secret !== undefined) {
      const data = await unlessOptional(secret.optional, content('secrets', secret.secretName), {});
      return { data, mode: secret.defaultMode };
    }
    if (configMap !== undefined) {
      const data = await unlessOptional(configMap.optional, content('configmaps', configMap.name), {});
      return { data, mode: configMap.defaultMode };
    }
    if (projected === undefined) throw new Error(`Volume "${name}" is of no sort that is known here`);
    const data: Record<string, Buffer> = {};
    for (const { serviceAccountToken, configMap: of } of projected.sources) {
      if (serviceAccountToken !== undefined)
        data[serviceAccountToken.path] = Buffer.from(await tokenFor(admin, namespace, pod.spec.serviceAccountName));
      if (of !== undefined) Object.assign(data, await content('configmaps', of.name));
    }
    return { data, mode: 0o644 };
  };

  /** As a kubelet lays them out: links to links, so that all of it changes at once. */
  const layOut = async (pod: Pod, one: z.infer<typeof volume>): Promise<string> => {
    const into = join(folder, pod.metadata.uid, one.name);
    const { data, mode } = await held(pod, one);
    mkdirSync(join(into, '..now'), { recursive: true });
    symlinkSync('..now', join(into, '..data'));
    for (const [file, bytes] of Object.entries(data)) {
      const real = join(into, '..now', file);
      writeFileSync(real, bytes);
      chmodSync(real, mode);
      if (isRoot) chownSync(real, 0, 1_000);
      symlinkSync(join('..data', file), join(into, file));
    }
    return into;
  };

  const mountsOf = async (pod: Pod): Promise<string> => {
    const [{ volumeMounts }] = pod.spec.containers;
    const places = new Map<string, string>();
    for (const one of pod.spec.volumes) places.set(one.name, await layOut(pod, one));
    const lines = volumeMounts.map(({ name, mountPath, subPath }) => {
      const from = places.get(name);
      if (from === undefined) throw new Error(`No volume is called "${name}"`);
      return `${subPath === undefined ? from : join(from, '..now', subPath)} ${mountPath.replace('/var/run/', '/run/')}\n`;
    });
    const file = join(folder, pod.metadata.uid, 'mounts');
    writeFileSync(file, lines.join(''));
    return file;
  };

  const launch = async (pod: Pod): Promise<Started> => {
    const [one] = pod.spec.containers;
    const [env, mounts] = [await environmentOf(one), await mountsOf(pod)];
    const root = join(folder, pod.metadata.uid, 'root');
    mkdirSync(root, { recursive: true });
    const user = isRoot ? '1000' : 'root';
    const alone = ['--mount', '--propagation', 'private', ...(isRoot ? [] : ['--map-root-user'])];
    const args = [...alone, 'sh', script, root, app, mounts, user, ...(one.command ?? command)];
    const start = (): ChildProcess => {
      const child = spawn('unshare', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const note = (chunk: Buffer): void => {
        output.set(pod.metadata.name, `${output.get(pod.metadata.name) ?? ''}${chunk}`);
      };
      child.stdout.on('data', note);
      child.stderr.on('data', note);
      return child;
    };
    return { child: start(), env, restarts: 0, again: start };
  };

  const report = (pod: Pod, phase: string, isReady: boolean, restarts: number): Promise<unknown> => {
    const at = Temporal.Now.instant().toString({ smallestUnit: 'second' });
    const [{ name }] = pod.spec.containers;
    const condition = (type: string, is: boolean) => ({ type, status: is ? 'True' : 'False', lastTransitionTime: at });
    return admin.send('PATCH', `${path}/pods/${pod.metadata.name}/status`, {
      status: {
        phase,
        podIP: '127.0.0.1',
        podIPs: [{ ip: '127.0.0.1' }],
        conditions: [
          condition('Initialized', true),
          condition('PodScheduled', true),
          condition('ContainersReady', isReady),
          condition('Ready', isReady),
        ],
        containerStatuses: [
          { name, image: 'here', imageID: 'here', ready: isReady, started: true, restartCount: restarts, state: {} },
        ],
      },
    });
  };

  const step = async (pod: Pod): Promise<void> => {
    const { name, uid, deletionTimestamp } = pod.metadata;
    const started = running.get(uid);
    if (deletionTimestamp !== undefined) {
      await (started && end(started.child));
      running.delete(uid);
      await admin.send('DELETE', `${path}/pods/${name}`, { gracePeriodSeconds: 0, preconditions: { uid } });
      return;
    }
    if (pod.spec.nodeName === undefined) {
      const target = { apiVersion: 'v1', kind: 'Node', name: 'local-node' };
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, uid }, target };
      await admin.send('POST', `${path}/pods/${name}/binding`, binding);
      return;
    }
    if (started === undefined) {
      running.set(uid, await launch(pod));
      return;
    }
    const { child, restarts } = started;
    if (child.exitCode === null && child.signalCode === null) {
      await report(pod, 'Running', await answers(pod, started), restarts);
      return;
    }
    if (pod.spec.restartPolicy === 'Never') {
      await report(pod, child.exitCode === 0 ? 'Succeeded' : 'Failed', false, restarts);
      return;
    }
    running.set(uid, { ...started, child: started.again(), restarts: restarts + 1 });
  };

  const look = async (): Promise<void> => {
    const { body } = await admin.send('GET', `${path}/pods`);
    const { items } = z.object({ items: z.array(podSchema.or(z.unknown())) }).parse(body);
    const pods = items.flatMap((one) => podSchema.safeParse(one).data ?? []);
    for (const pod of pods)
      await step(pod).catch((cause: unknown) => {
        output.set(pod.metadata.name, `${output.get(pod.metadata.name) ?? ''}the pod cannot be run: ${cause}\n`);
      });
  };

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look();
      await wait(300, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const going = loop();
  return {
    printed: (prefix) => [...output].flatMap(([name, text]) => (name.startsWith(prefix) ? [text] : [])).join('\n'),
    pods: () => [...output.keys()],
    stop: async () => {
      stopping.abort();
      await going;
      await Promise.all([...running.values()].map(({ child }) => end(child)));
    },
  };
};

type Started = {
  readonly child: ChildProcess;
  readonly env: Readonly<Record<string, string>>;
  readonly restarts: number;
  readonly again: () => ChildProcess;
};

class Missing extends Error {}

/** Asked to end; insisted upon after as long as pods have. */
const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(late);
};

/** Whether the readiness probe is answered; without one a container is ready while it runs. */
const answers = (pod: Pod, { env }: Started): Promise<boolean> => {
  const [{ readinessProbe }] = pod.spec.containers;
  if (readinessProbe === undefined) return Promise.resolve(true);
  const { httpGet } = readinessProbe;
  const port = env[portSettings[httpGet.port] ?? ''];
  if (port === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const asking = request({ host: '127.0.0.1', port, path: httpGet.path, timeout: 2_000 }, (reply) => {
      reply.resume();
      resolve(reply.statusCode === 200);
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(false));
    asking.end();
  });
};

/** The command of the image: what the last line of its Dockerfile says. */
export const imageCommand = (dockerfile: string): readonly string[] => {
  const line = readFileSync(dockerfile, 'utf8')
    .split('\n')
    .findLast((one) => one.startsWith('CMD '));
  return z
    .array(z.string())
    .min(1)
    .parse(JSON.parse(line?.slice('CMD '.length) ?? '[]'));
};
