import type { Ground } from './ground.ts';
import { isThere, standing } from './guarded.ts';
import type { Look } from './judge-writes.ts';
import type { Ask, Write } from './plan.ts';

/** Whether what was asked for was in force at a moment, as the API server itself said. Milliseconds of this process's clock. */
export type Sample = { readonly at: number; readonly inForce: boolean };
/** A time in which nothing could be ended: the API server was not to be reached by a worker, or no worker ran. */
export type Excuse = { readonly from: number; readonly to: number };

const ingresses = (namespace: string): string => `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
export const objectOf = (round: number, { nth }: Pick<Ask, 'nth'>): string => `r${round}-${nth}`;
/** What a change writes; nothing else has it. */
export const annotation = 'chaos.acme.test/asked';

/** The object that a change is about. */
export const prepare = async ({ stand }: Ground, round: number, asks: readonly Ask[]): Promise<void> => {
  for (const ask of asks.filter(({ kind }) => kind === 'change'))
    await stand.admin.send('POST', ingresses(ask.namespace), {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: objectOf(round, ask), namespace: ask.namespace },
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    });
};

type Live = {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: { readonly allowed?: boolean };
};

/** Undefined where the API server does not say. */
export const isInForce = async (
  { alice, pipeline, stand }: Pick<Ground, 'alice' | 'pipeline' | 'stand'>,
  round: number,
  ask: Ask,
): Promise<boolean | undefined> => {
  const name = objectOf(round, ask);
  try {
    if (ask.kind === 'access') {
      // This neither of them may do without a grant, in neither namespace.
      const resourceAttributes = {
        ...{ verb: 'update', group: 'networking.k8s.io', resource: 'networkpolicies' },
        ...{ namespace: ask.namespace, name },
      };
      const asker = ask.over === 'api' ? pipeline.client : alice;
      const { status, body } = await asker.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      });
      return status === 201 ? (body as Live).status?.allowed === true : undefined;
    }
    const { status, body } = await stand.admin.send('GET', `${ingresses(ask.namespace)}/${name}`);
    return status === 200 ? (body as Live).metadata?.annotations?.[annotation] !== undefined : undefined;
  } catch {
    return undefined;
  }
};

const every = 150;

/** Looks at the effects of everything that is asked for, until it is stopped. */
export const watch = (ground: Ground, round: number, asks: readonly Ask[], writes: readonly Write[]) => {
  const looks = new Map<number, Look[]>(writes.map(({ nth }) => [nth, []]));
  const samples = new Map<number, Sample[]>(asks.map(({ nth }) => [nth, []]));
  const excuses: Excuse[] = [];
  let isOver = false;
  const look = async (ask: Ask): Promise<void> => {
    const at = Date.now();
    const inForce = await isInForce(ground, round, ask);
    if (inForce !== undefined) samples.get(ask.nth)?.push({ at, inForce });
  };
  const lookAt = async (write: Write): Promise<void> => {
    const now = await standing(ground.stand, write);
    // When it was answered: an API server that has just started takes its time, and what it says may have come meanwhile.
    if (now !== undefined) looks.get(write.nth)?.push({ at: Date.now(), isThere: isThere(round, write, now) });
  };
  const loop = async (): Promise<void> => {
    let last = Date.now();
    while (!isOver) {
      const isServed = await serves(ground);
      const canEnd = isServed && ground.broken.api === 'no' && ground.workers.some((one) => one.isRunning());
      await Promise.all([...asks.map(look), ...writes.map(lookAt)]);
      const now = Date.now();
      if (!canEnd) excuses.push({ from: last, to: now });
      last = now;
      await new Promise((resolve) => setTimeout(resolve, every));
    }
  };
  const running = loop();
  return {
    samples,
    looks,
    excuses,
    stop: async () => {
      isOver = true;
      await running;
    },
  };
};

const serves = async ({ stand }: Ground): Promise<boolean> => {
  try {
    return (await stand.admin.send('GET', '/readyz')).status === 200;
  } catch {
    return false;
  }
};
