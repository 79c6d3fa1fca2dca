import type { Content } from '#domain/content/content.ts';
import { sayTarget } from '#domain/plan.ts';
import { sayFinding } from '#domain/risk/finding.ts';
import { csvRow } from './csv.ts';
import type { AskedThen, AuditRecord, ShownThen, Vote } from './record.ts';

type Column = readonly [name: string, cell: (record: AuditRecord) => string | number | boolean | null | undefined];

const lines = (texts: readonly string[]): string => texts.join('\n');
const asked =
  (cell: (asked: AskedThen) => ReturnType<Column[1]>): Column[1] =>
  (record) =>
    record.asked === null ? null : cell(record.asked);

const sayVote = ({ at, by, vote, revision, seconds, reason }: Vote): string =>
  [
    `${at} ${by} ${vote} to revision ${revision}`,
    ...(seconds === null ? [] : [`for ${seconds} s at most`]),
    ...(reason === null ? [] : [reason]),
  ].join(', ');

const diffOf = ({ changes }: Content): string =>
  changes.map(({ op, target, diff }) => `${op} ${sayTarget(target)}\n${diff}`).join('\n\n');

const shownIs =
  (cell: (content: Content) => string): Column[1] =>
  ({ shown }) =>
    shown.state === 'whole' ? cell(shown.content) : null;

const states: Readonly<Record<ShownThen['state'], string>> = {
  none: 'the request says it all',
  whole: 'whole',
  missing: 'MISSING',
  altered: 'ALTERED',
};

/** What one row says of a request: new columns are added at the end, and none changes its name or place. */
const columns: readonly Column[] = [
  ['id', ({ id }) => id],
  ['status', ({ status }) => status],
  ['kind', asked(({ kind }) => kind)],
  ['cluster', asked(({ cluster }) => cluster)],
  ['namespace', asked(({ namespace }) => namespace)],
  ['profile', asked(({ profile }) => profile)],
  ['objects', asked(({ objects }) => lines(objects))],
  ['requester', asked(({ by }) => by)],
  ['subject', asked((one) => one.for)],
  ['source', asked(({ source }) => source)],
  ['submitted_at', asked(({ at }) => at)],
  ['reason', asked(({ reason, explained }) => lines([reason, ...(explained === null ? [] : [explained])]))],
  ['asked_seconds', asked(({ seconds }) => seconds)],
  ['starts_at', asked(({ startsAt }) => startsAt)],
  ['ask', asked(({ ask }) => JSON.stringify(ask))],
  ['revision', asked(({ revision }) => revision)],
  ['shown_state', ({ shown }) => states[shown.state]],
  ['shown_digest', ({ shown }) => (shown.state === 'none' ? null : shown.digest)],
  ['diff', shownIs(diffOf)],
  ['findings', shownIs(({ findings }) => lines(findings.map((one) => `${one.severity}: ${sayFinding(one, true)}`)))],
  ['reach', shownIs(({ reach }) => lines(reach.map(({ change, text }) => `${change}: ${text}`)))],
  ['risk', asked(({ risk }) => risk)],
  ['rule', asked(({ rule }) => rule)],
  ['policy_hash', asked(({ policyHash }) => policyHash)],
  ['quorum', asked(({ quorum }) => quorum.map(({ from, count }) => `${count} of ${from}`).join(', '))],
  ['auto_approved', asked(({ auto }) => auto)],
  ['decision', ({ decision }) => decision?.outcome],
  ['decided_at', ({ decision }) => decision?.at],
  ['decided_by', ({ decision }) => decision?.by.join(' ')],
  ['votes', ({ votes }) => lines(votes.map(sayVote))],
  ['break_glass', asked(({ breakGlass }) => breakGlass)],
  ['review', ({ review }) => review && `${review.at} ${review.by}: ${review.finding}, ${review.note}`],
  ['applied_at', ({ applied }) => applied?.at],
  ['expires_at', ({ applied }) => applied?.expiresAt],
  ['made', ({ applied }) => applied && lines([...applied.made, ...applied.changed])],
  ['ended_at', ({ end }) => end?.at],
  ['end_cause', ({ end }) => end?.cause],
  ['ended_by', ({ end }) => end?.by.join(' ')],
  ['end_reason', ({ end }) => end?.why],
  ['lag_ms', ({ end }) => end?.lagMilliseconds],
  ['delays', ({ delays }) => lines(delays.map(({ at, why }) => `${at} ${why}`))],
  [
    'still_allowed_by',
    ({ end }) =>
      end &&
      lines(end.proofs.flatMap(({ probe, stillAllowedBy }) => (stillAllowedBy ? `${probe}: ${stillAllowedBy}` : []))),
  ],
  ['used', ({ used }) => lines(used.map(({ at, says }) => `${at} ${says}`))],
  ['reverted', ({ reverted }) => lines(reverted.map(({ at, object, how }) => `${at} ${object}: ${how}`))],
  [
    'conflicts',
    ({ conflicts }) =>
      lines(
        conflicts.map(
          ({ at, object, path, before, applied, now, by }) =>
            `${at} ${object} ${path}: was ${before}, applied ${applied}, now ${now} (${by.join(', ')})`,
        ),
      ),
  ],
  ['settled', ({ settled }) => lines(settled.map(({ at, by, choice, reason }) => `${at} ${by}: ${choice}, ${reason}`))],
  ['log_believed', ({ log }) => log.believed],
  ['log_signatures', ({ log }) => log.signatures],
  ['log_entries', ({ log }) => log.entries],
  ['log_head', ({ log }) => log.head],
  ['log_broken', ({ log }) => log.broken && `entry ${log.broken.entry}: ${log.broken.why}`],
];

/** The first line of the file. */
export const csvHeader = (): string => csvRow(columns.map(([name]) => name));

export const csvOf = (record: AuditRecord): string => csvRow(columns.map(([, cell]) => String(cell(record) ?? '')));
