import { readPass } from '#domain/guard/pass.ts';
import { readStamp } from '#domain/request/stamp.ts';
import { markersBeside } from './home.ts';
import { tolerance } from './marker.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';

/**
 * A marker holds back an old log for as long as the approval in it could still be applied, and its grant lasted: its stamp
 * says until when. It stays a day longer, for whoever looks into what happened.
 */
const keepFor = Temporal.Duration.from({ hours: 24 });

/** Removes markers that have nothing to hold back any more. Those without a genuine stamp are not ours to remove. */
export const sweepMarkers = async (ports: WorkerPorts, cluster: ClusterWriter): Promise<void> => {
  // The API server's clock alone: whoever moves that of Redis must not make markers old.
  const now = await cluster.time();
  for (const { ref, live } of await cluster.markers(markersBeside(ports.home))) {
    const pass = readPass(cluster.name, live, ports.trust);
    // Left by a worker that was killed while it wrote.
    if (pass !== undefined && Temporal.Instant.compare(pass.until.add(tolerance), now) < 0) await cluster.remove(ref);
    const stamp = readStamp(cluster.name, live, ports.trust);
    if (stamp === undefined) continue;
    if (Temporal.Instant.compare(stamp.expiresAt.add(keepFor), now) < 0) await cluster.remove(ref);
  }
};
