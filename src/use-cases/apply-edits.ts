import { moveEdits } from '#domain/content/restore.ts';
import { isGoing } from '#domain/guard/namespace.ts';
import { type Manifest, sayTarget, targetKey } from '#domain/plan.ts';
import type { ChangedRef } from '#domain/request/events.ts';
import type { Asked } from '#domain/request/request.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { ClusterWriter, WorkerPorts } from './ports.ts';
import { managerOf, type PreparedEdit, refTo, versionOf } from './prepared.ts';

/** Why a change was not made: what it is about is no longer what was approved. */
type NotMade = { readonly type: 'moved'; readonly why: string };

/**
 * Makes the changes of a journal in order. What was `prepared` just now is written at once: the resourceVersion holds it
 * to the very object that was compared. Otherwise each is made from what is live then: one that is there already (an
 * attempt was cut off) is left, one whose object still allows what was approved is tried, compared and written; anything
 * else stops it.
 */
export const applyEdits = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  { id }: Asked,
  { entries }: Journal,
  prepared: readonly PreparedEdit[] = [],
): Promise<Result<readonly ChangedRef[], NotMade>> => {
  const changed: ChangedRef[] = [];
  const fresh = new Map(prepared.map((edit) => [targetKey(edit.target), edit]));
  for (const entry of entries) {
    const made =
      (await applyPrepared(ports, cluster, managerOf(id), fresh.get(targetKey(entry.target)))) ??
      (await applyEntry(ports, cluster, managerOf(id), entry));
    if (!made.ok) return made;
    changed.push(made.value);
  }
  return ok(changed);
};

/** What a journal's changes are about, if every one of them is made already. */
export const madeAlready = async (
  { examiner }: WorkerPorts,
  cluster: ClusterWriter,
  { entries }: Journal,
): Promise<readonly ChangedRef[] | undefined> => {
  const changed: ChangedRef[] = [];
  for (const entry of entries) {
    const { op, target, uid } = entry;
    const live = (await cluster.get(target))?.live;
    if (op === 'delete' && (live === undefined || (entry.byUid && !isThere(live, uid))))
      changed.push({ op, ...target, uid: uid ?? '' });
    else if (op !== 'delete' && live !== undefined && (await isMade(examiner, live, entry)))
      changed.push({ op, ...refTo(live) });
    else return undefined;
  }
  return changed;
};

/** What of a journal was done that nothing takes back, for a person. As in `Gone already: Pod shop/web-0. ` */
export const sayDone = async (
  { examiner }: WorkerPorts,
  cluster: ClusterWriter,
  journal: Journal | undefined,
): Promise<string> => {
  const gone: string[] = [];
  const made: string[] = [];
  for (const entry of journal?.entries ?? []) {
    const { byUid, staysDone, target, uid } = entry;
    if (byUid !== true && staysDone !== true) continue;
    const live = (await cluster.get(target))?.live;
    if (byUid === true && (live === undefined || !isThere(live, uid))) gone.push(sayTarget(target));
    if (staysDone === true && live !== undefined && (await isMade(examiner, live, entry))) made.push(sayTarget(target));
  }
  return [said('Gone already', gone), said('Done already', made)].join('');
};

const said = (what: string, names: readonly string[]): string =>
  names.length === 0 ? '' : `${what}: ${names.join(', ')}. `;

/** Whether it still is the very object, and nobody has begun to delete it. */
const isThere = (live: Manifest, uid: string | undefined): boolean => refTo(live).uid === uid && !isGoing(live);

/** Undefined when it is not prepared, or somebody was faster: then it is looked at anew. */
const applyPrepared = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  manager: string,
  edit: PreparedEdit | undefined,
): Promise<Result<ChangedRef, NotMade> | undefined> => {
  if (edit === undefined) return undefined;
  const { op, target, live, wanted, comparison } = edit;
  if (wanted !== undefined) {
    const written = await cluster.write(wanted, { manager });
    if (written.type === 'moved') return undefined;
    await storedAsApproved(ports, written.live, comparison.after);
    return ok({ op, ...refTo(written.live) });
  }
  if (live === undefined) return undefined;
  if (edit.byUid) {
    await cluster.beginDelete(refTo(live));
    return ok({ op, ...target, uid: refTo(live).uid });
  }
  const gone = await cluster.delete(refTo(live), versionOf(live) ?? '');
  return gone === 'moved' ? undefined : ok({ op, ...target, uid: refTo(live).uid });
};

/** Success is only what was seen: the server's reply must be what its dry run said. */
const storedAsApproved = async (
  { examiner }: WorkerPorts,
  live: Manifest,
  approved: string | undefined,
): Promise<void> => {
  if ((await examiner.digest(live)) === approved) return;
  const what = sayTarget(refTo(live));
  throw Object.assign(new Error(`${what} was stored as something else than was approved.`), {
    refused: { status: 409, call: `write ${what}` },
  });
};

const applyEntry = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  manager: string,
  entry: JournalEntry,
): Promise<Result<ChangedRef, NotMade>> => {
  // A write that met another one in between is looked at again from the start: it may still be what was approved.
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const made = await applyOnce(ports, cluster, manager, entry);
    if (made !== 'again') return made;
  }
  return moved(entry);
};

const moved = ({ target }: JournalEntry): Result<never, NotMade> =>
  err({
    type: 'moved',
    why: `${sayTarget(target)} is no longer as it was when this was approved.`,
  });

const applyOnce = async (
  ports: WorkerPorts,
  cluster: ClusterWriter,
  manager: string,
  entry: JournalEntry,
): Promise<Result<ChangedRef, NotMade> | 'again'> => {
  const { examiner } = ports;
  const { op, target, uid, delta } = entry;
  const live = (await cluster.get(target))?.live;
  if (op === 'delete') {
    if (live === undefined) return ok({ op, ...target, uid: uid ?? '' });
    if (entry.byUid) {
      if (isThere(live, uid)) await cluster.beginDelete({ ...target, uid: uid ?? '' });
      return ok({ op, ...target, uid: uid ?? '' });
    }
    if (uid === undefined || refTo(live).uid !== uid || (await examiner.compare(live, undefined)).delta !== delta)
      return moved(entry);
    const gone = await cluster.delete({ ...target, uid }, versionOf(live) ?? '');
    return gone === 'moved' ? 'again' : ok({ op, ...target, uid });
  }
  if (live !== undefined && (await isMade(examiner, live, entry))) return ok({ op, ...refTo(live) });
  const wanted = wantedOf(entry, live);
  if (wanted === undefined) return moved(entry);
  const tried = await cluster.tryWrite(wanted, { manager });
  if (tried.type === 'moved') return 'again';
  // What becomes different must be what was approved, by the server's own account of what it would store.
  const { delta: wouldBe, after } = await examiner.compare(live, tried.live);
  if (wouldBe !== delta) return moved(entry);
  const written = await cluster.write(wanted, { manager });
  if (written.type === 'moved') return 'again';
  await storedAsApproved(ports, written.live, after);
  return ok({ op, ...refTo(written.live) });
};

/** Whether an earlier attempt of ours has made it: the state is the approved one, whoever stands as its owner. */
const isMade = async (
  examiner: WorkerPorts['examiner'],
  live: Manifest,
  { op, uid, after, before, image }: JournalEntry,
) => {
  if (op === 'update' && refTo(live).uid !== uid) return false;
  const now = await examiner.digest(live);
  if (now === after) return true;
  if (now === before || image?.edits === undefined) return false;
  // Something unrelated in it changed since; ours is made when nothing of it is left to do.
  const { moved: left, conflicts } = moveEdits(live, image.edits, 'forth');
  return left === 0 && conflicts.length === 0;
};

/** What is to be written over what is live, or nothing where that is no longer possible. */
const wantedOf = ({ op, uid, image }: JournalEntry, live: Manifest | undefined): Manifest | undefined => {
  if (op === 'create') return live === undefined ? image?.object : undefined;
  if (live === undefined || refTo(live).uid !== uid || image?.edits === undefined) return undefined;
  const { content, conflicts } = moveEdits(live, image.edits, 'forth');
  return conflicts.length === 0 ? content : undefined;
};
