import { normalise } from '#domain/content/normalise.ts';
import { giveBack, ownersOf } from '#domain/content/owners.ts';
import { moveEdits } from '#domain/content/restore.ts';
import { sayPath, sayValue } from '#domain/content/say.ts';
import type { RequestId } from '#domain/ids.ts';
import { type Manifest, sayTarget } from '#domain/plan.ts';
import type { Conflict, Reverted } from '#domain/request/events.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';
import { managerOf, ownersIn, refTo, versionOf } from './prepared.ts';

/**
 * What to do where somebody else changed the same place: leave it and say so, leave it for good, or write over it.
 * `undo` is for what came to nothing: as `ask`, but where nothing of ours is in an object, there was nothing to undo.
 */
export type OnConflict = 'ask' | 'keep' | 'restore' | 'undo';

export type TakenBack = { readonly reverted: readonly Reverted[]; readonly conflicts: readonly Conflict[] };

/** A write that meets another one in between is made again from what is live then. */
const attempts = 8;

/**
 * Takes back what a journal says was changed, the last first. Only places that are still as they were applied get their
 * earlier value; what else is in the object stays as it is. Idempotent: what is back already is left.
 */
export const takeBackEdits = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  request: RequestId,
  { entries }: Journal,
  onConflict: OnConflict = 'ask',
): Promise<TakenBack> => {
  const reverted: Reverted[] = [];
  const conflicts: Conflict[] = [];
  for (const entry of entries.toReversed()) {
    const back = await takeBackEntry(ports, cluster, managerOf(request), entry, onConflict);
    reverted.push(...back.reverted);
    conflicts.push(...back.conflicts);
  }
  return { reverted, conflicts };
};

const done = ({ target }: JournalEntry, how: Reverted['how']): TakenBack => ({
  reverted: [{ target, how }],
  conflicts: [],
});

const takeBackEntry = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  manager: string,
  entry: JournalEntry,
  onConflict: OnConflict,
): Promise<TakenBack> => {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const back = await takeBackOnce(ports, cluster, manager, entry, onConflict);
    if (back !== 'again') return back;
    await ports.pause(20 * attempt);
  }
  // Somebody writes it all the time; the step comes again.
  throw new Error(
    `${sayTarget(entry.target)} is changed so often by somebody else that it could not be taken back yet`,
  );
};

const takeBackOnce = (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  manager: string,
  entry: JournalEntry,
  onConflict: OnConflict,
): Promise<TakenBack | 'again'> => {
  switch (entry.op) {
    case 'update':
      return restore(cluster, manager, entry, onConflict);
    case 'create':
      return uncreate(cluster, manager, entry);
    case 'delete':
      return recreate(ports, cluster, manager, entry, onConflict);
  }
};

const restore = async (
  cluster: ClusterWriter,
  manager: string,
  entry: JournalEntry,
  onConflict: OnConflict,
): Promise<TakenBack | 'again'> => {
  const { target, uid, image } = entry;
  const live = (await cluster.get(target))?.live;
  if (live === undefined || refTo(live).uid !== uid) return done(entry, 'gone');
  const untouched = onConflict === 'undo' && !hasManager(live, manager);
  if (image?.edits === undefined && untouched) return done(entry, 'already');
  if (image?.edits === undefined) throw new Error(`How ${sayTarget(target)} was before was not kept`);
  const { content, moved, conflicts } = moveEdits(live, image.edits, 'back', { force: onConflict === 'restore' });
  let now = live;
  if (moved > 0) {
    const written = await cluster.write(content, { manager });
    if (written.type === 'moved') return 'again';
    now = written.live;
  }
  if (!(await ownersGivenBack(cluster, manager, entry, now))) return 'again';
  if (conflicts.length === 0) return done(entry, moved > 0 ? 'restored' : 'already');
  if (onConflict === 'keep') return done(entry, 'kept');
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
      by: [...ownersOf(owners, edit.path)],
    })),
  };
};

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
const uncreate = async (cluster: ClusterWriter, manager: string, entry: JournalEntry): Promise<TakenBack | 'again'> => {
  const live = (await cluster.get(entry.target))?.live;
  if (live === undefined) return done(entry, 'already');
  if (!hasManager(live, manager)) return done(entry, 'gone');
  const how = await cluster.delete(refTo(live), versionOf(live) ?? '');
  return how === 'moved' ? 'again' : done(entry, 'removed');
};

const recreate = async (
  { compare }: WorkerPorts,
  cluster: ClusterWriter,
  manager: string,
  entry: JournalEntry,
  onConflict: OnConflict,
): Promise<TakenBack | 'again'> => {
  const { target, uid, image, before } = entry;
  const live = (await cluster.get(target))?.live;
  // It was never deleted.
  if (live !== undefined && refTo(live).uid === uid) return done(entry, 'already');
  if (image?.object === undefined) throw new Error(`How ${sayTarget(target)} was before was not kept`);
  const written = async (manifest: Manifest, how: Reverted['how']): Promise<TakenBack | 'again'> => {
    const made = await cluster.write(manifest, { manager });
    if (made.type === 'moved') return 'again';
    return (await ownersGivenBack(cluster, manager, entry, made.live)) ? done(entry, how) : 'again';
  };
  const earlier = normalise(image.object);
  if (live === undefined)
    return (await isPlaceGone(cluster, target)) ? done(entry, 'gone') : written(earlier, 'created');
  if ((await compare(undefined, live)).after === before) {
    if (!hasManager(live, manager)) return done(entry, 'already');
    return (await ownersGivenBack(cluster, manager, entry, live)) ? done(entry, 'created') : 'again';
  }
  if (onConflict === 'keep') return done(entry, 'kept');
  if (onConflict === 'restore')
    return written({ ...earlier, metadata: { ...earlier.metadata, ...versionIn(live) } }, 'restored');
  return {
    reverted: [],
    conflicts: [
      {
        target,
        path: '(the whole object)',
        before: 'as it was before it was deleted',
        applied: '(nothing)',
        now: 'another object of the same name',
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
