import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { readNames } from '#adapters/files/names.ts';
import { type Period, sayPeriod } from '#domain/audit/period.ts';
import { createTally } from '#domain/audit/tally.ts';
import type { PersonId } from '#domain/ids.ts';
import { ok } from '#domain/result.ts';
import type { Environment } from '#src/config.ts';
import { type Answer, failed, misspelt } from './answer.ts';
import { answerOf } from './audit-export.ts';
import { type AuditSource, openAudit, periodOf } from './audit-source.ts';
import { readFlags } from './flags.ts';
import { createSayPerson } from './report-html.ts';
import { renderReport, type Tampering } from './report-page.ts';
import { readShortestRetention } from './shortest-retention.ts';
import { leftOf, writeInto } from './written.ts';

const known = { from: 'value', to: 'value', out: 'value', log: 'value', names: 'value', retention: 'value' } as const;

export type ReportWays = {
  readonly stdout?: Writable;
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Another check of the log, whose lines stand beside what verifying each log by itself found. */
  readonly tampering?: (retention?: string) => Promise<Tampering>;
};

/** `audit report`: what happened in a period, as one page of HTML. Hallpass may run meanwhile. */
export const auditReport = async (
  words: readonly string[],
  environment: Environment,
  { stdout = process.stdout, stdin, tampering }: ReportWays = {},
): Promise<Answer> => {
  const flags = readFlags(words, known);
  if (!flags.ok) return misspelt([flags.error]);
  const { out, log, names: file, retention: shortest } = flags.value;
  const retention = readShortestRetention(shortest);
  if (!retention.ok) return misspelt([retention.error]);
  const period = periodOf(flags.value);
  if (!period.ok) return misspelt([period.error]);
  if (out === undefined) return misspelt(['--out is missing. Say where to, like --out report.html, or "-".']);
  const names = file === undefined ? ok(new Map<PersonId, string>()) : await readNames(resolve(file));
  if (!names.ok) return failed(names.error);
  const source = await openAudit({ period: period.value, log }, environment, stdin);
  if (!source.ok) return failed(source.error);
  try {
    const page = pageOf(source.value, period.value, names.value, async () => tampering?.(shortest));
    const written = await writeInto(out, page, stdout);
    if (!written.ok) return failed([written.error]);
  } catch (cause) {
    return failed([`${await source.value.sayFault(cause)} ${leftOf(out)}`]);
  } finally {
    source.value.close();
  }
  return answerOf(source.value, `of ${sayPeriod(period.value)}`, out);
};

async function* pageOf(
  source: AuditSource,
  period: Period,
  names: ReadonlyMap<PersonId, string>,
  tampering: () => Promise<Tampering | undefined>,
): AsyncGenerator<string> {
  const generatedAt = Temporal.Now.instant();
  const tally = createTally(period, generatedAt);
  for await (const record of source.records) tally.take(record);
  const { logs, broken, missing, openReviews, problems } = source.count;
  yield renderReport({
    period,
    generatedAt,
    from: source.from,
    summary: tally.summary(),
    openReviews,
    log: { read: logs, broken, missing, signatures: source.signatures, problems },
    tampering: await tampering(),
    say: createSayPerson(names),
    hasNames: names.size > 0,
  });
}
