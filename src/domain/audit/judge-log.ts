import type { RequestId } from '#domain/ids.ts';
import { genesis, step } from '#domain/request/chain.ts';
import type { Request } from '#domain/request/request.ts';
import { isHead } from './checkpoint.ts';
import type { AuditFinding } from './finding.ts';
import type { SeenEntry } from './see-entry.ts';

/** What a checkpoint says of a log: that it had this entry. */
export type Witness = { readonly version: number; readonly head: string; readonly checkpoint: number };

/** So many missing entries are named one by one. */
const mostMissing = 10_000;

type Placed = Extract<SeenEntry, { type: 'entry' }> & { readonly place: number };
type False = { readonly place: number; readonly claimed?: number | undefined; readonly why: string };

export type JudgedLog = {
  readonly findings: readonly AuditFinding[];
  /** Hashes of the entries that are believed, by version. */
  readonly hashes: ReadonlyMap<number, string>;
  /** The state that it leads to; absent where something is wrong with it. */
  readonly request?: Request | undefined;
  /** Its removal is recorded, and it is gone, still to be removed, or has grown since and so is not. */
  readonly removal?: 'done' | 'due' | 'grown' | undefined;
};

/**
 * Names everything that is otherwise than it was written in one request's log: what was altered, left out, put in or moved;
 * and with witnesses also what was cut off, or written anew with the right keys. Goes on behind what it finds. `removal` is how
 * it was when its removal was recorded: then it may be gone, be exactly that, or have grown since.
 */
export const judgeLog = (
  id: RequestId,
  lines: readonly SeenEntry[],
  witnesses: readonly Witness[] = [],
  removal?: Witness,
): JudgedLog => {
  if (lines.length === 0) {
    if (removal !== undefined && witnesses.every((one) => isCovered(one, removal)))
      return { findings: contradicting(id, witnesses), hashes: new Map(), removal: 'done' };
    return { findings: [...judgeGone(id, witnesses), ...contradicting(id, witnesses)], hashes: new Map() };
  }
  const judged = judgeThere(id, lines, witnesses);
  if (removal === undefined) return judged;
  const { version, head, checkpoint } = removal;
  const hash = judged.hashes.get(version);
  if (lines.length >= version && (hash === undefined || isHead(hash, head)))
    return judged.findings.length > 0 ? judged : { ...judged, removal: lines.length > version ? 'grown' : 'due' };
  const why = `it was removed by checkpoint ${checkpoint}, and stands there again`;
  const again = { about: 'request', what: 'added', request: id, checkpoint, why } as const;
  return { findings: [again, ...judged.findings], hashes: judged.hashes };
};

/** Nothing was known of the log beyond what was removed. */
const isCovered = ({ version, head }: Witness, removal: Witness): boolean =>
  version < removal.version || (version === removal.version && head === removal.head);

const judgeThere = (id: RequestId, lines: readonly SeenEntry[], witnesses: readonly Witness[]): JudgedLog => {
  const { genuine, others } = split(id, lines);
  const { kept, doubled } = oneEach(genuine);
  const byVersion = new Map(kept.map((one) => [one.version, one]));
  const top = highest(byVersion.keys());
  const named = nameFalse(others, kept, byVersion, top);
  const end = Math.max(top, highest(named.altered.keys()));
  const findings = [
    ...[...named.altered].map(([version, why]) => finding(id, 'altered', version, why)),
    ...named.added.map(({ place, why }) => finding(id, 'added', place + 1, why)),
    ...doubled.map(({ version, place }) =>
      finding(id, 'added', version, `it stands there a second time, as line ${place + 1}`),
    ),
    ...moved(kept).map(({ version, place }) => finding(id, 'reordered', version, `it stands at place ${place + 1}`)),
    ...range(1, end).flatMap((version) =>
      byVersion.has(version) || named.altered.has(version)
        ? []
        : [finding(id, 'missing', version, 'the log goes on without it')],
    ),
    ...unlinked(id, byVersion, end),
  ];
  const hashes = new Map(kept.map(({ version, hash }) => [version, hash]));
  const all = [...findings, ...judgeWitnesses(id, hashes, end, witnesses, findings)].sort(byVersionOf);
  if (all.length > 0) return { findings: all, hashes };
  const led = follow(id, kept);
  return typeof led === 'string'
    ? { findings: [finding(id, 'altered', undefined, led)], hashes }
    : { findings: [], hashes, request: led };
};

const byVersionOf = (one: AuditFinding, other: AuditFinding): number => (one.version ?? 0) - (other.version ?? 0);

const finding = (
  request: RequestId,
  what: AuditFinding['what'],
  version: number | undefined,
  why: string,
): AuditFinding => ({ about: 'entry', what, request, ...(version === undefined ? {} : { version }), why });

/** There may be more of them than a call takes arguments. */
const highest = (versions: Iterable<number>): number => {
  let found = 0;
  for (const version of versions) found = Math.max(found, version);
  return found;
};

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

const split = (id: RequestId, lines: readonly SeenEntry[]) => {
  const genuine: Placed[] = [];
  const others: False[] = [];
  for (const [place, line] of lines.entries()) {
    if (line.type === 'unreadable') others.push({ place, why: line.why });
    else if (line.request !== id) others.push({ place, why: `it belongs to request ${line.request}` });
    else if (line.version > lines.length + mostMissing)
      others.push({ place, why: `it says it is entry ${line.version}, far behind all others` });
    else if (line.event === undefined) others.push({ place, claimed: line.version, why: line.why ?? '' });
    else genuine.push({ ...line, place });
  }
  return { genuine, others };
};

/** Of several with one number that one stays which the next entry names. */
const oneEach = (
  genuine: readonly Placed[],
): { readonly kept: readonly Placed[]; readonly doubled: readonly Placed[] } => {
  const groups = Map.groupBy(genuine, ({ version }) => version);
  if (groups.size === genuine.length) return { kept: genuine, doubled: [] };
  const isNamed = ({ version, hash }: Placed): boolean =>
    (groups.get(version + 1) ?? []).some(({ previous }) => previous === hash);
  const kept = new Set([...groups.values()].map((alike) => alike.find(isNamed) ?? alike[0]));
  return { kept: genuine.filter((one) => kept.has(one)), doubled: genuine.filter((one) => !kept.has(one)) };
};

/** What is not genuine stands in the place of an entry that is not there otherwise, or was put in. */
const nameFalse = (
  others: readonly False[],
  kept: readonly Placed[],
  byVersion: ReadonlyMap<number, Placed>,
  top: number,
) => {
  const altered = new Map<number, string>();
  const added: False[] = [];
  for (const one of others) {
    const before = kept.findLast(({ place }) => place < one.place)?.version ?? 0;
    const slots = [one.claimed, before + 1, one.place + 1].filter((slot) => slot !== undefined);
    const isFree = (slot: number): boolean => !byVersion.has(slot) && !altered.has(slot);
    const inside = slots.find((slot) => slot <= top && isFree(slot));
    // Behind the last genuine one: it is the altered end, if it stands there.
    const atEnd = slots.find((slot) => slot > top && slot <= one.place + 1 && isFree(slot));
    const slot = inside ?? atEnd;
    if (slot === undefined) added.push(one);
    else altered.set(slot, one.why);
  }
  return { altered, added };
};

const moved = (kept: readonly Placed[]): readonly Placed[] => {
  const sorted = kept.toSorted((one, other) => one.version - other.version);
  return kept.filter((one, index) => sorted[index] !== one);
};

/** Where both are genuine and one does not name the other, one of them was written anew with a key. */
const unlinked = (id: RequestId, entries: ReadonlyMap<number, Placed>, end: number): readonly AuditFinding[] =>
  range(1, end).flatMap((version) => {
    const [one, next] = [entries.get(version), entries.get(version + 1)];
    const starts =
      version === 1 && one !== undefined && one.previous !== genesis
        ? [finding(id, 'altered', 1, 'it is not the beginning of a log')]
        : [];
    const differs = one !== undefined && next !== undefined && next.previous !== one.hash;
    return [
      ...starts,
      ...(differs
        ? [finding(id, 'altered', version, `entry ${version + 1} follows another one; one of both was written anew`)]
        : []),
    ];
  });

const judgeWitnesses = (
  id: RequestId,
  hashes: ReadonlyMap<number, string>,
  end: number,
  witnesses: readonly Witness[],
  known: readonly AuditFinding[],
): readonly AuditFinding[] => {
  const named = new Set(known.map(({ version }) => version));
  const found = new Map<number, AuditFinding>();
  for (const { version, head, checkpoint } of witnesses) {
    const hash = hashes.get(version);
    if (hash === undefined) {
      for (const one of range(Math.max(end + 1, version - mostMissing), version))
        if (!found.has(one))
          found.set(one, {
            ...finding(id, 'missing', one, `checkpoint ${checkpoint} knows ${version} entries: the end was cut off`),
            checkpoint,
          });
    } else if (!isHead(hash, head) && !named.has(version) && !found.has(version)) {
      found.set(version, {
        ...finding(id, 'altered', version, `checkpoint ${checkpoint} knows another one`),
        checkpoint,
      });
    }
  }
  return [...found.values()];
};

/** Without the log nothing says which of two is right; that they differ says that one was written anew. */
const contradicting = (id: RequestId, witnesses: readonly Witness[]): readonly AuditFinding[] => {
  const first = new Map<number, Witness>();
  const found = new Map<number, AuditFinding>();
  for (const one of witnesses.toSorted((one, other) => one.checkpoint - other.checkpoint)) {
    const { version, head, checkpoint } = one;
    const known = first.get(version);
    if (known === undefined) first.set(version, one);
    else if (known.head !== head && !found.has(version)) {
      const why = `checkpoint ${checkpoint} knows another one than checkpoint ${known.checkpoint}`;
      found.set(version, { ...finding(id, 'altered', version, why), checkpoint });
    }
  }
  return [...found.values()];
};

const judgeGone = (id: RequestId, witnesses: readonly Witness[]): readonly AuditFinding[] => {
  const last = witnesses.toSorted((one, other) => other.version - one.version)[0];
  const why =
    last === undefined
      ? 'there is no log under its id'
      : `its whole log is gone: checkpoint ${last.checkpoint} knows ${last.version} entries of it`;
  return [
    {
      about: 'request',
      what: 'missing',
      request: id,
      ...(last === undefined ? {} : { checkpoint: last.checkpoint }),
      why,
    },
  ];
};

const follow = (id: RequestId, entries: readonly Placed[]): Request | string | undefined => {
  let request: Request | undefined;
  for (const { version, event, at } of entries) {
    if (event === undefined) return `entry ${version} has no event`;
    const next = step(id, request, { event, at: Temporal.Instant.from(at) });
    if (typeof next === 'string') return `entry ${version}: ${next}`;
    request = next;
  }
  return request;
};
