import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { deletePod } from '#kinds/delete-pod/delete-pod.ts';
import type { Kind } from '#kinds/kind.ts';

/** The kind as its shipped settings have it; throws when these are refused. */
export const deletePodOver = (profiles: readonly Json[] = [{ name: 'pods', title: 'Delete pods' }]): Kind => {
  const kind = deletePod.configure({ profiles });
  if (kind.ok) return kind.value;
  throw new Error(kind.error.map(({ message }) => message).join('; '));
};

type PodParts = {
  readonly namespace?: string;
  /** `Kind/name` of its controller. */
  readonly owner?: string;
  readonly ready?: boolean;
  readonly node?: string;
  readonly grace?: number;
  readonly metadata?: Readonly<Record<string, Json>>;
};

/** What nobody but its pod is to know. */
export const podSecret = 'hunter2-of-the-pod';

/** A Pod that runs in `shop`, with a password in its environment. */
export const podOf = (name: string, parts: PodParts = {}): Manifest => {
  const { namespace = 'shop', owner, ready = true, node = 'node-1', grace, metadata = {} } = parts;
  const [kind = '', ownerName = ''] = owner?.split('/') ?? [];
  const references = [{ apiVersion: 'apps/v1', kind, name: ownerName, uid: `uid of ${owner}`, controller: true }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, ...(owner === undefined ? {} : { ownerReferences: references }), ...metadata },
    spec: {
      ...(node === '' ? {} : { nodeName: node }),
      ...(grace === undefined ? {} : { terminationGracePeriodSeconds: grace }),
      containers: [{ name: 'web', image: 'web', env: [{ name: 'PASSWORD', value: podSecret }] }],
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
};
