import type { RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { readStamp, requestLabel } from '#domain/request/stamp.ts';
import { contextOf, lookAll } from './draft-request.ts';
import { endGrant } from './end-grant.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';
import { find } from './request-log.ts';

/**
 * Ends what has become unsafe while it is in force, as its kind judges by what is live now: an opening whose pods no
 * other policy isolates any more, for instance, would cut their other traffic.
 */
export const watchGrants = async (ports: WorkerPorts, cluster: ClusterWriter): Promise<void> => {
  const sorts = ports.settings().kinds.flatMap(({ watch }) => watch?.sorts ?? []);
  if (sorts.length === 0) return;
  const found = await cluster.managed(requestLabel, { sorts, mayLag: true });
  const ids = new Set(found.flatMap(({ live }) => readStamp(cluster.name, live, ports.trust)?.request ?? []));
  const faults: unknown[] = [];
  // One that cannot be ended leaves no other one unwatched.
  for (const id of ids) await look(ports, cluster, id).catch((cause: unknown) => void faults.push(cause));
  if (faults.length > 0) throw new Error('Not all that is in force could be watched', { cause: faults[0] });
};

const look = async (ports: WorkerPorts, cluster: ClusterWriter, id: RequestId): Promise<void> => {
  const log = await find(ports, id);
  if (log.type !== 'found' || log.chain.request.state.status !== 'active') return;
  const { asked } = log.chain.request;
  const kind = ports.settings().kinds.find(({ name }) => name === asked.kind);
  const ask = asked.ask as Json;
  const looks = kind?.look(ask, asked.namespace);
  if (kind?.watch === undefined || looks?.ok !== true) return;
  const seen = await lookAll(cluster, looks.value);
  const context = contextOf({ request: id, namespace: asked.namespace, identity: { user: '', groups: [] } }, seen);
  const why = kind.watch.unsafe(ask, context);
  if (why === undefined) return;
  ports.alarm('A grant was ended before its time because it was not safe any more', { request: id, why });
  await endGrant(ports, log.chain, why);
};
