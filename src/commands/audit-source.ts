import { linesOf, openLines } from '#adapters/files/lines.ts';
import { unsigned } from '#adapters/keys/ed25519.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { connectRedis } from '#adapters/redis/connection.ts';
import { createRedisContents } from '#adapters/redis/contents.ts';
import { createLogReader } from '#adapters/redis/log-reader.ts';
import { type Period, readPeriod } from '#domain/audit/period.ts';
import type { AuditRecord } from '#domain/audit/record.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Config, type Environment, inspectConfig } from '#src/config.ts';
import { redisAt } from '#src/redis-settings.ts';
import { type AuditCount, type AuditPorts, auditRecords, startCount } from '#use-cases/audit-records.ts';
import { logsIn, logsKept } from '#use-cases/found-logs.ts';
import { type InExport, readExport } from '#use-cases/read-export.ts';
import { sayCause } from './checks.ts';
import { redisUnset, sayRedis, sayUnread } from './from-redis.ts';

/** The records of a period, and what came of reading them. */
export type AuditSource = {
  readonly records: AsyncIterable<AuditRecord>;
  readonly count: AuditCount;
  /** As in `redis://…`, or a file's name. */
  readonly from: string;
  /** Whether signatures were looked at. */
  readonly signatures: boolean;
  /** What whoever reads them has to know; no problems. */
  readonly notes: () => readonly string[];
  /** What a fault of reading means, with what to do. */
  readonly sayFault: (cause: unknown) => Promise<string>;
  readonly close: () => void;
};

/** Where the logs are: in Redis, or in a file that `log export` has written ("-": standard input). */
export type AuditFrom = { readonly period: Period; readonly log: string | undefined };

/** Reads the flags of a period. Both have to be there. */
export const periodOf = (flags: { readonly from?: string; readonly to?: string }): Result<Period, string> => {
  const { from, to } = flags;
  if (from === undefined) return err('--from is missing. Say where the period begins, like --from 2026-01-01.');
  if (to === undefined) return err('--to is missing. Say where the period ends, like --to 2026-03-31.');
  return readPeriod(from, to);
};

/** Opens what the records are read from. `err` says what is wrong, and what to do. */
export const openAudit = async (
  { period, log }: AuditFrom,
  environment: Environment,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<Result<AuditSource, readonly string[]>> => {
  const inspected = inspectConfig(environment);
  const { config } = inspected;
  const problems = log === undefined ? redisUnset(inspected) : [];
  if (problems.length > 0) return err(problems);
  const keys = config.keys === '' ? undefined : createKeys(config.keys);
  // Without them tampering would look like a log: whoever names keys wants them used.
  if (keys !== undefined && !keys.ok) return keys;
  const trusting = {
    period,
    trust: keys?.value.trust ?? unsigned,
    signatures: keys !== undefined,
  };
  return log === undefined ? ok(fromRedis(config, trusting)) : fromFile(log, trusting, stdin);
};

type Trusting = Omit<AuditPorts, 'contents'>;

const notesOf = ({ signatures }: Trusting, count: AuditCount, isFile: boolean): readonly string[] => [
  ...(signatures ? [] : ['Signatures were not looked at, only order and hashes: HALLPASS_KEYS leads to no keys.']),
  ...(isFile
    ? ['What approvers were shown is missing: a file of "hallpass log export" does not hold it.']
    : count.missing > 0
      ? [`What approvers were shown is missing for ${count.missing} of them: it is kept for 400 days.`]
      : []),
];

const ofBot = "Start Redis, or correct address, user and password in REDIS_URL; the user has to be the bot's";

const fromRedis = (config: Config, trusting: Trusting): AuditSource => {
  let lost: Error | undefined;
  const onLost = (cause: Error): void => {
    lost ??= cause;
  };
  const redis = connectRedis({ ...redisAt(config), profile: 'commit', name: 'hallpass-audit', onLost });
  const count = startCount();
  const contents = createRedisContents(redis);
  return {
    records: auditRecords({ ...trusting, contents }, logsKept(createLogReader(redis)), count),
    count,
    from: sayRedis(config),
    signatures: trusting.signatures,
    notes: () => notesOf(trusting, count, false),
    sayFault: (cause) => sayUnread(config, lost ?? cause, { remedy: ofBot }),
    close: () => redis.disconnect(),
  };
};

const fromFile = async (
  file: string,
  trusting: Trusting,
  stdin: AsyncIterable<Uint8Array>,
): Promise<Result<AuditSource, readonly string[]>> => {
  const lines = file === '-' ? ok(linesOf(stdin)) : await openLines(file);
  if (!lines.ok) return err([lines.error]);
  const said = file === '-' ? 'standard input' : file;
  const sayFault = async (cause: unknown): Promise<string> =>
    `${said} cannot be read (${sayCause(cause)}). Name a file that you may read.`;
  const items = readExport(lines.value);
  try {
    const first = await items.next();
    const item = first.done ? undefined : first.value;
    if (item === undefined || item.type === 'foreign' || isEmpty(item))
      return err([
        `${said}: ${item !== undefined && 'why' in item ? item.why : 'it is empty'}. Name a file that "hallpass log export" has written.`,
      ]);
    const count = startCount();
    return ok({
      records: auditRecords(trusting, logsIn(said, behind(item, items)), count),
      count,
      from: said,
      signatures: trusting.signatures,
      notes: () => notesOf(trusting, count, true),
      sayFault,
      close: () => {},
    });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    return err([await sayFault(cause)]);
  }
};

const isEmpty = (item: InExport): boolean => item.type === 'problem' && item.why === 'it is empty';

async function* behind(first: InExport, rest: AsyncIterable<InExport>): AsyncGenerator<InExport> {
  yield first;
  yield* rest;
}
