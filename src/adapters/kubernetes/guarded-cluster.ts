import type { GuardedCluster } from '#use-cases/guard-ports.ts';
import { createClusterReader, serverTime } from './cluster.ts';
import { unlessAbsent } from './fault.ts';
import { liveObject } from './objects.ts';
import type { RawClient } from './raw-client.ts';
import { segment } from './resources.ts';

/** What a guard looks at in its cluster. The client should have a deadline that a write can wait for. */
export const createGuardedCluster = (client: RawClient): GuardedCluster => ({
  name: client.cluster,
  namespace: createClusterReader(client).namespace,
  time: () => serverTime(client),
  own: (namespace, name) => {
    const path = `/api/v1/namespaces/${segment(namespace)}/configmaps/${segment(name)}`;
    const saying = `get ConfigMap "${name}" in "${namespace}"`;
    return unlessAbsent(client.call({ method: 'GET', path, saying }, liveObject));
  },
});
