import type { ContentRef } from '#domain/content/content.ts';
import { writerMark } from '#domain/guard/fingerprint.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { AccessProbe } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import { mayBeApplied } from '#domain/request/terms.ts';
import type { Result } from '#domain/result.ts';
import { heldSortOf } from '#kinds/kind.ts';
import { type ActRefusal, act } from './act-on-request.ts';
import { identify } from './identify.ts';
import type { BotPorts } from './ports.ts';

/**
 * Somebody says whether a write that was held is theirs; if it is, Hallpass makes it. What the API server told of its author proves
 * nothing, for anybody may have asked the guard in any name: so the person says it in Slack, must be that user of the cluster by the
 * policy, and must hold the right to make that write by themselves.
 */
export const ownWrite = (
  ports: BotPorts,
  { by, id, isTheirs }: { readonly by: PersonId; readonly id: RequestId; readonly isTheirs: boolean },
): Promise<Result<Chain, ActRefusal>> =>
  act(
    ports,
    { by, id, as: 'owner' },
    () => ({ type: 'own', by, isTheirs }),
    async (chain) => (isTheirs ? hindered(ports, by, chain) : undefined),
  );

const hindered = async (ports: BotPorts, by: PersonId, chain: Chain): Promise<ActRefusal | undefined> => {
  const { asked } = chain.request;
  if (asked.held === undefined || !mayBeApplied(asked)) return { type: 'not-to-be-applied' };
  const cluster = ports.clusters.get(asked.cluster);
  const identity = await identify(ports, by).catch(() => undefined);
  if (cluster === undefined || identity === undefined)
    return { type: 'lookup-failed', what: 'who you are in the cluster' };
  if (!identity.ok || writerMark(asked.held.fingerprint, identity.value.user, ports.trust.digest) !== asked.held.by)
    return { type: 'not-the-author' };
  for (const target of asked.content?.targets ?? []) {
    const probe = probeFor(ports, target);
    if (probe === undefined) return { type: 'not-to-be-applied' };
    const review = await cluster.review(identity.value, probe).catch(() => undefined);
    if (review === undefined) return { type: 'lookup-failed', what: 'whether you may make this write yourself' };
    if (!review.allowed) return { type: 'may-not-write', why: review.reason };
  }
  return undefined;
};

type Changed = ContentRef['targets'][number];

/** The question whether somebody may make this write; undefined for a sort that is held no more. */
const probeFor = ({ settings }: BotPorts, { op, name, namespace, ...target }: Changed): AccessProbe | undefined => {
  const sort = heldSortOf(settings().kinds, target);
  if (sort === undefined || sort.byAuthor === true || namespace === undefined) return undefined;
  const probe = { verb: op, group: sort.group, resource: sort.resource, namespace };
  // Kubernetes asks without a name whether somebody may create.
  return op === 'create' ? probe : { ...probe, name };
};
