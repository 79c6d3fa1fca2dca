import type { DriftedEntry, GuardEntry } from '#domain/guard/entry.ts';
import { comesOf } from '#domain/guard/steps.ts';
import { itself } from '#domain/ids.ts';
import { type Manifest, sayTarget, targetKey } from '#domain/plan.ts';
import { apiVersionOf } from '#kinds/kind.ts';
import type { SubmitRefusal } from './asking.ts';
import { commit, find } from './request-log.ts';
import { submitRequest } from './submit-request.ts';
import type { TakeInPorts } from './take-in-writes.ts';

/** Stands where somebody else says why. */
const nobodyAsked = 'Nobody asked for this change. It was found.';

/** Makes a request of what a worker has found changed: to put it back, or to accept it. */
export const fileDrift = async (ports: TakeInPorts, entry: DriftedEntry): Promise<void> => {
  const { id, cluster, profile, namespace, name, operation, drift } = entry;
  const kind = ports.settings().kinds.find(({ holds }) => holds?.sorts.some((sort) => sort.profile === profile));
  const sort = kind?.holds?.sorts.find((one) => one.profile === profile);
  if (kind?.holds === undefined || sort === undefined) return;
  const after = entry.after as Manifest | undefined;
  const target = { apiVersion: apiVersionOf(sort), kind: sort.kind, namespace, name };
  if (await wasUsed(ports, targetKey(target), entry)) return;
  const ask = kind.holds.ask({ profile, operation, name, ...(after && { after }), keepsReplicas: drift.scales });
  const object = sayTarget(target);
  if (!ask.ok) return tell(ports, entry, object, ask.error);
  const filed = await submitRequest(ports, {
    id,
    by: itself,
    subject: itself,
    source: 'drift',
    kind: kind.name,
    cluster,
    namespace,
    ask: ask.value,
    reason: nobodyAsked,
    duration: 'good',
    drift,
    origin: `drift ${id}`,
  });
  if (filed.ok || filed.error.type === 'filed-before') return;
  // It is handed out again.
  if (passing.includes(filed.error.type)) throw new Error(ports.sayNotFiled(filed.error));
  // Hundreds at once are one trouble.
  if (filed.error.type === 'too-many') ports.alarm(tooMany, { cluster });
  else tell(ports, entry, object, ports.sayNotFiled(filed.error));
};

const tooMany =
  'More protected objects were changed without a request than there is room for cards. Decide on these; the rest is told in a day, compare it with what is in git';

/** Grants in force that are looked at, the latest. */
const mostLooked = 300;

/** Whether a grant was used for it, which a bot that was away has written down only now. The worker finds that too. */
const wasUsed = async (ports: TakeInPorts, key: string, { cluster, from, to }: DriftedEntry): Promise<boolean> => {
  const steps: { readonly from: string; readonly to: string }[] = [];
  for (const id of await ports.store.inStatus('active', mostLooked)) {
    const found = await find(ports, id);
    if (found.type !== 'found' || found.chain.request.asked.cluster !== cluster) continue;
    for (const { event } of found.chain.entries)
      if (
        event.type === 'used' &&
        targetKey(event.target) === key &&
        event.from !== undefined &&
        event.to !== undefined
      )
        steps.push({ from: event.from, to: event.to });
  }
  return comesOf(steps, { from, to });
};

const passing: readonly SubmitRefusal['type'][] = ['lookup-failed', 'not-tried', 'policies-differ'];

/** Somebody has to know, also where no rule says who decides. */
const tell = (ports: TakeInPorts, { cluster, drift }: DriftedEntry, object: string, why: string): void =>
  ports.alarm('A protected object was changed without a request, and no card can be made of it', {
    cluster,
    object,
    what: drift.what,
    by: drift.by.join(', '),
    why,
  });

/** What was found is over, so that nobody has to decide on it. */
export const endDrift = async (
  ports: TakeInPorts,
  { id, why }: Extract<GuardEntry, { type: 'drift-over' }>,
): Promise<void> => {
  for (;;) {
    const found = await find(ports, id);
    if (found.type !== 'found') return;
    const { asked, state } = found.chain.request;
    if (asked.drift === undefined || state.status !== 'pending') return;
    const event = { type: 'withdrawn', by: itself, why } as const;
    const result = await commit(ports, id, found.chain, [event], await ports.clock.now());
    if (result.type !== 'conflict') return;
  }
};
