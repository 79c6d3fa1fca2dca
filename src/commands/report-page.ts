import type { Spread } from '#domain/audit/figures.ts';
import { type Period, sayPeriod } from '#domain/audit/period.ts';
import type { Summary } from '#domain/audit/tally.ts';
import type { RequestId } from '#domain/ids.ts';
import { type Html, number, type SayPerson, sayMilliseconds, section, text } from './report-html.ts';
import {
  automatic,
  brokenGlass,
  decisions,
  endings,
  grants,
  misuses,
  outcomes,
  people,
  policies,
} from './report-sections.ts';
import { reportStyle } from './report-style.ts';

/** What another check of the log found: what it looked at, and what is wrong. */
export type Tampering = { readonly checked: readonly string[]; readonly findings: readonly string[] };

export type Report = {
  readonly period: Period;
  readonly generatedAt: Temporal.Instant;
  /** As in `redis://…`, or a file's name. */
  readonly from: string;
  readonly summary: Summary;
  readonly openReviews: readonly RequestId[];
  /** Of every log that was read. */
  readonly log: {
    readonly read: number;
    readonly broken: number;
    /** Of how many requests of the period what approvers were shown is not there. */
    readonly missing: number;
    readonly signatures: boolean;
    readonly problems: readonly string[];
  };
  /** Checks beside that of each log by itself; absent where there were none. */
  readonly tampering?: Tampering | undefined;
  readonly say: SayPerson;
  readonly hasNames: boolean;
};

/** One page that needs nothing beside it, runs nothing, and prints. */
export const renderReport = (report: Report): string => {
  const { period, summary, say } = report;
  const title = `Hallpass audit report, ${sayPeriod(period)}`;
  const parts = [
    outcomes(summary),
    people(summary, say),
    decisions(summary, say),
    automatic(summary),
    brokenGlass(summary, report.openReviews, say),
    grants(summary, say),
    endings(summary, say),
    misuses(summary, say),
    policies(summary),
    tamperingCheck(report),
    reading(report),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title).html}</title>
<style>${reportStyle}</style>
</head>
<body>
${header(report)}
${figures(report)}
<main>
${parts.map(({ html }) => html).join('\n')}
</main>
</body>
</html>
`;
};

const minute = (at: Temporal.Instant): string =>
  `${at.toZonedDateTimeISO('UTC').toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ')} UTC`;

const header = ({ period, generatedAt, from, summary }: Report): string => {
  const hashes = [...summary.policies.keys()];
  const inForce =
    hashes.length === 0
      ? 'no request was filed'
      : `${hashes
          .slice(0, 4)
          .map((hash) => `<span class="hash">${text(hash.slice(0, 16)).html}</span>`)
          .join(', ')}${hashes.length > 4 ? ` and ${hashes.length - 4} more, below` : ''}`;
  const facts = [
    ['Period', text(`${minute(period.from)} up to ${minute(period.to)}`).html],
    ['Generated', text(minute(generatedAt)).html],
    ['Read from', text(from).html],
    [hashes.length === 1 ? 'Policy in force' : 'Policies in force', inForce],
  ];
  return `<header>
<h1>Audit report</h1>
<p class="period">Hallpass, ${text(sayPeriod(period)).html}</p>
<dl class="facts">${facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('')}</dl>
</header>`;
};

const median = (spread: Spread | undefined): string => (spread === undefined ? '–' : sayMilliseconds(spread.median));

const figures = ({ summary, openReviews, log, tampering }: Report): string => {
  const open = summary.brokenGlass.list.filter(({ isOpen }) => isOpen).length + openReviews.length;
  const wrong = log.broken + log.problems.length + (tampering?.findings.length ?? 0) > 0;
  const all: readonly (readonly [string, string])[] = [
    [number(summary.requests), summary.requests === 1 ? 'request' : 'requests'],
    [median(summary.decisions), 'median time until people decided'],
    [number(summary.autoApproved.total), 'approved by rule alone'],
    [number(summary.brokenGlass.total), 'taken by break-glass'],
    [number(open), open === 1 ? 'review still open' : 'reviews still open'],
    [number(summary.overdue.total), 'ended more than a minute late'],
    [number(summary.misuses.total), summary.misuses.total === 1 ? 'misuse seen' : 'misuses seen'],
    verdictOf(wrong, log),
  ];
  return `<dl class="figures">${all.map(([value, name]) => `<div><dt>${text(name).html}</dt><dd>${text(value).html}</dd></div>`).join('')}</dl>`;
};

const verdictOf = (wrong: boolean, { read, signatures }: Report['log']): readonly [string, string] => {
  if (wrong) return ['Look', 'the log is not sound: see “Tampering check”'];
  const logs = `${number(read)} ${read === 1 ? 'log' : 'logs'}`;
  return signatures ? ['Sound', `${logs} verified`] : ['Unsigned', `${logs} verified without signatures`];
};

const tamperingCheck = ({ log, tampering }: Report): Html => {
  const { read, broken, missing, signatures, problems } = log;
  const how = signatures
    ? 'by order, hashes and signatures'
    : 'by order and hashes only: no keys were at hand, so that signatures were not looked at';
  const lines = [
    `${number(read)} ${read === 1 ? 'log was' : 'logs were'} read from the first entry on and verified ${how}.`,
    `What approvers were shown was compared with the digest in the log${missing === 0 ? '' : `; it is not there for ${number(missing)}`}.`,
    ...(tampering?.checked ?? []),
  ];
  const findings = [...problems, ...(tampering?.findings ?? [])];
  const verdict =
    findings.length === 0 && broken === 0
      ? { html: `<p>Nothing was found to be altered.</p>` }
      : {
          html: `<p class="alert">${text(`${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}: what is named here cannot be relied on.`).html}</p>`,
        };
  const items = (all: readonly string[]): string =>
    `<ul>${all.map((one) => `<li>${text(one).html}</li>`).join('')}</ul>`;
  return section('Tampering check', { html: items(lines) }, verdict, {
    html: findings.length === 0 ? '' : items(findings),
  });
};

const reading = ({ hasNames }: Report): Html =>
  section('How to read this', {
    html: `<ul>${[
      'A request belongs to the period when anything of it happened within it. Its status is that of when the report was made.',
      'Who asked and who decided counts what they did within the period; so do times to decision and ends.',
      'All times are in UTC. Percentiles are by nearest rank: each figure is one that was measured.',
      'The lag of an end runs from the moment at which a grant was to end until the cluster confirmed that it had.',
      hasNames
        ? 'The log holds ids of people, not names. The names here were brought along when the report was made.'
        : 'The log holds ids of people, not names, so that a person can be forgotten without breaking it.',
    ]
      .map((one) => `<li>${text(one).html}</li>`)
      .join('')}</ul>`,
  });
