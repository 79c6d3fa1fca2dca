import { type Manifest, sayTarget, targetKey } from '#domain/plan.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { isInForce } from '#domain/request/extension.ts';
import type { Asked, Request } from '#domain/request/request.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Tried } from './draft-request.ts';
import { findJournal, type JournalEntry, prolongJournal } from './journal.ts';
import type { ClusterWriter, DraftInput, Settings, WorkerPorts } from './ports.ts';
import { type PreparedEdit, refTo } from './prepared.ts';
import { commit, find } from './request-log.ts';
import { withoutIt } from './take-back.ts';

type Ended = Extract<RequestEvent, { type: 'lapsed' | 'failed' }>;
type Applied = Extract<RequestEvent, { type: 'completed' }>;

/** The grant that a request lets stay in force longer as it is; undefined for what goes on as another, or from none. */
export const prolongedBy = (
  { kinds }: Settings,
  { kind, extends: before }: Pick<Asked, 'kind' | 'extends'>,
): NonNullable<Asked['extends']>['request'] | undefined =>
  kinds.find(({ name }) => name === kind)?.mayBeExtended === 'in-place' ? before?.request : undefined;

/** So long before its end nothing is begun: a change that is being taken back must not be called in force. */
const margin = Temporal.Duration.from({ seconds: 10 });
const tooLate = 'It ends in a moment, or has ended: it is too late to let it last longer. Ask anew.';

/**
 * What a change in force has made of its objects, beside what they would be without it: what approvers of a longer time agree
 * to. Nothing is written. `err` is why it cannot be, for a person.
 */
export const prepareLonger = async (
  ports: Pick<WorkerPorts, 'store' | 'trust' | 'alarm' | 'heads' | 'vault' | 'home' | 'examiner'>,
  cluster: ClusterWriter,
  { prolongs, namespace }: Pick<DraftInput, 'prolongs' | 'namespace'>,
): Promise<Result<Tried, string>> => {
  const found = prolongs === undefined ? undefined : await find(ports, prolongs);
  if (found?.type !== 'found' || !isInForce(found.chain.request))
    return err('The change that it would let last longer is not in force any more.');
  const { request } = found.chain;
  const place = await cluster.namespace(namespace);
  if (place === undefined || place.terminating)
    return err(`Namespace "${namespace}" is gone from cluster "${cluster.name}", or being deleted.`);
  const journal = await findJournal(ports, cluster, request.asked);
  if (journal === undefined)
    return err('How things were before is not known any more, so that it cannot last longer. Have it ended.');
  const edits: PreparedEdit[] = [];
  for (const entry of journal.entries) {
    const edit = await asItStands(ports, cluster, entry, request);
    if (!edit.ok) return edit;
    edits.push(edit.value);
  }
  const note = `Nothing is changed by this: what ${request.asked.id} has changed stays as it is, for longer.`;
  const plan = { create: [], edits: [], notes: [note], cautions: [], probes: [], proofs: [] };
  return ok({ namespaceUid: place.uid, namespaceLabels: place.labels, plan, edits });
};

const asItStands = async (
  { examiner }: Pick<WorkerPorts, 'examiner'>,
  cluster: ClusterWriter,
  entry: JournalEntry,
  request: Request,
): Promise<Result<PreparedEdit, string>> => {
  const { op, target, uid, delta, image } = entry;
  const live = (await cluster.get(target))?.live;
  const states = statesOf(entry, live, request);
  if (states === undefined)
    return err(
      `${sayTarget(target)} is not as this change has made it: somebody else changed the same place. Have it ended, or wait until it ends, and settle that.`,
    );
  if (op !== 'create' && image === undefined) return err(`How ${sayTarget(target)} was before was not kept.`);
  const comparison = await examiner.compare(states.live, states.made);
  return ok({ op, target, ...(uid === undefined ? {} : { uid }), delta, comparison, ...states });
};

/** Without the change and with it; undefined where what is there is not what it has made. */
const statesOf = (
  { op, target, uid, image }: JournalEntry,
  live: Manifest | undefined,
  { state }: Request,
): Pick<PreparedEdit, 'live' | 'made'> | undefined => {
  switch (op) {
    case 'update': {
      if (live === undefined || refTo(live).uid !== uid) return undefined;
      const before = withoutIt(live, image?.edits ?? []);
      return before && { live: before, made: live };
    }
    case 'create': {
      const made = state.status === 'active' ? state.changed : [];
      const isOurs =
        live !== undefined && made.some((one) => one.uid === refTo(live).uid && targetKey(one) === targetKey(target));
      return isOurs ? { made: live } : undefined;
    }
    case 'delete':
      return live === undefined && image?.object !== undefined ? { live: image.object } : undefined;
  }
};

/** Whether the log of the grant says that this request has let it last longer already. */
export const isProlonged = async (ports: WorkerPorts, { id, extends: before }: Asked): Promise<boolean> => {
  const found = before === undefined ? undefined : await find(ports, before.request);
  return found?.type === 'found' && hasProlonged(found.chain.request, id);
};

const hasProlonged = ({ state }: Request, id: Asked['id']): boolean =>
  state.status === 'active' && state.prolonged?.includes(id) === true;

/**
 * Lets a change stay in force until then: first by its journal, which ends it where no log can be read, then by its log. One that is
 * being ended at the same moment is ended: of the two, one event comes first in its log.
 */
export const letLast = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  until: Temporal.Instant,
): Promise<Ended | Applied> => {
  const { id, requester, extends: before } = asked;
  for (;;) {
    const found = before === undefined ? undefined : await find(ports, before.request);
    if (found?.type !== 'found') return { type: 'lapsed', why: tooLate };
    const { chain } = found;
    if (hasProlonged(chain.request, id)) return { type: 'completed', changed: [] };
    const { state } = chain.request;
    const now = await ports.clock.now();
    if (state.status !== 'active' || !isInForce(chain.request)) return { type: 'lapsed', why: tooLate };
    if (Temporal.Instant.compare(now.add(margin), state.expiresAt) >= 0) return { type: 'lapsed', why: tooLate };
    if (!(await prolongJournal(ports, cluster, chain.request.asked, state.by, until)))
      return { type: 'failed', why: 'How things were before is not known any more, so that it cannot last longer.' };
    const event: RequestEvent = { type: 'prolonged', by: requester, request: id, expiresAt: until };
    const result = await commit(ports, chain.request.asked.id, chain, [event], now);
    // Where somebody was faster, what they did is looked at; a log only grows so often.
    if (result.type === 'committed') return { type: 'completed', changed: [] };
  }
};
