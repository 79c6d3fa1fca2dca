import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import { isOver } from '#domain/request/request.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { cut } from '#domain/text.ts';
import { type OpenPod, openPods } from '#domain/watch/open-pods.ts';
import type { Kind } from '#kinds/kind.ts';
import type { ActRefusal } from './act-on-request.ts';
import { type Asking, type SubmitRefusal, unclear } from './asking.ts';
import { admit } from './membership.ts';
import { openedBefore } from './opened-before.ts';
import { placesFor, standingOf } from './places-to-file.ts';
import type { BotPorts } from './ports.ts';
import { find } from './request-log.ts';
import { resolveAsking } from './resolve-asking.ts';
import { submitRequest } from './submit-request.ts';

/** What came of asking for the end of some pods of one namespace. `isNew`: nobody had asked for it before. */
export type PodsAsked = {
  readonly namespace: string;
  /** Of what was asked before: all that it is for. */
  readonly pods: readonly string[];
  readonly filed: Result<{ readonly chain: Chain; readonly isNew: boolean }, SubmitRefusal>;
};

/**
 * Kubernetes cuts nothing of what was opened under a grant when that ends; the end of its pod does. Asks for that, in each namespace by
 * requests of its own, which are decided on as any other: whoever the policy lets ask for it may. What somebody has asked for already
 * is not asked for again while it waits, or when it is done. `reason`: in their own words, before what Hallpass says itself.
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
  const pods = openPods(state, await openedBefore(ports, found.chain.request));
  if (pods.length === 0) return err({ type: 'no-pods-to-end', why: 'none' });
  const kind = ports.settings().kinds.find(canEndPods);
  if (kind === undefined) return err({ type: 'no-pods-to-end', why: 'not-configured' });
  const all: PodsAsked[] = [];
  for (const [namespace, those] of Map.groupBy(pods, (pod) => pod.namespace)) {
    const { cluster } = asked;
    const under = asked.extends === undefined ? id : `${id} or what it went on from`;
    const ending = { by, id, cluster, namespace, reason, pods: those, under, madeBefore: state.at };
    all.push(...(await endThose(ports, kind, ending)));
  }
  return ok(all);
};

type Ending = Kind & Required<Pick<Kind, 'endsPods'>>;

const canEndPods = (kind: Kind): kind is Ending => kind.endsPods !== undefined;

/** Pods of one namespace in which something may be open, and under which grant. */
type Wanted = Pick<Asking, 'by' | 'cluster' | 'namespace' | 'reason'> & {
  readonly id: RequestId;
  readonly pods: readonly OpenPod[];
  readonly under: string;
  readonly madeBefore: Temporal.Instant;
};

const endThose = async (ports: BotPorts, kind: Ending, wanted: Wanted): Promise<readonly PodsAsked[]> => {
  const { namespace, madeBefore } = wanted;
  const names = wanted.pods.map(({ name }) => name);
  const { asks, leftOut } = kind.endsPods(names, madeBefore);
  const odd = leftOut.length === 0 ? [] : [{ namespace, pods: leftOut, filed: err(unclear('ask', noPodsName)) }];
  const [first] = asks;
  if (first === undefined) return odd;
  // Who may not ask is not told what others asked.
  const resolved = await resolveAsking(ports, { ...askingFor(kind, wanted, first), origin: '' });
  if (!resolved.ok) return [{ namespace, pods: names, filed: resolved }];
  return [...(await fileMissing(ports, kind, wanted, new Set(asks.flatMap(({ pods }) => pods)))), ...odd];
};

const noPodsName = 'No pod can be called so.';

type Batch = { readonly pods: readonly string[]; readonly ask: Json };

const askingFor = (
  kind: Kind,
  { by, under, cluster, namespace, reason, pods }: Wanted,
  { pods: names, ask }: Batch,
): Omit<Asking, 'origin'> => {
  const those = pods.filter(({ name }) => names.includes(name));
  const why = cut(`${reason} ${reasonFor(under, those)}`.trim(), longestReason);
  return { by, subject: by, source: 'slack', kind: kind.name, cluster, namespace, ask, reason: why };
};

/** Characters: as many as any reason may have. */
const longestReason = 1_000;

const reasonFor = (under: string, pods: readonly OpenPod[]): string => {
  const said = pods.map(({ name, ways }) => `${ways.join(' and ')} in ${name}`).join(', ');
  return `${pods.length === 1 ? 'It' : 'They'} may hold open what was opened under ${under}: ${said}.`;
};

/** Files what nobody has asked for yet. */
const fileMissing = async (
  ports: BotPorts,
  kind: Ending,
  wanted: Wanted,
  names: ReadonlySet<string>,
): Promise<readonly PodsAsked[]> => {
  const { namespace, id, by } = wanted;
  const places = await placesFor(ports, `end-pods ${id} ${namespace}`, by);
  const all: PodsAsked[] = [];
  let left = names;
  const settle = (chain: Chain, isNew: boolean): void => {
    const pods = podsOf(kind, chain);
    if (isNew || pods.some((name) => left.has(name))) all.push({ namespace, pods, filed: ok({ chain, isNew }) });
    left = left.difference(new Set(pods));
  };
  for (const { standing } of places) if (standing !== undefined) settle(standing, false);
  for (const { origin } of places.filter(({ isFree }) => isFree)) {
    const [batch] = kind.endsPods([...left], wanted.madeBefore).asks;
    if (batch === undefined) return all;
    const filed = await submitRequest(ports, { ...askingFor(kind, wanted, batch), origin });
    if (filed.ok) settle(filed.value, true);
    else if (filed.error.type === 'filed-before') {
      // Somebody was faster.
      const standing = await standingOf(ports, filed.error.id);
      if (standing !== undefined) settle(standing, false);
    } else if (filed.error.type === 'unclear') {
      all.push({ namespace, pods: batch.pods, filed });
      left = left.difference(new Set(batch.pods));
    } else return [...all, { namespace, pods: [...left], filed }];
  }
  return left.size === 0 ? all : [...all, { namespace, pods: [...left], filed: err(unclear('ask', tooOften)) }];
};

const tooOften =
  'It was asked for as often as it can be in a day. Ask for it by name: the form behind /jit takes the names of pods.';

const podsOf = (kind: Ending, { request: { asked } }: Chain): readonly string[] => {
  const described = kind.describe(asked.ask as Json);
  return described.ok ? described.value.objects : [];
};
