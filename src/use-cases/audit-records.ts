import { isWithin, type Period } from '#domain/audit/period.ts';
import { type AuditRecord, recordOf, type ShownThen } from '#domain/audit/record.ts';
import type { RequestId } from '#domain/ids.ts';
import { type Broken, type Chain, readChain, type Trust } from '#domain/request/chain.ts';
import { needsReview } from '#domain/request/terms.ts';
import { cut, oneLine } from '#domain/text.ts';
import { unpackContent } from './contents.ts';
import type { Contents } from './ports.ts';

/** A request's log as it was found, believed in nothing; or why there is none to be read. */
export type FoundLog =
  | { readonly type: 'log'; readonly request: RequestId; readonly lines: readonly string[] }
  | { readonly type: 'problem'; readonly why: string };

export type AuditPorts = {
  readonly trust: Trust;
  /** False where `trust` takes every signature. */
  readonly signatures: boolean;
  /** Absent where there is nothing but logs: what was shown is missing then. */
  readonly contents?: Pick<Contents, 'read'> | undefined;
  readonly period: Period;
};

/** What was told of and what was wrong, so far. */
export type AuditCount = {
  requests: number;
  /** All that were read and verified, within the period or not, and those that cannot be believed. */
  logs: number;
  broken: number;
  /** Of which what was shown is missing. */
  missing: number;
  /** Taken by break-glass before the end of the period, reviewed by nobody yet, and otherwise not of the period; the first of them. */
  readonly openReviews: RequestId[];
  readonly problems: string[];
};

/** More than these nobody reads; that there are more is said. */
const most = { problems: 200, openReviews: 200 };

export const startCount = (): AuditCount => ({
  requests: 0,
  logs: 0,
  broken: 0,
  missing: 0,
  openReviews: [],
  problems: [],
});

/**
 * A record of each request that something happened to within the period. A log that cannot be believed is told of as far as it can be
 * read, and whenever it began before the end of the period: what is behind the break may have happened in it.
 */
export async function* auditRecords(
  { trust, signatures, contents, period }: AuditPorts,
  found: AsyncIterable<FoundLog>,
  count: AuditCount,
): AsyncGenerator<AuditRecord> {
  for await (const one of found) {
    if (one.type === 'problem') {
      note(count, one.why);
      continue;
    }
    const { request: id, lines } = one;
    const { chain, broken } = readAsFar(id, lines, trust);
    countLog(count, id, broken);
    if (!belongs(chain, broken, period)) {
      noteReview(count, chain, period);
      continue;
    }
    const shown = await shownThen(contents, trust, chain);
    count.requests += 1;
    if (shown.state === 'missing') count.missing += 1;
    if (shown.state === 'altered')
      note(count, `Request ${id}: what approvers were shown was altered since; it was left out.`);
    yield recordOf(id, { request: chain?.request, entries: chain?.entries ?? [] }, { shown, signatures, broken });
  }
}

const note = ({ problems }: AuditCount, why: string): void => {
  if (problems.length < most.problems) problems.push(why);
  else if (problems.length === most.problems) problems.push('There are more problems, which are not listed.');
};

/** Within the period or not: whoever alters a log has a reason to. */
const countLog = (count: AuditCount, id: RequestId, broken: Broken | undefined): void => {
  count.logs += 1;
  if (broken === undefined) return;
  count.broken += 1;
  const why = cut(oneLine(broken.why), 200);
  note(
    count,
    `Request ${id} cannot be believed from entry ${broken.version} on: ${why}. It is told of as far as it can be read.`,
  );
};

const noteReview = ({ openReviews }: AuditCount, chain: Chain | undefined, { to }: Period): void => {
  if (chain === undefined || openReviews.length >= most.openReviews) return;
  const { request } = chain;
  if (needsReview(request) && Temporal.Instant.compare(request.asked.submittedAt, to) < 0)
    openReviews.push(request.asked.id);
};

const readAsFar = (
  id: RequestId,
  lines: readonly string[],
  trust: Trust,
): { readonly chain: Chain | undefined; readonly broken: Broken | undefined } => {
  const whole = readChain(id, lines, trust);
  if (whole.ok && whole.value !== undefined) return { chain: whole.value, broken: undefined };
  if (whole.ok) return { chain: undefined, broken: { version: 1, why: 'there is nothing under its id' } };
  const before = readChain(id, lines.slice(0, whole.error.version - 1), trust);
  return { chain: before.ok ? before.value : undefined, broken: whole.error };
};

const belongs = (chain: Chain | undefined, broken: Broken | undefined, period: Period): boolean => {
  const [first] = chain?.entries ?? [];
  if (broken !== undefined) return first === undefined || Temporal.Instant.compare(first.at, period.to) < 0;
  return chain?.entries.some(({ at }) => isWithin(period, at)) === true;
};

/** What is kept under a digest is believed only if it still has that digest. */
const shownThen = async (
  contents: Pick<Contents, 'read'> | undefined,
  trust: Trust,
  chain: Chain | undefined,
): Promise<ShownThen> => {
  if (chain === undefined) return { state: 'none' };
  const { id, content, around } = chain.request.asked;
  const ref = content ?? around;
  if (ref === undefined) return { state: 'none' };
  const { digest } = ref;
  const text = await contents?.read(id, digest);
  if (text === undefined) return { state: 'missing', digest };
  const read = trust.digest(text) === digest ? unpackContent(text) : undefined;
  return read?.type === 'shown' ? { state: 'whole', digest, content: read.content } : { state: 'altered', digest };
};
