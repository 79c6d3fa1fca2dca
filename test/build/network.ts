import type { Json } from '#domain/json.ts';
import { type Pod, readPod } from '#domain/networkpolicy/pod.ts';
import { type NetworkPolicy, readPolicy } from '#domain/networkpolicy/policy.ts';
import type { Manifest } from '#domain/plan.ts';

type PodSettings = {
  readonly labels?: Readonly<Record<string, string>>;
  readonly ip?: string;
  /** More addresses than the first. */
  readonly moreIps?: readonly string[];
  readonly ports?: Readonly<Record<string, number>>;
  readonly hostNetwork?: boolean;
  readonly phase?: string;
};

/** A Pod as the API server sends it, `shop/web-1`; its ports are TCP and named. */
export const podManifest = (path: string, settings: PodSettings = {}): Manifest => {
  const [namespace = '', name = ''] = path.split('/');
  const { labels, ip, moreIps = [], ports, hostNetwork, phase } = settings;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, ...(labels === undefined ? {} : { labels }) },
    spec: {
      containers: [
        { name: 'main', ports: Object.entries(ports ?? {}).map(([port, at]) => ({ name: port, containerPort: at })) },
      ],
      ...(hostNetwork === undefined ? {} : { hostNetwork }),
    },
    status: {
      phase: phase ?? 'Running',
      ...(ip === undefined ? {} : { podIP: ip, podIPs: [ip, ...moreIps].map((one) => ({ ip: one })) }),
    },
  };
};

/** A NetworkPolicy as the API server sends it. */
export const policyManifest = (
  path: string,
  spec: { readonly [field: string]: Json },
  labels?: Readonly<Record<string, string>>,
): Manifest => {
  const [namespace = '', name = ''] = path.split('/');
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace, name, ...(labels === undefined ? {} : { labels }) },
    spec,
  };
};

export const namespaceManifest = (name: string, labels: Readonly<Record<string, string>> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...labels } },
});

export const podOf = (manifest: Manifest): Pod => {
  const pod = readPod(manifest);
  if (pod.ok) return pod.value;
  throw new Error(pod.error);
};

export const policyOf = (manifest: Manifest): NetworkPolicy => {
  const policy = readPolicy(manifest);
  if (policy.ok) return policy.value;
  throw new Error(policy.error);
};
