import { setTimeout as wait } from 'node:timers/promises';
import { createApiClient, type Send } from './api-client.ts';
import { now, type Pod, podListSchema, podStatus } from './pod-status.ts';

export type NodeStandInOptions = {
  url: string;
  caPem: string;
  /** A token that may write nodes and pods: the admin's. */
  token: string;
  /** The node's name; default `local-node`. */
  name?: string;
  /** Milliseconds between two looks; default 400. */
  interval?: number;
  /** Told the first of a row of faults; without it faults are silent, for the API server may be away for a while. */
  onFault?: (fault: unknown) => void;
};

export type NodeStandIn = {
  /** Ends it. The node object stays; after a restart it is taken on again. */
  stop: () => Promise<void>;
};

/** More than this at once is left for the next look. */
const atOnce = 16;

const nodeStatus = () => ({
  capacity: { cpu: '16', memory: '64Gi', pods: '500' },
  allocatable: { cpu: '16', memory: '64Gi', pods: '500' },
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      reason: 'StandIn',
      message: 'a stand-in: nothing really runs here',
      lastHeartbeatTime: now(),
    },
  ],
});

const register = async (send: Send, name: string) => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name } } };
  const { status } = await send('POST', '/api/v1/nodes', node);
  if (status !== 201 && status !== 409)
    throw new Error(`the node could not be registered: the API server says ${status}.`);
  await send('PATCH', `/api/v1/nodes/${name}/status`, { status: nodeStatus() });
};

const isOfJob = (pod: Pod): boolean => pod.metadata.ownerReferences.some(({ kind }) => kind === 'Job');

/** Takes one pod one step further; undefined when it is where it should be. */
const nextStep = (pod: Pod, node: string, send: Send): (() => Promise<unknown>) | undefined => {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const isHere = pod.spec.nodeName === node;
  const isDone = pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
  if (deletionTimestamp !== undefined)
    return isHere ? () => send('DELETE', path, { gracePeriodSeconds: 0, preconditions: { uid } }) : undefined;
  if (pod.spec.nodeName === undefined) {
    const binding = { metadata: { name, uid }, target: { apiVersion: 'v1', kind: 'Node', name: node } };
    return () => send('POST', `${path}/binding`, { apiVersion: 'v1', kind: 'Binding', ...binding });
  }
  if (!isHere || isDone) return undefined;
  if (pod.status.phase !== 'Running')
    return () => send('PATCH', `${path}/status`, { metadata: { uid }, status: podStatus(pod, 'Running') });
  if (isOfJob(pod))
    return () => send('PATCH', `${path}/status`, { metadata: { uid }, status: podStatus(pod, 'Succeeded') });
  return undefined;
};

/** Every pod once, from the API server's memory (resourceVersion=0), which costs etcd nothing. */
const look = async (send: Send, node: string): Promise<void> => {
  const { status, body } = await send('GET', '/api/v1/pods?resourceVersion=0');
  if (status !== 200) throw new Error(`pods could not be listed: the API server says ${status}.`);
  const steps = podListSchema.parse(body).items.flatMap((pod) => nextStep(pod, node, send) ?? []);
  // A step that fails, because the pod has changed or gone meanwhile, is found again by the next look.
  await Promise.allSettled(steps.slice(0, atOnce).map((step) => step()));
};

/**
 * Plays scheduler and kubelet for one node, so that Deployments roll out: pods are bound, become Running and Ready, and go
 * when deleted. Nothing really runs. After a fault it tries again, without end.
 */
export const startNodeStandIn = (options: NodeStandInOptions): NodeStandIn => {
  const { name = 'local-node', interval = 400, onFault = () => {} } = options;
  const client = createApiClient(options);
  const stopping = new AbortController();
  const loop = async () => {
    let isRegistered = false;
    let hadFault = false;
    while (!stopping.signal.aborted) {
      try {
        if (!isRegistered) await register(client.send, name);
        isRegistered = true;
        await look(client.send, name);
        hadFault = false;
      } catch (fault) {
        if (!hadFault && !stopping.signal.aborted) onFault(fault);
        hadFault = true;
        isRegistered = false;
      }
      await wait(interval, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await client.close();
      await running;
    },
  };
};
