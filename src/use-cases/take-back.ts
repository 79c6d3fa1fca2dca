import type { PathEdit } from '#domain/content/comparison.ts';
import { normalise } from '#domain/content/normalise.ts';
import { giveBack, ownersOf } from '#domain/content/owners.ts';
import { moveEdits } from '#domain/content/restore.ts';
import { sayPath, sayValue } from '#domain/content/say.ts';
import type { RequestId } from '#domain/ids.ts';
import { canonical, type Json } from '#domain/json.ts';
import { type Manifest, type ObjectRef, sayTarget, targetKey } from '#domain/plan.ts';
import type { Conflict, Reverted } from '#domain/request/events.ts';
import type { Decided } from '#domain/request/request.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { type ClusterWriter, isClusterRefusal, type WorkerPorts } from './ports.ts';
import { managerOf, ownersIn, refTo, versionOf } from './prepared.ts';

export type TakeBackOptions = {
  /** It came to nothing: where nothing of ours is in an object, there was nothing to undo. */
  readonly isUndo?: boolean;
  /** What people have decided about places that somebody else changed. */
  readonly decided?: readonly Decided[];
  /** What the log says was made: an object that was created is known by its uid, whoever stands as its owner. */
  readonly made?: readonly ObjectRef[];
};

export type TakenBack = { readonly reverted: readonly Reverted[]; readonly conflicts: readonly Conflict[] };

/** A write that meets another one in between is made again from what is live then. */
const attempts = 8;

/** The path of a conflict that is about all of an object. */
export const wholeObject = '(the whole object)';

/**
 * Takes back what a journal says was changed, the last first. Only places that are still as they were applied get their
 * earlier value; what else is in the object stays as it is. Idempotent: what is back already is left. An object that
 * cannot be taken back keeps no other one in force: a refusal of the API server is a conflict for a person, and
 * a fault is thrown when all the others are done.
 */
export const takeBackEdits = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  request: RequestId,
  { entries }: Journal,
  options: TakeBackOptions = {},
): Promise<TakenBack> => {
  const reverted: Reverted[] = [];
  const conflicts: Conflict[] = [];
  const faults: unknown[] = [];
  const job = { ports, cluster, manager: managerOf(request), options };
  for (const entry of entries.toReversed()) {
    try {
      const back = await takeBackEntry(job, entry);
      reverted.push(...back.reverted);
      conflicts.push(...back.conflicts);
    } catch (cause) {
      faults.push(cause);
    }
  }
  if (faults.length > 0) throw faults[0];
  return { reverted, conflicts };
};

type Job = {
  readonly ports: WorkerPorts;
  readonly cluster: ClusterWriter;
  readonly manager: string;
  readonly options: TakeBackOptions;
};

const done = ({ target }: JournalEntry, how: Reverted['how']): TakenBack => ({
  reverted: [{ target, how }],
  conflicts: [],
});

const decidedOn = ({ options }: Job, { target }: JournalEntry, path: string): Decided | undefined =>
  options.decided?.findLast((one) => one.path === path && targetKey(one.target) === targetKey(target));

const takeBackEntry = async (job: Job, entry: JournalEntry): Promise<TakenBack> => {
  if (entry.staysDone || decidedOn(job, entry, wholeObject)?.choice === 'keep') return done(entry, 'kept');
  try {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const back = await takeBackOnce(job, entry);
      if (back !== 'again') return back;
      await job.ports.pause(20 * attempt);
    }
  } catch (cause) {
    // Repeating would not help: the server does not take what was there before, or does not let us.
    if (!isClusterRefusal(cause)) throw cause;
    // With a namespace that goes, our own rights there may go before what they are for.
    if (await isPlaceGone(job.cluster, entry.target)) return done(entry, 'gone');
    return refusedBack(entry, cause.message);
  }
  // Somebody writes it all the time; the step comes again.
  throw new Error(
    `${sayTarget(entry.target)} is changed so often by somebody else that it could not be taken back yet`,
  );
};

/** As long as a conflict's value may be. */
const longestNow = 400;

const refusedBack = ({ target }: JournalEntry, why: string): TakenBack => ({
  reverted: [],
  conflicts: [
    {
      target,
      path: wholeObject,
      before: 'as it was before',
      applied: 'as it was approved',
      now: `it cannot be taken back: ${why}`.slice(0, longestNow),
      by: [],
    },
  ],
});

const takeBackOnce = (job: Job, entry: JournalEntry): Promise<TakenBack | 'again'> => {
  switch (entry.op) {
    case 'update':
      return restore(job, entry);
    case 'create':
      return uncreate(job, entry);
    case 'delete':
      return recreate(job, entry);
  }
};

const restore = async (job: Job, entry: JournalEntry): Promise<TakenBack | 'again'> => {
  const { cluster, manager } = job;
  const { target, uid, image } = entry;
  const live = (await cluster.get(target))?.live;
  if (live === undefined || refTo(live).uid !== uid) return done(entry, 'gone');
  const untouched = job.options.isUndo === true && !hasManager(live, manager);
  if (image?.edits === undefined && untouched) return done(entry, 'already');
  if (image?.edits === undefined) throw new Error(`How ${sayTarget(target)} was before was not kept`);
  const { content, moved, conflicts, kept } = back(job, entry, live, image.edits);
  let now = live;
  if (moved > 0) {
    const written = await cluster.write(content, { manager });
    if (written.type === 'moved') return 'again';
    now = written.live;
  }
  if (!(await ownersGivenBack(cluster, manager, entry, now))) return 'again';
  if (conflicts.length === 0) return done(entry, kept ? 'kept' : moved > 0 ? 'restored' : 'already');
  if (untouched) return done(entry, 'already');
  const owners = ownersIn(live);
  return {
    reverted: [],
    conflicts: conflicts.map(({ edit, now: there }) => ({
      target,
      path: sayPath(edit.path),
      before: sayValue(edit.before, target.kind),
      applied: sayValue(edit.after, target.kind),
      now: sayValue(there, target.kind),
      mark: markOf(job, there),
      by: [...ownersOf(owners, edit.path)],
    })),
  };
};

/** The live object with what is ours taken back: places that are free, and those that somebody has decided on as shown. */
const back = (job: Job, entry: JournalEntry, live: Manifest, edits: readonly PathEdit[]) => {
  const decided = edits.map((edit) => ({ edit, on: decidedOn(job, entry, sayPath(edit.path)) }));
  const isForced = ({ edit, on }: (typeof decided)[number]): boolean => {
    if (on?.choice !== 'restore') return false;
    const [conflict] = moveEdits(live, [edit], 'back').conflicts;
    return conflict !== undefined && markOf(job, conflict.now) === on.mark;
  };
  const open = decided.filter(({ on }) => on?.choice !== 'keep');
  const forced = open.filter(isForced);
  const free = moveEdits(
    live,
    open.filter((one) => !forced.includes(one)).map(({ edit }) => edit),
    'back',
  );
  const over = moveEdits(
    free.content,
    forced.map(({ edit }) => edit),
    'back',
    { force: true },
  );
  return {
    content: over.content,
    moved: free.moved + over.moved,
    conflicts: [...free.conflicts, ...over.conflicts],
    kept: open.length < decided.length,
  };
};

/** An object as it would be without what this entry has changed; undefined where somebody else changed the same place. */
export const withoutIt = (live: Manifest, edits: readonly PathEdit[]): Manifest | undefined => {
  const { content, conflicts } = moveEdits(live, edits, 'back');
  return conflicts.length === 0 ? content : undefined;
};

const markOf = ({ ports }: Job, value: Json | undefined): string => ports.trust.digest(canonical(value ?? null));

/** A PUT makes its fields ours; without this their earlier owner could not take them away any more. */
const ownersGivenBack = async (
  cluster: ClusterWriter,
  manager: string,
  { target, image }: JournalEntry,
  live: Manifest,
): Promise<boolean> => {
  const earlier = image?.owners ?? (image?.object === undefined ? undefined : ownersIn(image.object));
  const [current, before] = [ownersIn(live), earlier];
  if (current === undefined || before === undefined || !hasManager(live, manager)) return true;
  const set = await cluster.setOwners(target, versionOf(live) ?? '', giveBack(current, before, manager));
  return set.type === 'written';
};

const hasManager = (live: Manifest, manager: string): boolean => {
  const owners = ownersIn(live);
  return (
    Array.isArray(owners) &&
    owners.some(
      (one: unknown) => typeof one === 'object' && one !== null && 'manager' in one && one.manager === manager,
    )
  );
};

/** Only what we made goes: an object of that name that somebody else made in its place is theirs. */
const uncreate = async ({ cluster, manager, options }: Job, entry: JournalEntry): Promise<TakenBack | 'again'> => {
  const live = (await cluster.get(entry.target))?.live;
  if (live === undefined) return done(entry, 'already');
  const { uid } = refTo(live);
  const isKnown = options.made?.some((one) => one.uid === uid && targetKey(one) === targetKey(entry.target)) === true;
  if (!isKnown && !hasManager(live, manager)) return done(entry, 'gone');
  const how = await cluster.delete(refTo(live), versionOf(live) ?? '');
  return how === 'moved' ? 'again' : done(entry, 'removed');
};

const recreate = async (job: Job, entry: JournalEntry): Promise<TakenBack | 'again'> => {
  const { cluster, manager } = job;
  const { target, uid, image, before } = entry;
  const live = (await cluster.get(target))?.live;
  // It was never deleted.
  if (live !== undefined && refTo(live).uid === uid) return done(entry, 'already');
  if (entry.byUid) return done(entry, 'gone');
  if (image?.object === undefined) throw new Error(`How ${sayTarget(target)} was before was not kept`);
  const written = async (manifest: Manifest, how: Reverted['how']): Promise<TakenBack | 'again'> => {
    const made = await cluster.write(manifest, { manager });
    if (made.type === 'moved') return 'again';
    return (await ownersGivenBack(cluster, manager, entry, made.live)) ? done(entry, how) : 'again';
  };
  const earlier = normalise(image.object);
  if (live === undefined)
    return (await isPlaceGone(cluster, target)) ? done(entry, 'gone') : written(earlier, 'created');
  const now = await job.ports.examiner.digest(live);
  if (now === before) {
    if (!hasManager(live, manager)) return done(entry, 'already');
    return (await ownersGivenBack(cluster, manager, entry, live)) ? done(entry, 'created') : 'again';
  }
  const on = decidedOn(job, entry, wholeObject);
  if (on?.choice === 'restore' && on.mark === now)
    return written({ ...earlier, metadata: { ...earlier.metadata, ...versionIn(live) } }, 'restored');
  return {
    reverted: [],
    conflicts: [
      {
        target,
        path: wholeObject,
        before: 'as it was before it was deleted',
        applied: '(nothing)',
        now: 'another object of the same name',
        ...(now === undefined ? {} : { mark: now }),
        by: [...ownersOf(ownersIn(live), [])],
      },
    ],
  };
};

/** Whatever was in a namespace goes with it, and nothing can be made in one that is going. */
const isPlaceGone = async (cluster: ClusterWriter, { namespace }: JournalEntry['target']): Promise<boolean> => {
  if (namespace === undefined) return false;
  const found = await cluster.namespace(namespace);
  return found === undefined || found.terminating;
};

const versionIn = (live: Manifest) => ({ resourceVersion: versionOf(live) ?? '', uid: refTo(live).uid });
