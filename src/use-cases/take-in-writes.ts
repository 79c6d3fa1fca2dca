import {
  type GuardEntry,
  type HeldEntry,
  type Intent,
  type Left,
  noReason,
  readEntry,
  type UsedEntry,
} from '#domain/guard/entry.ts';
import { besideIndex, contentMark, glassIndex, writerMark } from '#domain/guard/fingerprint.ts';
import { type Protection, type Writer, writerOf } from '#domain/guard/protection.ts';
import type { PersonId } from '#domain/ids.ts';
import { type Manifest, targetKey } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { HeldWrite } from '#domain/request/events.ts';
import type { Asked } from '#domain/request/request.ts';
import { mostUses } from '#domain/request/terms.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { heldSorts } from '#kinds/kind.ts';
import { type Asking, passes, type SubmitRefusal } from './asking.ts';
import { endMisused } from './end-misused.ts';
import { endDrift, fileDrift } from './file-drift.ts';
import type { Intake } from './guard-ports.ts';
import { heldIndex, heldIndexOf } from './held-index.ts';
import { noteObserved } from './note-observed.ts';
import { ofAnotherCluster } from './of-another-cluster.ts';
import type { BotPorts } from './ports.ts';
import { commit, find } from './request-log.ts';
import { submitRequest } from './submit-request.ts';
import { trip } from './trip.ts';

export type TakeInPorts = BotPorts & {
  readonly intake: Intake;
  /** Says in plain text why something was not filed, for who reads it in a terminal. */
  readonly sayNotFiled: (refusal: SubmitRefusal) => string;
  /** Where in Slack a request's card is, or the channel that it comes to; undefined where that is not known. */
  readonly where: (asked: Asked) => Promise<string | undefined>;
  /** Counts what is not believed, and so is dropped. */
  readonly countDropped?: (why: Dropped) => void;
};

/** Why an entry is not believed. */
export type Dropped = 'unsigned' | 'of-another-cluster';

/** Entries that are taken at once. */
const batch = 20;

/**
 * Makes requests of what guards have held and of what workers have found changed, notes what was let through under a grant, and has
 * grants ended for what was tried under them; waits for a while where there is nothing.
 * Idempotent. What fails is handed out again later.
 */
export const takeInWrites = async (ports: TakeInPorts): Promise<void> => {
  const taken = await ports.intake.take(batch);
  // A worker may take its time to try what is held.
  const failed = await ports.intake.holding(
    taken.map(({ key }) => key),
    () => takeInAll(ports, taken),
  );
  // Once nobody holds it any more; where that fails too it is given up at its time.
  for (const key of failed) await ports.intake.giveBack(key).catch(() => undefined);
};

const takeInAll = async (
  ports: TakeInPorts,
  taken: readonly { readonly key: string; readonly entry: string }[],
): Promise<readonly string[]> => {
  const read = taken.map(({ key, entry }) => {
    const left = readEntry(entry, ports.trust);
    return { key, left, entry: left?.said };
  });
  const isFound = ({ entry }: (typeof read)[number]): boolean =>
    entry?.type === 'drifted' || entry?.type === 'drift-over';
  const failed = await Promise.all(read.filter((one) => !isFound(one)).map((one) => settle(ports, one)));
  // What was found is held against what was done before, and is over after it was told.
  const over = new Set(read.flatMap(({ entry }) => (entry?.type === 'drift-over' ? [entry.id] : [])));
  const isOver = (entry: GuardEntry | undefined): boolean => entry?.type === 'drifted' && over.has(entry.id);
  for (const one of read.filter(isFound))
    if (isOver(one.entry)) await ports.intake.settle(one.key);
    else failed.push(await settle(ports, one));
  return failed.filter((key) => key !== undefined);
};

/** The key of what could not be taken in. */
const settle = async (
  ports: TakeInPorts,
  { key, left }: { readonly key: string; readonly left: Left | undefined },
): Promise<string | undefined> => {
  try {
    if (left === undefined) {
      ports.countDropped?.('unsigned');
      ports.alarm('An entry that no guard has signed was left for the bot, and is dropped', { key });
    } else if (await isOfItsCluster(ports, left)) await takeIn(ports, left.said);
    await ports.intake.settle(key);
    return undefined;
  } catch (cause) {
    ports.alarm('What a guard has left could not be taken in; it is tried again', { key, cause: String(cause) });
    return key;
  }
};

/** Otherwise it is told, with all that there is to know of it. */
const isOfItsCluster = async (ports: TakeInPorts, left: Left): Promise<boolean> => {
  const foreign = await ofAnotherCluster(ports, left);
  if (foreign === undefined) return true;
  const { boundTo, what } = foreign;
  ports.countDropped?.('of-another-cluster');
  // As what it is about it is told once a minute, however much is signed; the log has each.
  const whose = { signer: left.by, signedBy: left.key, boundTo: boundTo.join(', '), cause: what };
  ports.alarm(`${signedElsewhere}. Has it been stolen?`, whose);
  return false;
};

const signedElsewhere =
  'What a guard or watcher has signed is about a cluster that its key is not good for, and is dropped';

const takeIn = (ports: TakeInPorts, entry: GuardEntry): Promise<void> => {
  switch (entry.type) {
    case 'held':
      return fileHeld(ports, entry);
    case 'used':
      return noteUsed(ports, entry);
    case 'drifted':
      return fileDrift(ports, entry);
    case 'drift-over':
      return endDrift(ports, entry);
    case 'misused':
      return endMisused(ports, entry);
    case 'tripped':
      return trip(ports, entry);
    case 'observed':
      return noteObserved(ports, entry);
  }
};

const fileHeld = async (ports: TakeInPorts, entry: HeldEntry): Promise<void> => {
  const asking = askingOf(ports, entry);
  const filed = asking.ok ? await submitRequest(ports, asking.value) : asking;
  const chain = filed.ok ? filed.value : await filedBefore(ports, entry);
  if (chain === undefined) return filed.ok ? undefined : refuse(ports, entry, filed.error);
  const { asked, state } = chain.request;
  const { status } = state;
  // Handed out again after a crash, it may have been denied meanwhile, and be asked for again.
  if (status === 'pending' || status === 'approved')
    await ports.intake.keep(asked.held === undefined ? entry.fingerprint : heldIndexOf(asked, asked.held), entry.id);
  const where = await ports.where(chain.request.asked);
  if (where !== undefined) await ports.intake.say(entry.id, { where });
  await withdrawEarlier(ports, chain);
};

/** Seconds that a refusal is told: long enough to be read by who tries again, and no longer than it may be wrong. */
const toldFor = { lasting: 30, passing: 3 } as const;

const refuse = async (ports: TakeInPorts, entry: HeldEntry, error: SubmitRefusal | string): Promise<void> => {
  const refused = typeof error === 'string' ? error : ports.sayNotFiled(error);
  const by = writerMark(entry.fingerprint, entry.user, ports.trust.digest);
  // What broke no glass takes the place of nothing.
  const { fingerprint, profile, earlier } = entry;
  const sort = heldSorts(ports.settings().kinds).find((one) => one.profile === profile);
  const own = heldIndex(sort, { fingerprint, by });
  const beside = earlier === undefined ? own : besideIndex(own, earlier);
  const index = entry.breakGlass === undefined ? beside : glassIndex(fingerprint, by);
  const willPass = typeof error !== 'string' && passes(error);
  await ports.intake.refuse(index, entry.id, { refused, by }, willPass ? toldFor.passing : toldFor.lasting);
};

/** The same entry, taken in before by a bot that then crashed. */
const filedBefore = async (ports: TakeInPorts, { id, fingerprint, cluster }: HeldEntry): Promise<Chain | undefined> => {
  const found = await find(ports, id);
  if (found.type !== 'found') return undefined;
  const { asked } = found.chain.request;
  return asked.held?.fingerprint === fingerprint && asked.cluster === cluster ? found.chain : undefined;
};

/** What the write asks for; `err` says why nobody can ask for it. */
const askingOf = (ports: TakeInPorts, entry: HeldEntry): Result<Asking, string> => {
  const { policy, kinds } = ports.settings();
  const protection = policy.protect.find(({ name }) => name === entry.protection);
  const kind = kinds.find(({ holds }) => holds?.sorts.some(({ profile }) => profile === entry.profile));
  if (protection === undefined || kind?.holds === undefined)
    return err('The policy has changed just now. Try again in a minute.');
  const author = authorOf(ports, protection, entry.user);
  if (!author.ok) return author;
  const { profile, operation, name, replicas } = entry;
  const after = entry.after as Manifest | undefined;
  const what = { ...(after && { after }), ...(replicas === undefined ? {} : { replicas }) };
  const ask = kind.holds.ask({ profile, operation, name, ...what });
  if (!ask.ok) return ask;
  const byAuthor = kind.holds.sorts.some((sort) => sort.profile === profile && sort.byAuthor === true);
  const { person, writer } = author.value;
  // Whoever may change what it writes could break it through it.
  if (writer !== undefined && entry.breakGlass !== undefined)
    return err(`no pipeline or controller breaks glass. Whoever may does so by themselves, or with /jit break-glass.`);
  return ok({
    id: entry.id,
    by: person,
    subject: person,
    source: 'kubectl',
    kind: kind.name,
    cluster: entry.cluster,
    namespace: entry.namespace,
    ask: ask.value,
    reason: entry.breakGlass ?? reasonOf(entry.intent),
    ...(entry.breakGlass === undefined ? {} : { breakGlass: true }),
    duration: 'good',
    held: heldOf(ports, entry, byAuthor ? { ...protection, complete: ['retry'] } : protection, writer),
    origin: `held ${entry.id}`,
  });
};

type Author = { readonly person: PersonId; readonly writer?: Writer };

/** Who answers for a user of the cluster: a person by the policy, or whoever is responsible for a pipeline. */
const authorOf = ({ settings }: TakeInPorts, protection: Protection, user: string): Result<Author, string> => {
  const { identities } = settings();
  const mine = identities.filter(({ kubernetes }) => kubernetes.user === user);
  const [person] = mine;
  if (person !== undefined && mine.length === 1) return ok({ person: person.person });
  const writer = writerOf(protection, user);
  if (writer !== undefined) return ok({ person: writer.responsible as PersonId, writer });
  return err(
    `nobody knows who "${user.slice(0, 200)}" is in Slack. Ask for a line in identities.yaml, or under "writers" of protection "${protection.name}" for a pipeline or controller.`,
  );
};

const heldOf = (
  { trust }: TakeInPorts,
  { fingerprint, user, operation, after, replicas, earlier }: HeldEntry,
  { ignoreAnnotations, complete, retryWithin }: Protection,
  writer: Writer | undefined,
): HeldWrite => ({
  fingerprint,
  by: writerMark(fingerprint, user, trust.digest),
  ...(writer === undefined ? {} : { writer: writer.name }),
  ...(writer?.selfHeals === true ? { selfHeals: true as const } : {}),
  complete: [...complete],
  retryWithin: retryWithin.total('seconds'),
  ignore: [...ignoreAnnotations],
  ...(earlier === undefined ? {} : { earlier }),
  ...(replicas === undefined ? {} : { replicas }),
  ...(after === undefined ? {} : { after: contentMark(after as Manifest, operation, ignoreAnnotations, trust.digest) }),
});

/** In the words of whoever wrote it, as far as there are any. */
const reasonOf = ({ reason, ticket, commit: change, pipeline }: Intent): string => {
  const parts = [
    ...(reason === undefined && (ticket ?? change ?? pipeline) !== undefined ? [] : [reason ?? noReason]),
    ...(ticket === undefined ? [] : [`Ticket: ${ticket}`]),
    ...(change === undefined ? [] : [`Commit: ${change}`]),
    ...(pipeline === undefined ? [] : [`Pipeline: ${pipeline}`]),
  ];
  return parts.join('\n').slice(0, 1_000);
};

/** Requests of one person that wait are at most these. */
const mostLooked = 40;

/**
 * A pipeline or controller that writes other content to the same object does not want what it wrote before. A person may have written
 * two things.
 */
const withdrawEarlier = async (ports: TakeInPorts, { request: { asked } }: Chain): Promise<void> => {
  if (asked.held?.writer === undefined) return;
  const targets = (chain: Chain) => chain.request.asked.content?.targets.map(targetKey).join(' ');
  for (const id of await ports.store.ofPerson(asked.requester, mostLooked)) {
    if (id === asked.id) continue;
    const found = await find(ports, id);
    if (found.type !== 'found') continue;
    const { chain } = found;
    const other = chain.request.asked;
    const isEarlier =
      chain.request.state.status === 'pending' &&
      other.held !== undefined &&
      other.held.writer === asked.held?.writer &&
      isBefore(other, asked) &&
      other.cluster === asked.cluster &&
      targets(chain) === asked.content?.targets.map(targetKey).join(' ');
    if (isEarlier)
      await commit(ports, id, chain, [{ type: 'withdrawn', by: asked.requester }], await ports.clock.now());
  }
};

/** Of two that were filed at once one is the earlier all the same. */
const isBefore = (one: Asked, other: Asked): boolean => {
  const order = Temporal.Instant.compare(one.submittedAt, other.submittedAt);
  return order < 0 || (order === 0 && one.id < other.id);
};

const noteUsed = async (ports: TakeInPorts, { id, ...event }: UsedEntry): Promise<void> => {
  for (;;) {
    const found = await find(ports, id);
    if (found.type !== 'found' || found.chain.request.state.status !== 'active') return;
    const uses = found.chain.entries.filter(({ event }) => event.type === 'used').length;
    if (uses >= mostUses) return;
    const result = await commit(ports, id, found.chain, [event], await ports.clock.now());
    if (result.type !== 'conflict') return;
  }
};
