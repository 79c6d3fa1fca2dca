import { z } from 'zod';
import { type PathEdit, pathEdit } from '#domain/content/comparison.ts';
import { operation } from '#domain/content/content.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { type Manifest, type ObjectRef, type Target, target, targetKey } from '#domain/plan.ts';
import type { Asked } from '#domain/request/request.ts';
import { readStamp, type Stamp, stamped } from '#domain/request/stamp.ts';
import type { Digest } from '#domain/seal.ts';
import { markersBeside } from './home.ts';
import type { ClusterWriter, Managed, WorkerPorts } from './ports.ts';
import { ownersIn, type PreparedEdit, refTo } from './prepared.ts';

const parsed = z.custom<Json>((value) => value !== undefined);
const manifest = z.custom<Manifest>((value) => typeof value === 'object' && value !== null && 'metadata' in value);

/** What must be known of one change to go on with it after a crash, and to take it back without any log. */
const journalEntry = z.strictObject({
  op: operation,
  target,
  /** Absent for what is created: there it is known by our field manager. */
  uid: z.string().optional(),
  delta: z.string(),
  /** It is deleted as what it is, whatever it is like by then, and comes back by nothing. */
  byUid: z.literal(true).optional(),
  /** It is not taken back, not even where others of the same request are. */
  staysDone: z.literal(true).optional(),
  /** Digests of the normalised states before and after. */
  before: z.string().optional(),
  after: z.string().optional(),
  /**
   * Absent for a change that is too big to be kept and is not taken back. `edits` for an update; `object`: what is
   * created, or was deleted; `owners`: whose fields they were (`metadata.managedFields`).
   */
  image: z
    .strictObject({
      edits: z.array(pathEdit).optional(),
      object: manifest.optional(),
      owners: parsed.optional(),
    })
    .optional(),
});
export type JournalEntry = z.infer<typeof journalEntry>;

const journalText = z.strictObject({
  schema: z.literal(1),
  temporary: z.boolean(),
  entries: z.array(journalEntry).min(1),
});

/** The record of what a request changes in objects of others, as kept in the cluster until it is over. */
export type Journal = {
  readonly ref: ObjectRef;
  readonly temporary: boolean;
  readonly entries: readonly JournalEntry[];
};

/** A Secret holds a MiB of bytes (`MaxSecretSize`); its other fields take a little. */
const roomInSecret = 1_000_000;
/** Below this even what does not compress fits. Characters. */
const surelyFits = 300_000;
/** The vault answers in base64. */
const bytesOf = (closed: string): number => Math.ceil((closed.length * 3) / 4);

const imageOf = ({ op, live, wanted, comparison }: PreparedEdit): JournalEntry['image'] => {
  const owners = live === undefined ? undefined : ownersIn(live);
  switch (op) {
    case 'update':
      return { edits: [...comparison.edits], ...(owners === undefined ? {} : { owners }) };
    case 'create':
      return wanted === undefined ? undefined : { object: wanted };
    case 'delete':
      return live === undefined ? undefined : { object: live };
  }
};

const entryOf = (edit: PreparedEdit, withImage: boolean): JournalEntry => {
  const { op, target: of, uid, delta, byUid, staysDone, comparison } = edit;
  const image = withImage && byUid !== true ? imageOf(edit) : undefined;
  return {
    op,
    target: of,
    delta,
    ...(uid === undefined ? {} : { uid }),
    ...(byUid === undefined ? {} : { byUid }),
    ...(staysDone === undefined ? {} : { staysDone }),
    ...(comparison.before === undefined ? {} : { before: comparison.before }),
    ...(comparison.after === undefined ? {} : { after: comparison.after }),
    ...(image === undefined ? {} : { image }),
  };
};

const textOf = (edits: readonly PreparedEdit[], temporary: boolean, withImages: boolean): string =>
  JSON.stringify({ schema: 1, temporary, entries: edits.map((edit) => entryOf(edit, withImages)) });

/** Why changes cannot be kept so that they could be taken back; undefined when they can. */
export const fitsInJournal = async (
  { vault }: Pick<WorkerPorts, 'vault'>,
  edits: readonly PreparedEdit[],
): Promise<string | undefined> => {
  if (edits.length === 0) return undefined;
  const text = textOf(edits, true, true);
  if (text.length <= surelyFits) return undefined;
  const bytes = bytesOf(await vault.close(text, 'its size'));
  if (bytes <= roomInSecret) return undefined;
  return `What it changes is too big to be kept for taking it back: ${kib(bytes)} KiB compressed, and a Secret holds ${kib(roomInSecret)}. Ask for it for good, or in parts.`;
};

const kib = (bytes: number): number => Math.ceil(bytes / 1_024);

const journalName = ({ id, revision }: Pick<Asked, 'id' | 'revision'>): string => `journal-${id}-r${revision}`;
const refOf = (home: string, asked: Pick<Asked, 'id' | 'revision'>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  namespace: markersBeside(home),
  name: journalName(asked),
});

/** By which a journal is found from what it changes: a label for each object, for there may be many journals. */
const targetLabel = (of: Target, digest: Digest): string => `target.hallpass.dev/${digest(targetKey(of)).slice(0, 32)}`;

/** A change that is in force for a time, or being made, in a place where another one wants to be. */
export type Overlap = {
  readonly request: RequestId;
  readonly target: Target;
  readonly startedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
};

/** What is known of the journals that are about objects, by `targetKey`. */
export type Journals = ReadonlyMap<string, readonly Managed[]>;

export const journalsOf = async (
  ports: Pick<WorkerPorts, 'trust' | 'home'>,
  cluster: ClusterWriter,
  targets: readonly Target[],
): Promise<Journals> => {
  const selectors = new Map(targets.map((of) => [targetKey(of), targetLabel(of, ports.trust.digest)]));
  const found = [...selectors].map(
    async ([key, selector]) => [key, await cluster.journals(markersBeside(ports.home), selector)] as const,
  );
  return new Map(await Promise.all(found));
};

/**
 * Which other temporary change has the same place of an object: taking back one of two that overlap would bring back
 * what the other one had made. Undefined when there is none.
 */
export const overlapping = async (
  ports: Pick<WorkerPorts, 'trust' | 'vault' | 'home'>,
  cluster: ClusterWriter,
  request: RequestId,
  edits: readonly PreparedEdit[],
  journals: Journals,
): Promise<Overlap | undefined> => {
  for (const edit of edits) {
    const { target: of } = edit;
    for (const { ref, live } of journals.get(targetKey(of)) ?? []) {
      const stamp = readStamp(cluster.name, live, ports.trust);
      if (stamp === undefined || stamp.request === request) continue;
      const there = await cluster.get(ref);
      const journal = there === undefined ? undefined : await openJournal(ports, cluster, there.live);
      if (there === undefined || journal?.temporary === false) continue;
      const entry = journal?.entries.find((one) => targetKey(one.target) === targetKey(of));
      if (journal !== undefined && (entry === undefined || !meet(entry, edit))) continue;
      return { request: stamp.request, target: of, startedAt: stamp.startedAt, expiresAt: stamp.expiresAt };
    }
  }
  return undefined;
};

/** Whether two changes of one object have a place in common: the same one, or one within the other. */
const meet = ({ op, image }: JournalEntry, edit: PreparedEdit): boolean => {
  if (op !== 'update' || edit.op !== 'update' || image?.edits === undefined) return true;
  const [theirs, ours] = [waysTo(image.edits), waysTo(edit.comparison.edits)];
  return hasOneOf(theirs.on, ours.to) || hasOneOf(ours.on, theirs.to);
};

/** The places of edits, and all that stands on the ways to them, themselves included. */
const waysTo = (edits: readonly PathEdit[]) => {
  const on = new Set<string>();
  const to = new Set<string>();
  for (const { path } of edits) {
    let way = '';
    on.add(way);
    for (const step of path) {
      way += `${JSON.stringify(step)},`;
      on.add(way);
    }
    to.add(way);
  }
  return { on, to };
};

const hasOneOf = (all: ReadonlySet<string>, some: ReadonlySet<string>): boolean =>
  some.values().some((one) => all.has(one));

/** What binds a journal to its place: copied to another request or cluster it cannot be opened. */
const about = (cluster: string, { request, revision, seal }: Pick<Stamp, 'request' | 'revision' | 'seal'>): string =>
  ['hallpass.dev/journal', cluster, request, String(revision), seal].join(' ');

/**
 * Writes the journal before anything is changed: encrypted, stamped, in a namespace of Hallpass's own. One that is
 * there from an attempt that was cut off is used instead: it knows how things were before that attempt.
 */
export const writeJournal = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  stamp: Stamp,
  edits: readonly PreparedEdit[],
): Promise<Journal> => {
  const temporary = asked.seconds !== undefined;
  const whole = await ports.vault.close(textOf(edits, temporary, true), about(cluster.name, stamp));
  // What is for good is taken back only if a later part of it fails; where that is too much to keep, it is not kept.
  const kept =
    bytesOf(whole) <= roomInSecret || temporary
      ? whole
      : await ports.vault.close(textOf(edits, temporary, false), about(cluster.name, stamp));
  const { apiVersion, kind, ...place } = refOf(ports.home, asked);
  const labels = Object.fromEntries(edits.map(({ target: of }) => [targetLabel(of, ports.trust.digest), 'yes']));
  const metadata = { ...place, labels };
  const secret: Manifest = { apiVersion, kind, metadata, type: 'hallpass.dev/journal', data: { journal: kept } };
  const { ref, existed, live } = await cluster.create(stamped(secret, stamp, ports.signer));
  const journal = await openJournal(ports, cluster, live);
  if (journal === undefined) {
    ports.alarm('A journal under one of our names cannot be opened; nothing was changed', { request: asked.id });
    throw Object.assign(new Error('The record of how things were before could not be kept, so nothing was changed.'), {
      refused: { status: 409, call: `create ${ref.kind}` },
    });
  }
  if (existed) ports.alarm('A change was taken up again after its journal was written', { request: asked.id });
  return journal;
};

/**
 * Has a journal end later, by a stamp of the same request with another time: what it holds stays as it is. False when there is
 * no genuine one any more.
 */
export const prolongJournal = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  asked: Asked,
  approvers: Stamp['approvers'],
  until: Temporal.Instant,
): Promise<boolean> => {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const live = (await cluster.get(refOf(ports.home, asked)))?.live;
    const stamp = live && readStamp(cluster.name, live, ports.trust);
    if (live === undefined || stamp?.seal !== asked.seal) return false;
    if (Temporal.Instant.compare(stamp.expiresAt, until) >= 0) return true;
    const { requester } = asked;
    const longer: Stamp = { ...stamp, cluster: cluster.name, requester, approvers, expiresAt: until };
    const written = await cluster.write(stamped(live, longer, ports.signer), { manager: journalManager });
    if (written.type === 'written') return true;
  }
  throw new Error('The journal of a change is written by somebody else all the time');
};

const journalManager = 'hallpass-worker';

/** The journal of a request as it stands, if there is a genuine one. */
export const findJournal = async (
  ports: Pick<WorkerPorts, 'trust' | 'vault' | 'home'>,
  cluster: ClusterWriter,
  asked: Pick<Asked, 'id' | 'revision' | 'seal'>,
): Promise<Journal | undefined> => {
  const found = await cluster.get(refOf(ports.home, asked));
  const seal = found && readStamp(cluster.name, found.live, ports.trust)?.seal;
  return found === undefined || seal !== asked.seal ? undefined : openJournal(ports, cluster, found.live);
};

const secretData = z.object({ data: z.object({ journal: z.string() }) });

/** Opens a journal's Secret; undefined for one that is not genuine. */
export const openJournal = async (
  { trust, vault }: Pick<WorkerPorts, 'trust' | 'vault'>,
  cluster: ClusterWriter,
  live: Manifest,
): Promise<Journal | undefined> => {
  const stamp = readStamp(cluster.name, live, trust);
  const closed = secretData.safeParse(live).data?.data.journal;
  if (stamp === undefined || closed === undefined) return undefined;
  const text = await vault.open(closed, about(cluster.name, stamp));
  if (text === undefined) return undefined;
  const { temporary, entries } = journalText.parse(JSON.parse(text));
  return { ref: refTo(live), temporary, entries };
};

/** Nothing is left to be taken back or gone on with. */
export const removeJournal = async (cluster: ClusterWriter, { ref }: Journal): Promise<void> =>
  void (await cluster.remove(ref));
