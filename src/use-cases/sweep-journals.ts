import type { RequestId } from '#domain/ids.ts';
import { isOver } from '#domain/request/request.ts';
import { dueSelector, requestLabel } from '#domain/request/stamp.ts';
import { markersBeside } from './home.ts';
import { type Journal, openJournal, removeJournal } from './journal.ts';
import { createKnownGrants } from './known-grants.ts';
import type { ClusterWriter, Managed, WorkerPorts } from './ports.ts';
import type { StepRunner } from './run-step.ts';
import { dueByLog, latest, saidByLog, unreadable } from './sweep.ts';
import { takeBackEdits } from './take-back.ts';

/** What the log knows to be due is left to it for so long: it says what became of it, this does not. */
const grace = Temporal.Duration.from({ seconds: 3 });
/** While the log does not answer nothing is left to it. */
const noGrace = Temporal.Duration.from({ seconds: 0 });

/** Looks at the journals in a cluster; `everything` at all, otherwise at what ends in this minute or should have in the last hour. */
export type JournalSweep = (cluster: ClusterWriter, everything: boolean) => Promise<void>;

/**
 * Takes back changes whose time is over by what the cluster says of them, whatever has become of the log, and removes
 * journals that have nothing to take back any more. A conflict is left to people, and reported once.
 */
export const createJournalSweep = (ports: WorkerPorts, steps: StepRunner): JournalSweep => {
  const reported = new Set<string>();
  const knownIn = createKnownGrants(ports);
  /** Uids of journals whose changes are taken back, and that the log may still ask for. */
  const takenBack = new Set<string>();
  const alarmOnce = (key: string, ...said: Parameters<WorkerPorts['alarm']>): void => {
    if (reported.has(key)) return;
    reported.add(key);
    ports.alarm(...said);
  };

  const takeBack = async (cluster: ClusterWriter, id: RequestId, journal: Journal, status: string): Promise<void> => {
    const { uid } = journal.ref;
    if (!takenBack.has(uid)) {
      const { conflicts } = await takeBackEdits(ports, cluster, id, journal, { isUndo: isOver(status) });
      const fields = { request: id, status, cluster: cluster.name };
      if (conflicts.length > 0) {
        alarmOnce(
          `conflict ${id}`,
          'A change whose time is over was not taken back where somebody else changed it too',
          {
            ...fields,
            places: conflicts.map(({ target, path }) => `${target.kind} ${target.name} ${path}`).join('; '),
          },
        );
        return;
      }
      takenBack.add(uid);
      ports.alarm('A change was taken back by what the cluster says of it; the log does not call it active', fields);
    }
    // A log that cannot be read now, or is behind, ends it by the journal later: without one it would ask a person.
    if (!isOver(status) && status !== 'absent') return;
    await removeJournal(cluster, journal);
    takenBack.delete(uid);
  };

  const settle = async (
    cluster: ClusterWriter,
    found: Managed,
    now: Temporal.Instant,
    isReadable: boolean,
  ): Promise<void> => {
    const known = knownIn(cluster);
    const stamp = known.stampOf(found);
    if (stamp === undefined) {
      const fields = { cluster: cluster.name, kind: found.ref.kind, name: found.ref.name };
      return alarmOnce(
        found.ref.uid,
        'An object bears the label of Hallpass without a genuine stamp; it is left alone',
        fields,
      );
    }
    const isLate = ({ expiresAt }: typeof stamp): boolean =>
      expiresAt <= now.subtract(isReadable ? grace : noGrace).epochMilliseconds;
    const overdue = isLate(stamp);
    if (!overdue && known.areInOrder([found])) return;
    // The log is asked to do it itself first.
    if (overdue && isReadable) await steps.join(stamp.request).catch(() => undefined);
    const { status, isStuck, entries } = isReadable ? await saidByLog(ports, stamp.request) : unreadable;
    if (!overdue && status === 'active' && !isStuck) known.see([found], entries);
    // Being made, in force, or waiting for a person; an unreadable or lost log leaves it in force until its time.
    if (!isOver(status) && (!overdue || isStuck)) return;
    const there = await cluster.get(found.ref);
    if (there?.ref.uid !== found.ref.uid) return;
    const latestStamp = known.stampOf(there);
    // It was prolonged since it was listed, or is not ours any more.
    if (latestStamp === undefined || (!isOver(status) && !isLate(latestStamp))) return;
    // What ended in the log was taken back there, or a person has settled it.
    if (status === 'revoked' || status === 'completed') return void (await cluster.remove(found.ref));
    const journal = await openJournal(ports, cluster, there.live);
    if (journal === undefined)
      return alarmOnce(found.ref.uid, 'A journal cannot be opened; what it would take back stays as it is', {
        request: stamp.request,
        cluster: cluster.name,
      });
    // What is for good is never taken back, but an attempt that came to nothing is.
    if (!journal.temporary && !isOver(status)) await removeJournal(cluster, journal);
    else await takeBack(cluster, stamp.request, journal, status);
  };

  return async (cluster, everything) => {
    const common = await ports.clock.now();
    // Whoever holds Redis' clock back prolongs nothing.
    const now = await latest(cluster, common);
    const selector = everything ? requestLabel : dueSelector(now);
    const found = await cluster.journals(markersBeside(ports.home), selector, { mayLag: !everything });
    const isReadable = (await dueByLog(ports, common)) !== undefined;
    const faults: unknown[] = [];
    if (everything && isReadable)
      await knownIn(cluster)
        .lookAgain(found)
        .catch((cause: unknown) => void faults.push(cause));
    // One at a time: there are few, and each may be a whole revert.
    for (const one of found)
      await settle(cluster, one, now, isReadable).catch((cause: unknown) => void faults.push(cause));
    if (faults.length > 0) throw new Error('A sweep over journals could not finish', { cause: faults[0] });
  };
};
