import type { AuditFinding } from '#domain/audit/finding.ts';
import type { JudgedLog, Witness } from '#domain/audit/judge-log.ts';
import type { RequestId } from '#domain/ids.ts';

/** All that stands in one request's log, and what the checkpoints say of it. */
export type LogToJudge = {
  readonly request: RequestId;
  readonly lines: readonly string[];
  readonly witnesses: readonly Witness[];
  /** How it was when its removal was recorded. */
  readonly removal?: Witness | undefined;
};
export type JudgedBriefly = {
  readonly request: RequestId;
  readonly entries: number;
  readonly findings: readonly AuditFinding[];
  readonly removal?: JudgedLog['removal'];
};

/** Judges logs somewhere else, many at a time. */
export type JudgeLogs = {
  /** So many batches keep it busy. */
  readonly atOnce: number;
  readonly judge: (logs: readonly LogToJudge[]) => Promise<readonly JudgedBriefly[]>;
  readonly stop: () => Promise<void>;
};

export type VerifiedLogs = {
  readonly requests: number;
  readonly entries: number;
  /** Requests with entries that no checkpoint has yet. */
  readonly unanchored: number;
  /** Requests whose logs are removed, as checkpoints record, and those whose logs are still to be. */
  readonly removed: number;
  readonly toBeRemoved: number;
  /** Those that grew after their removal was recorded: they stay, as the next checkpoint says. */
  readonly grown: number;
  readonly findings: readonly AuditFinding[];
};

/** Entries of a batch: enough that handing it over costs little, few enough that little is held. */
const perBatch = 500;

/** Judges logs as they come; what is held at a time has a bound. */
export const verifyLogs = async (
  logs: AsyncIterable<readonly LogToJudge[]>,
  { judge, atOnce }: Pick<JudgeLogs, 'judge' | 'atOnce'>,
): Promise<VerifiedLogs> => {
  const total = {
    requests: 0,
    entries: 0,
    unanchored: 0,
    removed: 0,
    toBeRemoved: 0,
    grown: 0,
    findings: [] as (readonly AuditFinding[])[],
  };
  const running = new Set<Promise<void>>();
  const start = async (batch: readonly LogToJudge[]): Promise<void> => {
    for (const [index, { request, entries, findings, removal }] of (await judge(batch)).entries()) {
      const known = Math.max(0, ...(batch[index]?.witnesses ?? []).map(({ version }) => version));
      if (entries > 0) total.requests += 1;
      if (entries > known && request !== undefined) total.unanchored += 1;
      if (removal === 'done') total.removed += 1;
      if (removal === 'due') total.toBeRemoved += 1;
      if (removal === 'grown') total.grown += 1;
      total.entries += entries;
      total.findings.push(findings);
    }
  };
  const hand = async (batch: readonly LogToJudge[]): Promise<void> => {
    const one: Promise<void> = start(batch).finally(() => running.delete(one));
    running.add(one);
    if (running.size >= atOnce) await Promise.race(running);
  };
  let batch: LogToJudge[] = [];
  let held = 0;
  for await (const some of logs)
    for (const log of some) {
      batch.push(log);
      held += log.lines.length + 1;
      if (held < perBatch) continue;
      await hand(batch);
      [batch, held] = [[], 0];
    }
  if (batch.length > 0) await hand(batch);
  await Promise.all(running);
  return { ...total, findings: total.findings.flat().sort(inOrder) };
};

const inOrder = (one: AuditFinding, other: AuditFinding): number =>
  (one.request ?? '').localeCompare(other.request ?? '') || (one.version ?? 0) - (other.version ?? 0);
