import type { Redis } from 'ioredis';
import { itself } from '#domain/ids.ts';
import type { Trust } from '#domain/request/chain.ts';
import type { Request } from '#domain/request/request.ts';
import type { ApiClient } from '#local/parts/api-client.ts';
import type { ClusterPanel, PanelRequest } from '#local/slack/page-api.ts';
import { clockOf } from './clock.ts';
import { concernedBy } from './concerned.ts';
import { createObjectReader } from './read-object.ts';
import { createRequestsReader } from './read-requests.ts';

export type ClusterPanelParts = {
  readonly redis: Redis;
  readonly trust: Trust;
  readonly admin: ApiClient;
  readonly now: () => Temporal.Instant;
};

/** How long a request that is over is still shown without being asked for. */
const lingers = Temporal.Duration.from({ seconds: 60 });

/** At most so many requests with their objects at once: what a page can show and an API server answers in no time. */
const most = 40;

const isLongOver = (clock: PanelRequest['clock'], now: Temporal.Instant): boolean =>
  clock.type === 'ended' && Temporal.Instant.compare(Temporal.Instant.from(clock.at).add(lingers), now) < 0;

/** Reads what stands in the cluster for the requests that are open, just over, or asked for by id. */
export const createClusterPanel = ({ redis, trust, admin, now }: ClusterPanelParts) => {
  const readRequests = createRequestsReader(redis, trust);
  const readObject = createObjectReader(admin);

  const panelOf = async (request: Request): Promise<PanelRequest> => ({
    id: request.asked.id,
    kind: request.asked.kind,
    namespace: request.asked.namespace,
    // Of what Hallpass has found by itself nobody asked for anything.
    requester: request.asked.requester === itself ? '' : request.asked.requester,
    reason: request.explained?.reason ?? request.asked.reason,
    status: request.state.status,
    clock: clockOf(request),
    objects: await Promise.all(concernedBy(request).map(readObject)),
  });

  return async ({ request: wanted }: { readonly request?: string } = {}): Promise<ClusterPanel> => {
    const all = await readRequests(wanted);
    const at = now();
    const shown = all
      .flatMap(({ read }) => (read.ok && read.value !== undefined ? [read.value] : []))
      .filter((one) => one.asked.id === wanted || !isLongOver(clockOf(one), at))
      .toSorted(
        (one, other) =>
          Number(other.asked.id === wanted) - Number(one.asked.id === wanted) ||
          Temporal.Instant.compare(other.asked.submittedAt, one.asked.submittedAt),
      )
      .slice(0, most);
    return {
      now: at.toString(),
      requests: await Promise.all(shown.map(panelOf)),
      troubles: all.flatMap(({ id, read }) => (read.ok ? [] : [`The log of ${id} cannot be believed: ${read.error}.`])),
    };
  };
};
