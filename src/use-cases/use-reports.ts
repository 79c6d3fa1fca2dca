import { mostWritten, type ObservedEntry, type TrippedEntry, writeEntry } from '#domain/guard/entry.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Signer } from '#domain/request/chain.ts';
import type { Use } from '#domain/request/events.ts';
import { cut, oneLine } from '#domain/text.ts';
import { mostEvidence, type UseRule } from '#domain/watch/suspicion.ts';
import { createRecent } from './recent.ts';
import type { WatcherPorts } from './watcher-ports.ts';

/** Leaves for the bot what was seen, each thing once within a while. */
export type UseReports = {
  readonly trip: (id: RequestId, rule: UseRule, evidence: readonly string[]) => Promise<void>;
  /** Whether the same was reported just now, and need not be looked for. */
  readonly isTold: (id: RequestId, rule: UseRule) => boolean;
  /** Keeps a use for `leaveUses`. */
  readonly use: (id: RequestId, use: Use) => void;
  readonly leaveUses: () => Promise<void>;
};

/** Milliseconds in which a grant is not reported again for the same reason, and the same use of it not at all. */
const quiet = { trip: 2_000, use: 600_000 } as const;
/** Reports that are remembered. */
const most = 20_000;
/** Uses in one note; one whose name is long takes the room of several. */
const room = { uses: 8, characters: 2_500 } as const;

export const createUseReports = (ports: WatcherPorts): UseReports => {
  const { cluster, reports, signer, moment } = ports;
  const tripped = createRecent<true>(moment, quiet.trip, most);
  const used = createRecent<true>(moment, quiet.use, most);
  const waiting = new Map<RequestId, Map<string, Use>>();
  const underWay = new Map<string, Promise<void>>();

  const leave = async (id: RequestId, uses: readonly Use[]): Promise<void> => {
    const entry: ObservedEntry = { type: 'observed', id, cluster, uses: [...uses] };
    if (!(await reports.leave(writeEntry(entry, signer), false)))
      ports.alarm('What a grant was used for could not be noted; its summary will lack it', { request: id });
  };

  const tell = async (id: RequestId, rule: UseRule, evidence: readonly string[]): Promise<void> => {
    const said = evidence.slice(0, mostEvidence.lines).map((one) => cut(oneLine(one), mostEvidence.characters));
    if (!(await reports.leave(fitting({ type: 'tripped', id, cluster, rule, evidence: said }, signer), true)))
      throw new Error('There is no room for a report: is a bot running?');
    tripped.set(`${id} ${rule}`, true);
  };

  return {
    trip: (id, rule, evidence) => {
      const key = `${id} ${rule}`;
      if (ports.settings().policy.watch.does[rule] === 'off' || tripped.get(key)) return Promise.resolve();
      // Many see the same at once: one of them says it.
      const saying = underWay.get(key) ?? tell(id, rule, evidence).finally(() => underWay.delete(key));
      underWay.set(key, saying);
      return saying;
    },
    isTold: (id, rule) => tripped.get(`${id} ${rule}`) === true,
    use: (id, use) => {
      const key = `${id} ${JSON.stringify(use)}`;
      if (used.get(key)) return;
      const of = waiting.get(id) ?? new Map<string, Use>();
      waiting.set(id, of.set(key, use));
    },
    leaveUses: async () => {
      for (const [id, uses] of waiting) {
        waiting.delete(id);
        for (const some of parted([...uses.entries()])) {
          await leave(
            id,
            some.map(([, use]) => use),
          );
          for (const [key] of some) used.set(key, true);
        }
      }
    },
  };
};

/** With as much of the evidence as a note has room for: quotation marks take twice theirs. */
const fitting = (entry: TrippedEntry, signer: Signer): string => {
  const written = writeEntry(entry, signer);
  return written.length <= mostWritten.note || entry.evidence.length === 0
    ? written
    : fitting({ ...entry, evidence: entry.evidence.slice(0, -1) }, signer);
};

/** As many in a note as it has room for. */
const parted = <T>(all: readonly (readonly [string, T])[]): readonly (readonly (readonly [string, T])[])[] => {
  const notes: (readonly [string, T])[][] = [];
  let size = 0;
  for (const one of all) {
    const last = notes.at(-1);
    size += one[0].length;
    if (last === undefined || last.length >= room.uses || size > room.characters) {
      notes.push([one]);
      size = one[0].length;
    } else last.push(one);
  }
  return notes;
};
