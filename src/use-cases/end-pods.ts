import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { isOver } from '#domain/request/request.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { cut } from '#domain/text.ts';
import { type OpenPod, openPods } from '#domain/watch/open-pods.ts';
import type { Kind } from '#kinds/kind.ts';
import type { ActRefusal } from './act-on-request.ts';
import { type Asking, type SubmitRefusal, unclear } from './asking.ts';
import { admit } from './membership.ts';
import type { BotPorts } from './ports.ts';
import { find } from './request-log.ts';
import { submitRequest } from './submit-request.ts';

/** What came of asking for the end of some pods of one namespace. `isNew`: nobody had asked for it before. */
export type PodsAsked = {
  readonly namespace: string;
  readonly pods: readonly string[];
  readonly filed: Result<{ readonly chain: Chain; readonly isNew: boolean }, SubmitRefusal>;
};

/**
 * Kubernetes cuts nothing of what was opened under a grant when that ends; the end of its pod does. Asks for that, in each namespace by
 * a request of its own, which is decided on as any other: whoever the policy lets ask for it may. The same for whoever asks again
 * while it waits. `reason`: in their own words, before what Hallpass says itself.
 */
export const endPods = async (
  ports: BotPorts,
  { by, id, reason = '' }: { readonly by: PersonId; readonly id: RequestId; readonly reason?: string },
): Promise<Result<readonly PodsAsked[], ActRefusal>> => {
  const admitted = await admit(ports, by);
  if (!admitted.ok) return admitted;
  const found = await find(ports, id);
  if (found.type === 'absent') return err({ type: 'no-such-request', id });
  if (found.type === 'broken') return err({ type: 'broken-log' });
  const { asked, state } = found.chain.request;
  if (state.status !== 'revoked')
    return err({ type: 'no-pods-to-end', why: isOver(state.status) ? 'none' : 'not-over' });
  const pods = openPods(state);
  if (pods.length === 0) return err({ type: 'no-pods-to-end', why: 'none' });
  const kind = ports.settings().kinds.find(canEndPods);
  if (kind === undefined) return err({ type: 'no-pods-to-end', why: 'not-configured' });
  const all: PodsAsked[] = [];
  for (const [namespace, those] of Map.groupBy(pods, (pod) => pod.namespace)) {
    const names = those.map(({ name }) => name);
    const filed = await fileOnce(ports, kind, {
      pods: names,
      madeBefore: state.at,
      by,
      cluster: asked.cluster,
      namespace,
      reason: cut(`${reason} ${reasonFor(id, those)}`.trim(), longestReason),
      origin: `end-pods ${id} ${namespace}`,
    });
    all.push({ namespace, pods: names, filed });
  }
  return ok(all);
};

type Ending = Kind & Required<Pick<Kind, 'endsPods'>>;

const canEndPods = (kind: Kind): kind is Ending => kind.endsPods !== undefined;

/** Characters: as many as any reason may have. */
const longestReason = 1_000;

const reasonFor = (id: RequestId, pods: readonly OpenPod[]): string => {
  const said = pods.map(({ name, ways }) => `${ways.join(' and ')} in ${name}`).join(', ');
  return `${pods.length === 1 ? 'It' : 'They'} may hold open what was opened under ${id}: ${said}.`;
};

type Wanted = Pick<Asking, 'by' | 'cluster' | 'namespace' | 'reason' | 'origin'> & {
  readonly pods: readonly string[];
  readonly madeBefore: Temporal.Instant;
};

/** So many of them that came to nothing are asked for again, one after the other. */
const mostBefore = 5;

/** Files it, or finds the one that waits, or was done, already. What came to nothing is asked for anew. */
const fileOnce = async (
  ports: BotPorts,
  kind: Ending,
  { pods, madeBefore, ...asking }: Wanted,
): Promise<PodsAsked['filed']> => {
  const ask = kind.endsPods(pods, madeBefore);
  if (!ask.ok) return err(unclear('ask', ask.error));
  const what = { ...asking, subject: asking.by, source: 'slack', kind: kind.name, ask: ask.value } as const;
  let origin = asking.origin;
  for (let before = 0; ; before += 1) {
    const filed = await submitRequest(ports, { ...what, origin });
    if (filed.ok) return ok({ chain: filed.value, isNew: true });
    if (filed.error.type !== 'filed-before' || before === mostBefore) return filed;
    const { id } = filed.error;
    const found = await find(ports, id);
    if (found.type !== 'found') return filed;
    const { status } = found.chain.request.state;
    if (!isOver(status) || status === 'completed') return ok({ chain: found.chain, isNew: false });
    origin = `${asking.origin} after ${id}`;
  }
};
