import { isMap } from '#domain/content/tree.ts';
import { type GuardEntry, type Intent, writeEntry } from '#domain/guard/entry.ts';
import {
  besideIndex,
  breaksGlass,
  changesNothing,
  essence,
  fingerprintOf,
  glassIndex,
  intentPrefix,
  letsGo,
  noteIn,
  passMark,
  writerMark,
} from '#domain/guard/fingerprint.ts';
import { isGoing, isOfNamespaces } from '#domain/guard/namespace.ts';
import { versionIn } from '#domain/guard/object-version.ts';
import { passName, readPass } from '#domain/guard/pass.ts';
import { mayScale, type Protection, protectionOf, protectsIn, writerOf } from '#domain/guard/protection.ts';
import { isOfSecret, veilWrite } from '#domain/guard/veil.ts';
import {
  sayApplying,
  sayAway,
  sayDenied,
  sayDryRun,
  sayFiled,
  sayFlood,
  sayLetThrough,
  sayNamespace,
  sayOfOther,
  sayOrphans,
  sayPart,
  sayPending,
  sayRefused,
  sayTooLarge,
  sayUnderGrant,
  sayUnjudged,
  sayUnnamed,
  sayUnveiled,
  sayWorse,
  sayWritten,
} from '#domain/guard/words.ts';
import { type Admission, admit, forbid, unready, type Write } from '#domain/guard/write.ts';
import { type RequestId, requestIdFrom } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import { ok } from '#domain/result.ts';
import { type Held, heldSorts } from '#kinds/kind.ts';
import { type Covering, coveringGrant, grantsOf, rememberDeleted } from './covering-grant.ts';
import type { GuardPorts, Said } from './guard-ports.ts';
import { heldIndex } from './held-index.ts';
import { heldNamespace } from './hold-namespace.ts';
import { isOurs, markersBeside } from './home.ts';
import { isUnused } from './is-unused.ts';
import { knownUser } from './known-users.ts';
import { latest } from './latest-time.ts';
import { markerName } from './marker.ts';
import { noteMisuse, wouldEnd } from './note-misuse.ts';
import { noteUse } from './note-use.ts';
import { find } from './request-log.ts';

/** A write to something that is protected. */
export type Guarded = {
  readonly write: Write & { readonly namespace: string };
  readonly sort: Held;
  readonly protection: Protection;
  readonly fingerprint: string;
  /** In words. */
  readonly what: string;
};

/**
 * Says whether a write goes through: what is not protected, changes nothing, was approved or is covered by a grant. Everything else
 * is held: filed for the bot, and refused for now. In doubt the answer is no; a dry run is answered and leaves nothing behind.
 */
export const reviewWrite = async (ports: GuardPorts, asked: Write): Promise<Admission> => {
  const { policy, kinds } = ports.settings();
  const cluster = ports.cluster.name;
  if (isOfNamespaces(asked)) return namespaceGoes(ports, asked);
  const sort = heldSorts(kinds).find(({ group, resource }) => group === asked.group && resource === asked.resource);
  const { namespace } = asked;
  if (sort === undefined || namespace === undefined || isOurs(ports.home, namespace)) return admit();
  const protection = protectionOf(policy.protect, { cluster, namespace, profile: sort.profile });
  if (protection === undefined) return admit();
  const what = sayWritten(asked);
  // From here on nobody has the values of a Secret.
  const veiled = isOfSecret(asked) ? veilWrite(cluster, asked, ports.mark) : ok(asked);
  if (!veiled.ok) return unless(asked, what, forbid(sayUnveiled(what, veiled.error)));
  const write = veiled.value;
  if (changesNothing(write, protection.ignoreAnnotations) || letsGo(write)) return admit();
  if (write.subresource !== undefined) {
    if (write.subresource === 'scale' && mayScale(protection, write.user)) return admit();
    if (replicasIn(write) === undefined) return unless(write, what, forbid(sayPart(what, write.subresource)));
  }
  if (write.orphans === true) return unless(write, what, forbid(sayOrphans(what)));
  if (isUnnamed(write)) return unless(write, what, forbid(sayUnnamed(what)));
  const fingerprint = fingerprintOf(cluster, write, protection.ignoreAnnotations, ports.trust.digest);
  const guarded = { write: { ...write, namespace }, sort, protection, fingerprint, what };
  return orUndecided(ports, write, async () => {
    if (await goesWithItsNamespace(ports, write)) return admit();
    return write.user === ports.worker ? byWorker(ports, guarded) : judge(ports, guarded);
  });
};

const orUndecided = async (ports: GuardPorts, write: Write, look: () => Promise<Admission>): Promise<Admission> => {
  try {
    return await look();
  } catch (cause) {
    ports.alarm('What is held could not be looked up; writes to protected objects are refused', {
      cause: String(cause),
    });
    return undecided(ports, write);
  }
};

/** What is answered where nothing could be looked up in time. */
export const undecided = (ports: Pick<GuardPorts, 'worker'>, write: Write): Admission => {
  const what = sayWritten(write);
  return unless(write, what, write.user === ports.worker ? unready(sayAway(what)) : forbid(sayAway(what)));
};

/** Each attempt would have another name, so that none is the one that was approved. */
const isUnnamed = ({ operation, name, after }: Write): boolean =>
  name === '' || (operation === 'create' && after !== undefined && 'generateName' in after.metadata);

/** A dry run is never refused: some clients stop at that. It is told what would be. */
const unless = ({ dryRun }: Write, what: string, answer: Admission): Admission => {
  if (!dryRun || answer.allowed) return answer;
  return admit(sayDryRun(what, `refused: ${answer.message.replaceAll('\n', ' ').replace(/\.$/, '')}`));
};

/** What goes already is not asked about again. No grant covers it, and the worker has no pass for it: it is asked for, or refused. */
const namespaceGoes = async (ports: GuardPorts, write: Write): Promise<Admission> => {
  const { name: namespace, before } = write;
  const place = { cluster: ports.cluster.name, namespace };
  if (write.operation !== 'delete' || !protectsIn(ports.settings().policy.protect, place)) return admit();
  if (before !== undefined && isGoing(before)) return admit();
  const guarded = heldNamespace(ports, write);
  const what = sayWritten(write);
  if (guarded === undefined) return unless(write, what, forbid(sayNamespace(namespace)));
  if (write.orphans === true) return unless(write, what, forbid(sayOrphans(what)));
  return orUndecided(ports, write, () => judge(ports, guarded));
};

const namespaceController = 'system:serviceaccount:kube-system:namespace-controller';

/** What is in a namespace that is being deleted goes with it; its deletion was let through before. */
const goesWithItsNamespace = async ({ cluster }: GuardPorts, { operation, user, namespace = '' }: Write) => {
  if (operation !== 'delete' || user !== namespaceController) return false;
  return (await cluster.namespace(namespace))?.terminating === true;
};

/** The worker is let through by no name: it shows a pass for this very write. */
const byWorker = async (ports: GuardPorts, { write, what }: Guarded): Promise<Admission> => {
  if (write.dryRun) return admit();
  const { cluster, trust, home } = ports;
  const fingerprint = passMark(cluster.name, write, trust.digest);
  const object = await cluster.own(markersBeside(home), passName(fingerprint));
  const pass = object && readPass(cluster.name, object, trust);
  // Not by Redis: what has to be taken back is let through while that is away.
  const now = await cluster.time();
  const isGood = pass?.fingerprint === fingerprint && Temporal.Instant.compare(now, pass.until) < 0;
  return isGood ? admit() : unready(`Hallpass itself shows no pass for this write to ${what}.`);
};

const judge = async (ports: GuardPorts, guarded: Guarded): Promise<Admission> => {
  const { write, what } = guarded;
  // The same for everybody and every value: it leaves nothing behind, so that nobody would see values being tried.
  if (write.dryRun && isOfSecret(write)) return admit(sayDryRun(what, wouldBe(undefined, undefined)));
  const again = justRefused(ports, guarded);
  if (again !== undefined) return again;
  const [known, grants] = await Promise.all([ports.held.find(indexOf(ports, guarded)), grantsOf(ports, write.user)]);
  const standing = known === undefined ? undefined : await stands(ports, guarded, known);
  if (standing?.answer.allowed === true) return standing.answer;
  const covering = guarded.sort.namespaced ? await coveringGrant(ports, guarded, grants) : undefined;
  if (covering?.type === 'covers') {
    if (!write.dryRun) rememberDeleted(ports, guarded, covering);
    if (!write.dryRun) await noteUse(ports, guarded, covering);
    return admit(sayUnderGrant(covering.chain.request.asked.id));
  }
  if (write.dryRun) return admit(sayDryRun(what, `${wouldBe(known?.id, standing)}${sayLost(guarded, covering)}`));
  const worse = covering === undefined ? '' : await sayBeyond(ports, guarded, covering);
  if (standing !== undefined && breaksGlass(write) === undefined) {
    countAttempt(ports, guarded);
    return remembered(ports, guarded, standing, preceded(worse, standing.answer));
  }
  return preceded(worse, await hold(ports, guarded, known?.id));
};

/** What its author reads before all else, where a grant of theirs does not go so far. */
const sayBeyond = async (ports: GuardPorts, guarded: Guarded, beyond: Covering): Promise<string> => {
  const { id } = beyond.chain.request.asked;
  if (beyond.type === 'unjudged') return `${sayUnjudged(id)}\n`;
  return `${sayWorse(id, beyond.risk, beyond.type === 'lost' || (await noteMisuse(ports, guarded, beyond)))}\n`;
};

/** What a dry run leaves alone, and the write would not. */
const sayLost = (guarded: Guarded, worse: Covering | undefined): string =>
  worse === undefined || !wouldEnd(guarded, worse)
    ? ''
    : `, and would end your access by request ${worse.chain.request.asked.id}`;

/**
 * The same write of the same user to the same state of the object: what is made up is not told what the API server is. Neither a dry
 * run nor one that breaks glass is told what others are.
 */
const nameOf = ({ write, fingerprint }: Guarded): string | undefined => {
  if (write.dryRun || breaksGlass(write) !== undefined) return undefined;
  const at = write.before && versionIn(write.before);
  return `${fingerprint} ${at?.uid ?? ''} ${at?.version ?? ''} ${write.user}`;
};

const justRefused = ({ recent, settings }: GuardPorts, guarded: Guarded): Admission | undefined => {
  const name = recent && nameOf(guarded);
  return name === undefined ? undefined : recent?.of(name, settings().policy);
};

/** What the bot has not taken in yet is looked up again: then there is more to say. */
const remembered = (ports: GuardPorts, guarded: Guarded, { isKnown }: Standing, answer: Admission): Admission => {
  const name = nameOf(guarded);
  if (isKnown && name !== undefined && !answer.allowed) ports.recent?.refuse(name, ports.settings().policy, answer);
  return answer;
};

/** `isKnown`: the bot has taken it in, or refused it. */
type Standing = { readonly answer: Admission; readonly isKnown: boolean };

const wouldBe = (id: RequestId | undefined, standing: Standing | undefined): string =>
  id === undefined || standing === undefined ? 'held until somebody agrees' : `refused, as request ${id}`;

const preceded = (by: string, answer: Admission): Admission =>
  answer.allowed ? answer : { ...answer, message: `${by}${answer.message}` };

/** So many requests that a write was known as one after the other are looked at. */
const mostBefore = 5;

/** What the log says of a write that was filed before; undefined where it is to be filed anew. */
const stands = async (
  ports: GuardPorts,
  guarded: Guarded,
  { id, said }: { readonly id: RequestId; readonly said?: Said },
  before = mostBefore,
): Promise<Standing | undefined> => {
  const { write, fingerprint, what } = guarded;
  const found = await find(ports, id);
  const mark = writerMark(fingerprint, write.user, ports.trust.digest);
  if (found.type === 'absent') return unfiled(what, id, said, mark);
  if (found.type === 'broken') return undefined;
  const { request } = found.chain;
  const { held } = request.asked;
  // The index is only a hint: anybody who writes into Redis could have written it.
  if (held?.fingerprint !== fingerprint) return undefined;
  const isTheirs = mark === held.by;
  const { state } = request;
  const known = (answer: Admission): Standing => ({ answer, isKnown: true });
  // A review that was made up has this one filed, and takes nothing from an approval that was there.
  const earlier = async (): Promise<Standing | undefined> => {
    if (held.earlier === undefined || before === 0) return undefined;
    const standing = await stands(ports, guarded, { id: held.earlier }, before - 1);
    return standing?.answer.allowed === true ? standing : undefined;
  };
  switch (state.status) {
    case 'pending':
      return (await earlier()) ?? known(forbid(sayPending(what, request, said?.where)));
    case 'denied':
      return known(forbid(sayDenied(what, request, said?.where)));
    case 'approved':
      if (state.ending !== undefined) return undefined;
      if (!isTheirs) return known(forbid(sayOfOther(what, request)));
      if (state.confirmed !== undefined) return known(forbid(sayApplying(what, request)));
      return (await isStillGood(ports, found.chain, write)) ? known(admit(sayLetThrough(id))) : undefined;
    case 'withdrawn':
    case 'timed-out':
      return earlier();
    case 'active':
    case 'completed':
    case 'revoked':
    case 'lapsed':
    case 'failed':
      return undefined;
  }
};

/** The bot has yet to take it in, or made no request of it; of somebody else's write it may. */
const unfiled = (what: string, id: RequestId, said: Said | undefined, mark: string): Standing | undefined => {
  if (said?.refused === undefined) return { answer: forbid(sayFiled(what, id, said?.where)), isKnown: false };
  return said.by === mark ? { answer: forbid(sayRefused(what, said.refused)), isKnown: true } : undefined;
};

/** In time, and not used before: an old log, restored, finds the closed marker. */
const isStillGood = async (ports: GuardPorts, { request: { asked, state } }: Chain, write: Write): Promise<boolean> => {
  const { cluster, home } = ports;
  if (state.status !== 'approved') return false;
  // The uid of a namespace is deleted once.
  const isAsked = write.dryRun || isOfNamespaces(write);
  if ((await cluster.own(markersBeside(home), markerName(asked))) !== undefined) return false;
  // The answer has just said the cluster's time.
  if (Temporal.Instant.compare(await latest(ports), state.applyBy) > 0) return false;
  // Last: this remembers what is let through, and nothing that could not be looked up or was refused.
  return isAsked || isUnused(ports, { id: asked.id, from: asked.held?.from }, write);
};

/** Characters of what is filed: a request holds no more, and the store is not for files. */
const mostEntry = 110_000;

/**
 * So long (milliseconds) a first attempt waits for the bot, so that it can say where to look; and one that breaks glass, so that it is
 * let through at once.
 */
const patience = { usual: 240, breaking: 600, step: 20 } as const;

const hold = async (ports: GuardPorts, guarded: Guarded, known: RequestId | undefined): Promise<Admission> => {
  const { write, what, protection } = guarded;
  const isBreaking = breaksGlass(write) !== undefined;
  const author = accountOf(ports, protection, write.user);
  // Before anything is made of it that takes time; whoever breaks glass is looked at each time.
  const flood = isBreaking ? undefined : ports.recent?.flood(author);
  if (flood !== undefined) return forbid(sayFlood(what, flood));
  const id = requestIdFrom(ports.random(6));
  const earlier = isBreaking || known === undefined ? undefined : await approvedAs(ports, known);
  const entry = writeEntry(entryOf(ports, guarded, id, earlier), ports.signer);
  if (entry.length > mostEntry) return forbid(sayTooLarge(what, entry.length));
  const index = isBreaking ? await breakingIndex(ports, guarded) : besideOf(indexOf(ports, guarded), known, earlier);
  const filed = await ports.held.file({ ...index, id, author, entry });
  if (filed.type === 'flood') {
    ports.recent?.overflow(filed.of, author);
    if (filed.isNew) tellFlood(ports, write, filed.of === 'all' ? 'all together' : author);
    return forbid(sayFlood(what, filed.of));
  }
  countAttempt(ports, guarded);
  const filedAs = filed.type === 'held' ? filed.id : id;
  const total = isBreaking ? patience.breaking : patience.usual;
  for (let waited = 0; waited < total; waited += patience.step) {
    await ports.pause(patience.step);
    const said = await ports.held.said(filedAs);
    const standing = await stands(ports, guarded, { id: filedAs, ...(said && { said }) });
    if (standing?.isKnown === true) return standing.answer;
  }
  return forbid(sayFiled(what, filedAs));
};

/** As what a write is approved that is known as this and not let through: it may have come in a way that it was not written in. */
const approvedAs = async (ports: GuardPorts, known: RequestId): Promise<RequestId | undefined> => {
  const found = await find(ports, known);
  if (found.type !== 'found') return undefined;
  const { asked, state } = found.chain.request;
  if (state.status !== 'approved') return asked.held?.earlier;
  return state.ending === undefined ? known : undefined;
};

/** What is approved keeps its place: whoever posts what is made up takes it from nobody. */
const besideOf = (fingerprint: string, known: RequestId | undefined, approved: RequestId | undefined) => ({
  fingerprint: approved === undefined ? fingerprint : besideIndex(fingerprint, approved),
  instead: known,
});

/** Whoever is refused does not wait for it. */
const countAttempt = (ports: GuardPorts, guarded: Guarded): void =>
  void ports.held.tried(indexOf(ports, guarded), guarded.write.user).catch((cause: unknown) => {
    ports.alarm('An attempt at what is held could not be counted', { of: guarded.what, cause: String(cause) });
  });

const indexOf = ({ trust }: GuardPorts, { write, fingerprint }: Guarded): string =>
  heldIndex(write, { fingerprint, by: writerMark(fingerprint, write.user, trust.digest) });

const tellFlood = ({ alarm, cluster }: GuardPorts, { user, namespace }: Write, of: string): void =>
  alarm('More direct writes to protected objects come than are taken in. The rest is refused, and this is said once', {
    cluster: cluster.name,
    of,
    last: `${user}, in ${namespace}`,
  });

const breakingIndex = async (ports: GuardPorts, guarded: Guarded) => {
  const mark = writerMark(guarded.fingerprint, guarded.write.user, ports.trust.digest);
  const index = glassIndex(guarded.fingerprint, mark);
  const before = await ports.held.find(index);
  const isOver = before !== undefined && (await stands(ports, guarded, before)) === undefined;
  return { fingerprint: index, instead: isOver ? before.id : undefined };
};

/** On whose account it is filed: all users of one line of writers are one, and so are all whom nobody knows. */
const accountOf = ({ settings }: GuardPorts, protection: Protection, user: string): string => {
  if (knownUser(settings().identities, user) !== undefined) return `user ${user}`;
  const writer = writerOf(protection, user);
  return writer === undefined ? 'users whom nobody knows' : `writer ${protection.name} ${writer.user}`;
};

const entryOf = (
  ports: GuardPorts,
  { write, sort, protection, fingerprint }: Guarded,
  id: RequestId,
  earlier: RequestId | undefined,
): GuardEntry => {
  const { after } = write;
  const why = breaksGlass(write);
  const replicas = replicasIn(write);
  return {
    type: 'held',
    id,
    cluster: ports.cluster.name,
    fingerprint,
    user: write.user,
    operation: write.operation,
    profile: sort.profile,
    protection: protection.name,
    namespace: write.namespace,
    name: write.name,
    intent: intentOf(write),
    ...(earlier === undefined ? {} : { earlier }),
    ...(why === undefined ? {} : { breakGlass: why.slice(0, mostReason) }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(after === undefined || replicas !== undefined ? {} : { after: essence(after, []) as Json as never }),
  };
};

/**
 * How many there shall be, by a write that says nothing else. Only of Kubernetes' own workloads it is known where they keep that;
 * of others it is not held but refused.
 */
const replicasIn = ({ subresource, group, after }: Write): number | undefined => {
  const spec = after?.kind === 'Scale' ? after.spec : undefined;
  if (subresource !== 'scale' || group !== 'apps' || !isMap(spec)) return undefined;
  // The API server leaves out none.
  const { replicas = 0 } = spec;
  return typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0 ? replicas : undefined;
};

const most = 500;
/** Of a request. */
const mostReason = 1_000;

/** Why it is made, as the write itself says. */
const intentOf = ({ before, after }: Write): Intent => {
  const said = (key: string): string | undefined => {
    const text = noteIn(after, key);
    // What an earlier write has left is not said by this one.
    return text === '' || text === noteIn(before, key) ? undefined : text.slice(0, most);
  };
  const intent = {
    reason: said(`${intentPrefix}reason`) ?? said('kubernetes.io/change-cause'),
    ticket: said(`${intentPrefix}ticket`),
    commit: said(`${intentPrefix}commit`),
    pipeline: said(`${intentPrefix}pipeline`),
  };
  return Object.fromEntries(Object.entries(intent).filter(([, text]) => text !== undefined));
};
