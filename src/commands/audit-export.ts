import type { Writable } from 'node:stream';
import { csvHeader, csvOf } from '#domain/audit/csv-columns.ts';
import { sayPeriod } from '#domain/audit/period.ts';
import type { AuditRecord } from '#domain/audit/record.ts';
import type { Environment } from '#src/config.ts';
import { type Answer, failed, misspelt } from './answer.ts';
import { type AuditSource, openAudit, periodOf } from './audit-source.ts';
import { readFlags } from './flags.ts';
import { leftOf, writeInto } from './written.ts';

const known = { from: 'value', to: 'value', format: 'value', out: 'value', log: 'value' } as const;

/** `audit export`: a record of each request of a period, as CSV or JSON lines. Hallpass may run meanwhile. */
export const auditExport = async (
  words: readonly string[],
  environment: Environment,
  stdout: Writable = process.stdout,
  stdin?: AsyncIterable<Uint8Array>,
): Promise<Answer> => {
  const flags = readFlags(words, known);
  if (!flags.ok) return misspelt([flags.error]);
  const { format, out = '-', log } = flags.value;
  const period = periodOf(flags.value);
  if (!period.ok) return misspelt([period.error]);
  if (format !== 'csv' && format !== 'jsonl')
    return misspelt([`--format ${format === undefined ? 'is missing' : JSON.stringify(format)}. Say csv or jsonl.`]);
  const source = await openAudit({ period: period.value, log }, environment, stdin);
  if (!source.ok) return failed(source.error);
  try {
    const written = await writeInto(out, format === 'csv' ? csvTexts(source.value) : jsonTexts(source.value), stdout);
    if (!written.ok) return failed([written.error]);
  } catch (cause) {
    return failed([`${await source.value.sayFault(cause)} ${leftOf(out)}`]);
  } finally {
    source.value.close();
  }
  return answerOf(source.value, `of ${sayPeriod(period.value)}`, out);
};

/** What is said at the end: beside what went to standard output, to standard error. */
export const answerOf = ({ count, notes }: AuditSource, what: string, out: string): Answer => {
  const { requests, problems } = count;
  const into = out === '-' ? 'standard output' : out;
  const said = [`${requests} ${requests === 1 ? 'request' : 'requests'} ${what} written to ${into}.`, ...notes()];
  const status = problems.length > 0 ? 1 : 0;
  return out === '-' ? { status, errors: [...problems, ...said] } : { status, out: said, errors: problems };
};

async function* csvTexts({ records }: AuditSource): AsyncGenerator<string> {
  yield csvHeader();
  for await (const record of records) yield csvOf(record);
}

async function* jsonTexts({ records }: { readonly records: AsyncIterable<AuditRecord> }): AsyncGenerator<string> {
  for await (const record of records) yield `${JSON.stringify(record)}\n`;
}
