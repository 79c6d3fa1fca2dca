import { z } from 'zod';

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    deletionTimestamp: z.string().optional(),
    creationTimestamp: z.string(),
    ownerReferences: z.array(z.object({ kind: z.string() })).default([]),
  }),
  spec: z.object({
    nodeName: z.string().optional(),
    containers: z.array(z.object({ name: z.string(), image: z.string().default('') })),
  }),
  status: z.object({ phase: z.string().optional(), startTime: z.string().optional() }).default({}),
});

/** What the stand-in for a node reads of a list of pods. */
export const podListSchema = z.object({ items: z.array(podSchema) });

export type Pod = z.infer<typeof podSchema>;

/** Kubernetes' times have whole seconds. */
export const now = (): string => Temporal.Now.instant().toString({ smallestUnit: 'second' });

/** An address of its own per pod, from 10.88.0.0/16, which nothing here routes. */
const addressOf = (pod: Pod): string => {
  const digits = Number.parseInt(pod.metadata.uid.replaceAll('-', '').slice(0, 4), 16);
  return `10.88.${digits >> 8}.${digits & 255}`;
};

const conditions = (ready: boolean, at: string) =>
  ['Initialized', 'ContainersReady', 'Ready', 'PodScheduled'].map((type) => ({
    type,
    status: ready || type === 'Initialized' || type === 'PodScheduled' ? 'True' : 'False',
    lastTransitionTime: at,
  }));

/** What a kubelet would write: running and ready, or, for the pod of a Job, done with code 0. */
export const podStatus = (pod: Pod, phase: 'Running' | 'Succeeded') => {
  const at = now();
  const since = pod.status.startTime ?? at;
  const isRunning = phase === 'Running';
  const ended = { terminated: { exitCode: 0, reason: 'Completed', startedAt: since, finishedAt: at } };
  return {
    phase,
    startTime: since,
    hostIP: '127.0.0.1',
    podIP: addressOf(pod),
    podIPs: [{ ip: addressOf(pod) }],
    conditions: conditions(isRunning, at),
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: `stand-in://${image}`,
      containerID: `stand-in://${pod.metadata.uid}-${name}`,
      ready: isRunning,
      started: isRunning,
      restartCount: 0,
      state: isRunning ? { running: { startedAt: since } } : ended,
    })),
  };
};
