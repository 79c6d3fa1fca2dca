import type { Comparison } from '#domain/content/comparison.ts';
import type { Content } from '#domain/content/content.ts';
import { notKept } from '#domain/content/kept.ts';
import { normalise } from '#domain/content/normalise.ts';
import { sayPlaces } from '#domain/content/say.ts';
import { fingerprintOf } from '#domain/guard/fingerprint.ts';
import { versionIn } from '#domain/guard/object-version.ts';
import { withoutReplicas } from '#domain/guard/state-mark.ts';
import { type Edit, type Manifest, type Plan, sayTarget, type Target, targetKey, targetOf } from '#domain/plan.ts';
import { type Labels, type Risk, type RiskFound, risks } from '#domain/policy/policy.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { isNamespace } from '#domain/risk/cluster/namespace.ts';
import type { SealedEdit } from '#domain/seal.ts';
import { cut, oneLine } from '#domain/text.ts';
import { heldSortOf, type Kind, type Look, type PlanContext, type Seen } from '#kinds/kind.ts';
import { type Assessed, assessTried, changesOf, riskFound } from './assess-tried.ts';
import { listed, packContent } from './contents.ts';
import { isOurs } from './home.ts';
import { fitsInJournal, type Journals, journalsOf, type Overlap, overlapping } from './journal.ts';
import {
  type ClusterWriter,
  contentLimit,
  type Draft,
  type DraftInput,
  isClusterRefusal,
  type WorkerPorts,
} from './ports.ts';
import { managerOf, type Prepared, type PreparedEdit, sealedPart, uidOf } from './prepared.ts';
import { prepareLonger } from './prolong-change.ts';
import { type Judged, judgeTried } from './tried.ts';
import { withWhatGoes } from './what-goes.ts';

type DraftPorts = Pick<
  WorkerPorts,
  'settings' | 'examiner' | 'managed' | 'home' | 'vault' | 'trust' | 'store' | 'alarm' | 'heads'
>;

/** What was tried, and the whole plan that it was made from. */
export type Tried = Prepared & { readonly plan: Plan; readonly namespaceLabels: Labels };

/** Looks at what is live, plans what is asked, and lets the API server try it. `err` is why it cannot be, for a person. */
export const prepareRequest = (
  ports: DraftPorts,
  cluster: ClusterWriter,
  input: DraftInput,
): Promise<Result<Tried, string>> => inItsWords(() => prepare(ports, cluster, input));

/** The API server's own no to a look or to a trial is said in its own words. */
const inItsWords = async <T>(work: () => Promise<Result<T, string>>): Promise<Result<T, string>> => {
  try {
    return await work();
  } catch (cause) {
    if (isClusterRefusal(cause)) return err(cause.message);
    throw cause;
  }
};

/** A status may move every moment while something rolls out or fails. That is no reason for a no. */
const attempts = 5;

/** Looked at and planned anew where an object moved between the look and the trial. */
const prepare = async (
  ports: DraftPorts,
  cluster: ClusterWriter,
  input: DraftInput,
): Promise<Result<Tried, string>> => {
  const kind = ports.settings().kinds.find(({ name }) => name === input.kind);
  if (kind === undefined) return err('This kind of request is no longer configured.');
  if (input.prolongs !== undefined) {
    const longer = await prepareLonger(ports, cluster, input);
    return longer.ok ? ok(await stillWarned(cluster, kind, input, longer.value)) : longer;
  }
  for (let left = attempts - 1; ; left -= 1) {
    const tried = await prepareOnce(ports, cluster, kind, input);
    if (!('moved' in tried)) return tried;
    if (left === 0) return err(changing(tried.moved));
  }
};

/** What stays as it is for longer is warned of as if it were made now: of how things would be without it. */
const stillWarned = async (cluster: ClusterWriter, kind: Kind, input: DraftInput, tried: Tried): Promise<Tried> => {
  const without = new Map(tried.edits.map(({ target, live }) => [targetKey(target), live]));
  const planned = await planNow(cluster, kind, input, without);
  const cautions = planned.ok
    ? planned.value.plan.cautions
    : [`What to beware of can be said no more: ${cut(oneLine(planned.error), 300)}`];
  return { ...tried, plan: { ...tried.plan, cautions } };
};

type Moving = { readonly moved: Target };

const prepareOnce = async (
  ports: DraftPorts,
  cluster: ClusterWriter,
  kind: Kind,
  input: DraftInput,
): Promise<Result<Tried, string> | Moving> => {
  // Both are asked for at once; where the namespace is gone, that is what is said, whatever the looks met.
  const planning = planNow(cluster, kind, input);
  planning.catch(() => undefined);
  const namespace = await cluster.namespace(input.namespace);
  if (namespace === undefined || namespace.terminating)
    return err(`Namespace "${input.namespace}" is gone from cluster "${cluster.name}", or being deleted.`);
  const planned = await planning;
  if (!planned.ok) return planned;
  const { plan, looks, seen } = planned.value;
  const outside = placesOf(plan).find((place) => isOurs(ports.home, place) || !ports.managed.includes(place));
  if (outside !== undefined) return err(`Hallpass is not set up to change anything in namespace "${outside}".`);
  const journals = input.temporary ? journalsOf(ports, cluster, plan.edits.map(targetIn)) : undefined;
  journals?.catch(() => undefined);
  const edits: PreparedEdit[] = [];
  for (const edit of plan.edits) {
    const prepared = await prepareEdit(ports, cluster, { ...input, kind }, edit, liveIn(looks, seen));
    if ('moved' in prepared) return prepared;
    if (!prepared.ok) return prepared;
    edits.push(prepared.value);
  }
  const hindered = journals && (await whyNotForATime(ports, cluster, input, edits, await journals));
  if (hindered !== undefined) return err(hindered);
  return ok({ namespaceUid: namespace.uid, namespaceLabels: namespace.labels, plan, edits });
};

/** What could not be taken back, or not without bringing back what another change has made, is not made for a time. */
const whyNotForATime = async (
  ports: DraftPorts,
  cluster: ClusterWriter,
  { request }: DraftInput,
  edits: readonly PreparedEdit[],
  journals: Journals,
): Promise<string | undefined> => {
  const tooBig = await fitsInJournal(ports, edits);
  if (tooBig !== undefined) return tooBig;
  const other = await overlapping(ports, cluster, request, edits, journals);
  return other === undefined ? undefined : sayOverlap(other);
};

export const sayOverlap = ({ request, target, expiresAt }: Overlap): string =>
  `Request ${request} has changed the same place of ${sayTarget(target)} for a time, until ${expiresAt.toString({ smallestUnit: 'second' })}. Ask when that has ended, or have it ended first.`;

/** What a draft says of what was prepared: nothing raw, which the log has no use for. */
export const draftOf = ({ namespaceUid, edits, plan: { create, probes, proofs } }: Prepared): Draft => ({
  namespaceUid,
  plan: { create, probes, proofs },
  edits: edits.map(sealedPart),
});

/** All that waits is tried anew every few seconds: what stands around it is looked at once for all of it. */
const drawn = 15_000;

/** What a bot wants to have tried, answered, with what approvers are to be shown of it. */
export const draftRequest = async (
  ports: DraftPorts & Pick<WorkerPorts, 'clusters'>,
  input: DraftInput,
): Promise<Result<Draft, string>> => {
  const cluster = ports.clusters.get(input.cluster);
  if (cluster === undefined) return err(`The worker knows no cluster "${input.cluster}".`);
  return inItsWords(async () => {
    const prepared = await prepare(ports, cluster, input);
    if (!prepared.ok) return prepared;
    const tried = prepared.value;
    const assessed = await assessTried(ports, cluster, tried, input.identity, {
      atMostOld: drawn,
      except: input.beside ?? [],
    });
    const changed = await contentOf(ports, cluster, input, tried, assessed);
    const content = packContent(await withWhatGoes(ports, cluster, changed, drawn), ports.trust.digest);
    if (content.text.length > contentLimit)
      return err('What it would change is too long to be shown to anybody. Ask for it in parts.');
    const judged = await judge(ports, cluster, input, tried, assessed);
    const fingerprint = writeMark(ports, cluster, input, tried);
    const from = fromIn(input, tried);
    return ok({
      ...draftOf(tried),
      content,
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(from === undefined ? {} : { from }),
      ...(judged === undefined ? {} : { judged }),
    });
  });
};

const fromIn = ({ held }: DraftInput, { edits }: Tried) => {
  const live = edits[0]?.live;
  return held === undefined || live === undefined ? undefined : versionIn(live);
};

/** As the guard would know the write, were it made now. Of a write to a part of an object the object does not tell. */
const writeMark = (
  { settings, trust }: DraftPorts,
  { name: cluster }: ClusterWriter,
  { held, ask }: DraftInput,
  { edits, plan }: Tried,
): string | undefined => {
  const [edit] = edits;
  if (held === undefined || edit === undefined || edits.length > 1) return undefined;
  const { namespace, name } = edit.target;
  const { kinds } = settings();
  const sort = heldSortOf(kinds, edit.target);
  if (sort === undefined || kinds.some(({ holds }) => holds?.isOfPart(ask)) || plan.create.length > 0) return undefined;
  const { group, resource } = sort;
  const [before, after] = [edit.live, edit.made].map((one) => (held.scales ? one && withoutReplicas(one) : one));
  const write = { operation: edit.op, group, resource, namespace, name, before, after };
  return fingerprintOf(cluster, write, held.ignore, trust.digest);
};

/** What the conditions of rules say of what was tried, in a namespace with the labels that were found then. */
export const judge = async (
  { settings, examiner }: Pick<DraftPorts, 'settings' | 'examiner'>,
  { name: cluster }: Pick<ClusterWriter, 'name'>,
  { kind: name, namespace, ask, facts, atLeast }: Pick<DraftInput, 'kind' | 'namespace' | 'ask' | 'facts' | 'atLeast'>,
  tried: Tried,
  { findings, radius }: Pick<Assessed, 'findings' | 'radius'>,
): Promise<Judged | undefined> => {
  const { policy, kinds } = settings();
  const description = kinds.find((kind) => kind.name === name)?.describe(ask);
  if (facts === undefined || description?.ok !== true) return undefined;
  const { profiles, reachesFurther, cautions } = description.value;
  const warned =
    reachesFurther || [...cautions, ...tried.plan.cautions].length > 0 || tried.edits.some(({ op }) => op === 'delete');
  const changes = changesOf(tried);
  const found = {
    // What could not be seen may be anything.
    risk: worseOf(riskFound(findings, warned || radius === undefined), atLeast),
    ...(radius === undefined ? {} : { radius }),
    before: changes.map(({ before }) => (before === undefined ? null : normalise(before))),
    after: changes.map(({ after }) => (after === undefined ? null : normalise(after))),
  } as const;
  const looked = { ...facts, request: { ...facts.request, namespaceLabels: tried.namespaceLabels } };
  return judgeTried(policy, { cluster, namespace, kind: name, profiles, reachesFurther }, looked, found, examiner);
};

const worseOf = (found: RiskFound, atLeast: Risk = 'none'): RiskFound =>
  risks.indexOf(atLeast) > risks.indexOf(found.level) ? { ...found, level: atLeast } : found;

type Planned = { readonly plan: Plan; readonly looks: readonly Look[]; readonly seen: Seen };

/** Plans from what is live; of objects that are known otherwise from how they are in `instead`. */
const planNow = async (
  cluster: ClusterWriter,
  kind: Kind,
  input: DraftInput,
  instead: ReadonlyMap<string, Manifest | undefined> = new Map(),
): Promise<Result<Planned, string>> => {
  const looks = kind.look(input.ask, input.namespace);
  if (!looks.ok) return looks;
  const seen = await lookAll(cluster, looks.value).catch((cause: unknown) => {
    // What cannot be changed as it is, in the adapter's words; any other no to a look is about our own rights.
    if (isClusterRefusal(cause) && cause.refused.status === 422) return cause.message;
    throw cause;
  });
  if (typeof seen === 'string') return err(seen);
  const supposed = looks.value.map((look, index) => {
    const key = look.type === 'object' ? targetKey(look.target) : '';
    return instead.has(key) ? [instead.get(key) ?? []].flat() : (seen[index] ?? []);
  });
  const plan = kind.plan(input.ask, contextOf(input, supposed));
  return plan.ok ? ok({ plan: plan.value, looks: looks.value, seen: supposed }) : plan;
};

export const contextOf = (
  { request, namespace, identity }: Pick<DraftInput, 'request' | 'namespace' | 'identity'>,
  seen: Seen,
): PlanContext => ({ request, namespace, identity, seen });

export const lookAll = (cluster: ClusterWriter, looks: readonly Look[]): Promise<Seen> =>
  Promise.all(
    looks.map(async (look) => {
      if (look.type === 'list') return allOf(cluster, look);
      const found = await cluster.get(look.target, { onlyToLook: look.onlyToLook === true });
      return found === undefined ? [] : [found.live];
    }),
  );

const allOf = async (
  cluster: ClusterWriter,
  { of, namespace, mayBeUnknown }: Extract<Look, { type: 'list' }>,
): Promise<readonly Manifest[]> => {
  try {
    return await cluster.list(of, namespace);
  } catch (cause) {
    if (mayBeUnknown === true && isClusterRefusal(cause) && cause.refused.status === 404) return [];
    throw cause;
  }
};

/** What was found of an object that was looked at; undefined when there was no look for it. */
const liveIn = (looks: readonly Look[], seen: Seen): ReadonlyMap<string, Manifest | undefined> =>
  new Map(looks.flatMap((look, index) => (look.type === 'object' ? [[targetKey(look.target), seen[index]?.[0]]] : [])));

export const placesOf = ({ create, edits }: Pick<Plan, 'create' | 'edits'>): readonly string[] => [
  ...create.flatMap(({ metadata }) => metadata.namespace ?? []),
  ...edits.flatMap((edit) => placeOf(targetIn(edit))),
];

/** A namespace is in itself. */
const placeOf = (target: Target): readonly string[] =>
  isNamespace(target) ? [target.name] : [target.namespace ?? []].flat();

const targetIn = (edit: Edit): Target => (edit.op === 'delete' ? edit.target : targetOf(edit.content));

const changing = (target: Target): string =>
  `${sayTarget(target)} is being changed by somebody else just now. Try again in a moment.`;

const prepareEdit = async (
  { examiner }: DraftPorts,
  cluster: ClusterWriter,
  { request, kind }: Pick<DraftInput, 'request'> & { readonly kind: Pick<Kind, 'byUid' | 'staysDone'> },
  edit: Edit,
  found: ReadonlyMap<string, Manifest | undefined>,
): Promise<Result<PreparedEdit, string> | Moving> => {
  const target = targetIn(edit);
  const key = targetKey(target);
  const live = found.has(key) ? found.get(key) : (await cluster.get(target))?.live;
  const uid = live === undefined ? undefined : uidOf(live);
  if (edit.op === 'delete') {
    if (live === undefined || uid === undefined) return err(`There is no ${sayTarget(target)} to delete.`);
    if (edit.byAuthor !== true) await cluster.tryDelete({ ...target, uid });
    if (kind.byUid !== true) return ok(prepared('delete', target, { live }, await examiner.compare(live, undefined)));
    const nothingShown = await examiner.compare(undefined, undefined);
    return ok({ ...prepared('delete', target, { live }, nothingShown), byUid: true });
  }
  const tried =
    edit.byAuthor === true
      ? { type: 'written' as const, live: edit.content }
      : await cluster.tryWrite(edit.content, { manager: managerOf(request) });
  if (tried.type === 'moved') return { moved: target };
  const lost = notKept(edit.content, tried.live, live);
  if (lost !== undefined)
    return err(
      `${sayTarget(target)}: the API server keeps nothing of ${cut(oneLine(lost), 300)}, which it does not seem to know. Check how it is spelt, or leave it out.`,
    );
  const comparison = await examiner.compare(live, tried.live);
  if (comparison.edits.length === 0) return err(`${sayTarget(target)} is so already: nothing would change.`);
  const states = { ...(live === undefined ? {} : { live }), wanted: edit.content, made: tried.live };
  const made = prepared(live === undefined ? 'create' : 'update', target, states, comparison);
  return ok(kind.staysDone === undefined ? made : { ...made, staysDone: true });
};

const prepared = (
  op: SealedEdit['op'],
  target: Target,
  states: Pick<PreparedEdit, 'live' | 'wanted' | 'made'>,
  comparison: Comparison,
): PreparedEdit => {
  const uid = states.live === undefined ? undefined : uidOf(states.live);
  return {
    op,
    target,
    delta: comparison.delta,
    comparison,
    ...(uid === undefined ? {} : { uid }),
    ...states,
  };
};

const contentOf = async (
  { examiner, settings }: DraftPorts,
  cluster: ClusterWriter,
  { request, kind: name }: DraftInput,
  { plan, edits }: Tried,
  assessed: Assessed,
): Promise<Content> => {
  // Rights are said in words: their objects name who somebody is in the cluster, and a binding is not taken before its role is there.
  const isRights = settings().kinds.find((kind) => kind.name === name)?.isForSomebody === true;
  const own = await Promise.all(
    (isRights ? [] : plan.create).map(async (manifest) => {
      const tried = await cluster.tryWrite(manifest, { manager: managerOf(request) });
      const { diff, added, removed } = await examiner.compare(
        undefined,
        tried.type === 'written' ? tried.live : manifest,
      );
      return { op: 'create' as const, target: targetOf(manifest), diff, added, removed };
    }),
  );
  const others = edits.map(({ op, target, uid, comparison: { edits: places, diff, added, removed } }) => ({
    op,
    target,
    ...(uid === undefined ? {} : { uid }),
    diff,
    added,
    removed,
    ...(op === 'update' ? { places: [...sayPlaces(places)] } : {}),
  }));
  return {
    schema: 1,
    changes: [...others, ...own],
    notes: [...plan.notes],
    ...listed(assessed),
    cautions: [...new Set(plan.cautions)],
  };
};
