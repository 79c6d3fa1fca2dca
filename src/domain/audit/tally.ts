import type { PersonId, RequestId } from '#domain/ids.ts';
import { add, type Counts, createTop, type Spread, spreadOf, type Top } from './figures.ts';
import { isWithin, type Period } from './period.ts';
import type { AskedThen, AuditRecord } from './record.ts';

/** A request as a line of a list names it. */
export type Line = {
  readonly id: RequestId;
  readonly at: string;
  readonly by: PersonId;
  readonly where: string;
  readonly what: string;
  readonly reason: string;
};

export type Person = { asked: number; approved: number; denied: number; brokeGlass: number };
type Policy = { requests: number; first: string; last: string };
export type BrokenGlass = Line & {
  readonly status: string;
  readonly review: AuditRecord['review'];
  readonly isOpen: boolean;
};
export type Grant = Line & { readonly seconds: number; readonly until: string | null; readonly status: string };
export type Overdue = Line & {
  readonly due: string;
  readonly ended: string | null;
  readonly late: number;
  readonly why: string;
};
export type Misuse = Line & { readonly says: string; readonly status: string; readonly kept: boolean };

/** What a report says of a period, in figures and lists; lists hold the most telling ones, and how many there are. */
export type Summary = {
  readonly requests: number;
  readonly unreadable: readonly RequestId[];
  readonly kinds: readonly string[];
  /** How many, by status and then by kind. */
  readonly outcomes: ReadonlyMap<string, Counts>;
  readonly people: ReadonlyMap<PersonId, Person>;
  readonly policies: ReadonlyMap<string, Policy>;
  /** Milliseconds from asking to what people decided. */
  readonly decisions: Spread | undefined;
  readonly slowest: readonly (Line & { readonly milliseconds: number; readonly outcome: string })[];
  readonly autoApproved: { readonly total: number; readonly byRule: Counts };
  readonly brokenGlass: Listed<BrokenGlass>;
  readonly grants: Listed<Grant>;
  readonly overdue: Listed<Overdue>;
  readonly misuses: Listed<Misuse>;
  /** Milliseconds from when a grant was to end until the cluster confirmed it. */
  readonly lag: Spread | undefined;
};
export type Listed<T> = { readonly list: readonly T[]; readonly total: number };

/** A grant that ends so many milliseconds after its time is listed as overdue. */
export const overdueFrom = 60_000;

const most = { grants: 15, slowest: 5, listed: 300 };

/** Takes in records one by one, and keeps only what the report says. `now`: for what is still in force. */
export const createTally = (period: Period, now: Temporal.Instant) => {
  const unreadable: RequestId[] = [];
  const outcomes = new Map<string, Counts>();
  const kinds = new Set<string>();
  const people = new Map<PersonId, Person>();
  const policies = new Map<string, Policy>();
  const [decisions, lags]: [number[], number[]] = [[], []];
  const byRule: Counts = new Map();
  const slowest = createTop<Summary['slowest'][number]>(most.slowest);
  const brokenGlass = createTop<BrokenGlass>(most.listed);
  const grants = createTop<Grant>(most.grants);
  const overdue = createTop<Overdue>(most.listed);
  const misuses = createTop<Misuse>(most.listed);
  let requests = 0;

  const take = (record: AuditRecord): void => {
    requests += 1;
    const { asked, status } = record;
    if (asked === null) return void (unreadable.length < most.listed && unreadable.push(record.id));
    kinds.add(asked.kind);
    const counts = outcomes.get(status) ?? new Map();
    outcomes.set(status, counts);
    add(counts, asked.kind);
    takePeople(people, record, asked, period);
    const line = lineOf(record, asked);
    if (isIn(period, asked.at)) takePolicy(policies, asked);
    if (asked.auto) add(byRule, asked.rule);
    takeDecision(record, asked, line);
    if (asked.breakGlass)
      brokenGlass.offer(-millisecondsOf(asked.at), { ...line, status, review: record.review, isOpen: isOpen(record) });
    for (const { event, says, at } of record.used)
      if (event === 'misused' || event === 'tripped')
        misuses.offer(-millisecondsOf(at), { ...line, at, says, status, kept: record.end?.cause !== event });
    takeGrant(record, line);
  };

  const takeDecision = ({ decision }: AuditRecord, asked: AskedThen, line: Line): void => {
    if (decision === null || decision.by.length === 0 || !isIn(period, decision.at)) return;
    const milliseconds = millisecondsOf(decision.at) - millisecondsOf(asked.at);
    decisions.push(milliseconds);
    slowest.offer(milliseconds, { ...line, milliseconds, outcome: decision.outcome });
  };

  const takeGrant = ({ applied, end, status, delays }: AuditRecord, line: Line): void => {
    if (applied === null || applied.expiresAt === null) return;
    const until = end?.at ?? null;
    const last = until === null ? now.epochMilliseconds : millisecondsOf(until);
    const seconds = Math.max(0, Math.round((last - millisecondsOf(applied.at)) / 1_000));
    grants.offer(seconds, { ...line, at: applied.at, seconds, until, status });
    const lag = end?.lagMilliseconds ?? null;
    if (lag !== null && until !== null && isIn(period, until)) lags.push(lag);
    const late = lag ?? (status === 'active' ? last - millisecondsOf(applied.expiresAt) : 0);
    if (late < overdueFrom) return;
    overdue.offer(late, { ...line, due: applied.expiresAt, ended: until, late, why: delays.at(-1)?.why ?? '' });
  };

  const listed = <T>(top: Top<T>): Listed<T> => ({ list: top.list(), total: top.seen() });
  return {
    take,
    summary: (): Summary => ({
      requests,
      unreadable,
      kinds: [...kinds].sort(),
      outcomes,
      people,
      policies,
      decisions: spreadOf(decisions),
      slowest: slowest.list(),
      autoApproved: { total: [...byRule.values()].reduce((sum, one) => sum + one, 0), byRule },
      brokenGlass: listed(brokenGlass),
      grants: listed(grants),
      overdue: listed(overdue),
      misuses: listed(misuses),
      lag: spreadOf(lags),
    }),
  };
};

const isIn = (period: Period, at: string): boolean => isWithin(period, Temporal.Instant.from(at));
const millisecondsOf = (at: string): number => Temporal.Instant.from(at).epochMilliseconds;

/** What came to nothing needs no look. */
const isOpen = ({ review, status, applied }: AuditRecord): boolean =>
  review === null && (applied !== null || status === 'approved');

const lineOf = ({ id }: AuditRecord, asked: AskedThen): Line => ({
  id,
  at: asked.at,
  by: asked.by,
  where: `${asked.cluster}/${asked.namespace}`,
  what: [asked.kind, ...(asked.profile === null ? [] : [asked.profile]), ...asked.objects.slice(0, 3)].join(' '),
  reason: asked.explained ?? asked.reason,
});

const takePeople = (
  people: Map<PersonId, Person>,
  { votes }: AuditRecord,
  { by, breakGlass, at }: AskedThen,
  period: Period,
): void => {
  const of = (person: PersonId): Person => {
    const found = people.get(person) ?? { asked: 0, approved: 0, denied: 0, brokeGlass: 0 };
    people.set(person, found);
    return found;
  };
  if (isIn(period, at)) {
    of(by).asked += 1;
    if (breakGlass) of(by).brokeGlass += 1;
  }
  for (const { by: voter, vote, at: when } of votes) {
    if (!isIn(period, when)) continue;
    // To leave what was found as it is, is a no to putting it back.
    if (vote === 'yes') of(voter).approved += 1;
    else of(voter).denied += 1;
  }
};

const takePolicy = (policies: Map<string, Policy>, { policyHash, at }: AskedThen): void => {
  const found = policies.get(policyHash) ?? { requests: 0, first: at, last: at };
  policies.set(policyHash, {
    requests: found.requests + 1,
    first: millisecondsOf(at) < millisecondsOf(found.first) ? at : found.first,
    last: millisecondsOf(at) > millisecondsOf(found.last) ? at : found.last,
  });
};
