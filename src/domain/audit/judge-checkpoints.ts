import type { RequestId } from '#domain/ids.ts';
import { lastMoment } from '#domain/instant.ts';
import { beforeAll, type Checkpoint } from './checkpoint.ts';
import type { AuditFinding } from './finding.ts';
import type { Witness } from './judge-log.ts';
import { type InForce, type JudgedRemovals, judgeRemovals } from './judge-removals.ts';

/** What was found in one place of those where checkpoints are. */
export type FoundCheckpoint = {
  /** Absent where there is something that cannot be read as one. */
  readonly checkpoint?: Checkpoint | undefined;
  readonly isGenuine: boolean;
  readonly message?: AuditFinding['message'];
  /** Its message's timestamp, where that is all that is known of the message. */
  readonly ts?: string | undefined;
  /** What it says beside itself that it is: a message's metadata. */
  readonly claimed?: { readonly number: number; readonly hash: string } | undefined;
  /** What else is wrong with it. */
  readonly wrong?: Pick<AuditFinding, 'what' | 'why'> | undefined;
};

/** `store`: Redis, or an export of it. Absent: it was not looked at. */
export type Places = {
  readonly store?: readonly FoundCheckpoint[] | undefined;
  readonly channel?: readonly FoundCheckpoint[] | undefined;
  /** Up to which number they had been posted, as far as that is noted, before the channel was read. */
  readonly postedUpTo?: number | undefined;
};

export type JudgedCheckpoints = {
  readonly findings: readonly AuditFinding[];
  /** What the genuine ones say of each log, wherever they were found. */
  readonly witnesses: ReadonlyMap<RequestId, readonly Witness[]>;
  /** Of each log that was removed as it should be, how it was when that was recorded last. */
  readonly removals: ReadonlyMap<RequestId, Witness>;
  readonly shortestRetention?: JudgedRemovals['shortest'];
  /** Numbers of the latest that may still be on their way into the channel. */
  readonly underWay: number;
  /** The first of all that are known, and the last. */
  readonly first?: Checkpoint | undefined;
  readonly last?: Checkpoint | undefined;
};

/** So long the latest ones may take into the channel: Slack takes one a second, and may have been away. */
const posting = Temporal.Duration.from({ minutes: 10 });
/** Those that were posted once, and are nowhere now. */
const lostInBoth = (last: number, postedUpTo: number): readonly AuditFinding[] =>
  Array.from({ length: Math.min(mostNamed, Math.max(0, postedUpTo - last)) }, (_, index) =>
    finding('missing', last + 1 + index, 'it was posted once, and neither log nor channel has it now'),
  );

/** So many that are missing are named one by one. */
const mostNamed = 1_000;

/** Compares the checkpoints of both places, each with the one before it, and says what all of them know of logs. */
export const judgeCheckpoints = (
  { store, channel, postedUpTo = 0 }: Places,
  now: Temporal.Instant,
  inForce?: InForce,
): JudgedCheckpoints => {
  const [stored, posted] = [pick(store), pick(channel)];
  const all = new Map([...stored.kept, ...posted.kept]);
  const numbers = [...all.keys()].sort((one, other) => one - other);
  const lastPosted = Math.max(postedUpTo, posted.highest);
  const isUnderWay = (number: number): boolean => {
    const at = stored.kept.get(number)?.at;
    return (
      number > lastPosted &&
      at !== undefined &&
      Temporal.Instant.compare(now, Temporal.Instant.from(at).add(posting)) < 0
    );
  };
  const absent = (from: ReadonlyMap<number, Checkpoint>): readonly number[] =>
    numbers.filter((number) => !from.has(number));
  const notPosted = channel === undefined ? [] : absent(posted.kept);
  const findings = [
    ...stored.findings,
    ...posted.findings,
    ...gaps(numbers),
    ...lostInBoth(numbers.at(-1) ?? 0, postedUpTo),
    ...(store === undefined ? [] : absent(stored.kept)).map((number) =>
      finding('missing', number, 'it stands in the channel, and not in the log: what it says was lost or restored'),
    ),
    ...notPosted
      .filter((number) => !isUnderWay(number))
      .map((number) =>
        finding('missing', number, 'it is not in the channel: its message was deleted, or never posted'),
      ),
    ...differing(stored.kept, posted.kept),
    ...unlinked(numbers, all),
  ];
  const genuine = [...posted.kept.values(), ...stored.kept.values()];
  const removed = judgeRemovals(genuine, { posted: posted.times, now, inForce });
  return {
    findings: [...onePerNumber(findings), ...removed.findings],
    witnesses: witnessesOf(genuine),
    removals: removed.accepted,
    shortestRetention: removed.shortest,
    underWay: notPosted.filter(isUnderWay).length,
    first: all.get(numbers[0] ?? 0),
    last: all.get(numbers.at(-1) ?? 0),
  };
};

const finding = (
  what: AuditFinding['what'],
  checkpoint: number | undefined,
  why: string,
  message?: AuditFinding['message'],
): AuditFinding => ({
  about: 'checkpoint',
  what,
  ...(checkpoint === undefined ? {} : { checkpoint }),
  ...(message === undefined ? {} : { message }),
  why,
});

/** One thing that is wrong is said once, by what is said of it first. */
const onePerNumber = (findings: readonly AuditFinding[]): readonly AuditFinding[] => {
  const said = new Set<string>();
  return findings.filter(({ checkpoint, what, message, why }) => {
    const key = `${checkpoint} ${what} ${message?.ts ?? ''} ${what === 'missing' ? why : ''}`;
    return !said.has(key) && said.add(key);
  });
};

/** The genuine ones of one place by number, and what is wrong with that place by itself. */
const pick = (found: readonly FoundCheckpoint[] = []) => {
  const kept = new Map<number, Checkpoint>();
  /** When they were posted, by Slack's clock. */
  const times = new Map<string, Temporal.Instant>();
  const findings: AuditFinding[] = [];
  let highest = 0;
  for (const { checkpoint, isGenuine, message, ts = message?.ts, claimed, wrong } of found) {
    const number = checkpoint?.number ?? claimed?.number;
    if (wrong !== undefined) findings.push(finding(wrong.what, number, wrong.why, message));
    if (checkpoint === undefined || !isGenuine) {
      if (wrong === undefined)
        findings.push(
          finding(
            'altered',
            number,
            checkpoint === undefined ? 'it cannot be read any more' : 'its signature is not valid',
            message,
          ),
        );
      continue;
    }
    if (claimed !== undefined && (claimed.number !== checkpoint.number || claimed.hash !== checkpoint.hash))
      findings.push(finding('edited', checkpoint.number, 'its metadata names another one', message));
    const before = kept.get(checkpoint.number);
    if (before !== undefined) {
      const why =
        before.hash === checkpoint.hash ? 'it stands there a second time' : 'there is another one of its number';
      findings.push(finding('added', checkpoint.number, why, message));
      continue;
    }
    if (checkpoint.number < highest)
      findings.push(finding('reordered', checkpoint.number, `it stands behind checkpoint ${highest}`, message));
    highest = Math.max(highest, checkpoint.number);
    kept.set(checkpoint.number, checkpoint);
    if (ts !== undefined) times.set(checkpoint.hash, timeOf(ts));
  }
  return { kept, findings, times, highest };
};

/** Of a message, by its timestamp; one that is none is from before everything. */
const timeOf = (ts: string): Temporal.Instant => {
  const milliseconds = Math.floor(Number(ts) * 1_000) || 0;
  return Temporal.Instant.fromEpochMilliseconds(Math.min(Math.max(0, milliseconds), lastMoment));
};

/** What neither place has. */
const gaps = (numbers: readonly number[]): readonly AuditFinding[] =>
  numbers.flatMap((number, index) => {
    const before = numbers[index - 1] ?? 0;
    const count = number - before - 1;
    if (count > mostNamed)
      return [finding('missing', before + 1, `${count} of them up to checkpoint ${number} are nowhere`)];
    return Array.from({ length: count }, (_, nth) => finding('missing', before + 1 + nth, 'it is nowhere any more'));
  });

const differing = (
  stored: ReadonlyMap<number, Checkpoint>,
  posted: ReadonlyMap<number, Checkpoint>,
): readonly AuditFinding[] =>
  [...stored].flatMap(([number, { hash }]) => {
    const other = posted.get(number);
    return other === undefined || other.hash === hash
      ? []
      : [finding('altered', number, 'the log has another one than the channel: one of both was written anew')];
  });

const unlinked = (numbers: readonly number[], all: ReadonlyMap<number, Checkpoint>): readonly AuditFinding[] =>
  numbers.flatMap((number) => {
    const [one, before] = [all.get(number), all.get(number - 1)];
    if (one === undefined) return [];
    const expected = number === 1 ? beforeAll : before?.hash;
    return expected === undefined || one.previous === expected
      ? []
      : [finding('altered', number, `it does not follow checkpoint ${number - 1}: one of both was written anew`)];
  });

const witnessesOf = (all: readonly Checkpoint[]): ReadonlyMap<RequestId, readonly Witness[]> => {
  const found = new Map<RequestId, Witness[]>();
  for (const { number, heads } of all)
    for (const [id, version, head] of heads) {
      const known = found.get(id) ?? [];
      if (known.some((one) => one.version === version && one.head === head)) continue;
      known.push({ version, head, checkpoint: number });
      found.set(id, known);
    }
  return found;
};
