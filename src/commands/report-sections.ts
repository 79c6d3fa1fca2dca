import type { Spread } from '#domain/audit/figures.ts';
import type { Line, Listed, Summary } from '#domain/audit/tally.ts';
import type { RequestId } from '#domain/ids.ts';
import {
  type Cell,
  type Column,
  type Html,
  number,
  paragraph,
  type SayPerson,
  sayMilliseconds,
  saySeconds,
  sayTime,
  section,
  table,
} from './report-html.ts';

const mostPeople = 60;

const figure = (name: string): Column => ({ name, as: 'figure' });
const id = (name: string): Column => ({ name, as: 'id' });
const words = (name: string): Column => ({ name, as: 'words' });
const name = (said: string): Column => ({ name: said, as: 'name' });
const plain = (name: string): Column => ({ name });

/** In which order statuses read: what waits, what is in force, what came to an end. */
const statuses = [
  'pending',
  'approved',
  'active',
  'completed',
  'revoked',
  'denied',
  'withdrawn',
  'timed-out',
  'lapsed',
  'failed',
] as const;
const statusWords: Readonly<Record<(typeof statuses)[number], string>> = {
  pending: 'waiting for a decision',
  approved: 'approved, not in force yet',
  active: 'in force',
  completed: 'done, for good',
  revoked: 'was in force, taken back',
  denied: 'denied',
  withdrawn: 'withdrawn by who asked',
  'timed-out': 'not decided in time',
  lapsed: 'approved, but not used or no longer the same',
  failed: 'failed',
};

export const outcomes = ({ outcomes: found, kinds, requests, unreadable }: Summary): Html => {
  const row = (status: (typeof statuses)[number]): readonly Cell[] => {
    const counts = found.get(status) ?? new Map<string, number>();
    const all = kinds.map((kind) => counts.get(kind) ?? 0);
    const total = all.reduce((sum, one) => sum + one, 0);
    return [statusWords[status], ...all.map(orNone), total, share(total, requests)];
  };
  const sums = kinds.map((kind) => [...found.values()].reduce((sum, counts) => sum + (counts.get(kind) ?? 0), 0));
  const rows = [
    ...statuses.filter((status) => found.has(status)).map(row),
    ...(unreadable.length === 0
      ? []
      : [['cannot be read', ...kinds.map(() => null), unreadable.length, share(unreadable.length, requests)]]),
    ...(requests === 0 ? [] : [['all', ...sums, requests, share(requests, requests)].map(strong)]),
  ];
  return section(
    'Requests by outcome and kind',
    table([plain('outcome'), ...kinds.map(figure), figure('all'), figure('share')], rows, 'There was no request.'),
  );
};

const strong = (cell: Cell): Cell => {
  const shown = typeof cell === 'number' ? number(cell) : cell;
  return typeof shown === 'string' ? { html: `<strong>${shown}</strong>` } : cell;
};
const orNone = (count: number): Cell => (count === 0 ? null : count);
const share = (part: number, whole: number): string => (whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)}%`);

export const people = ({ people: all }: Summary, say: SayPerson): Html => {
  const sorted = [...all].sort(
    ([one, a], [other, b]) =>
      b.asked + b.approved + b.denied - (a.asked + a.approved + a.denied) || (one < other ? -1 : 1),
  );
  const rows = sorted
    .slice(0, mostPeople)
    .map(([person, { asked, brokeGlass, approved, denied }]) => [
      say(person),
      orNone(asked),
      orNone(brokeGlass),
      orNone(approved),
      orNone(denied),
    ]);
  return section(
    'By whom',
    table(
      [plain('person'), figure('asked'), figure('of these break-glass'), figure('said yes'), figure('said no')],
      rows,
      'Nobody asked or decided.',
    ),
    more(rows.length, sorted.length, 'people'),
  );
};

const more = (shown: number, total: number, what: string): Html =>
  shown < total
    ? paragraph(`And ${number(total - shown)} more ${what}; “audit export” has all.`, 'note')
    : { html: '' };

const spreadRow = (name: string, { count, median, p90, p99, most }: Spread): readonly Cell[] => [
  name,
  count,
  sayMilliseconds(median),
  sayMilliseconds(p90),
  sayMilliseconds(p99),
  sayMilliseconds(most),
];
const spreadTable = (name: string, spread: Spread | undefined, empty: string): Html =>
  table(
    [plain(''), figure('how many'), figure('median'), figure('p90'), figure('p99'), figure('longest')],
    spread === undefined ? [] : [spreadRow(name, spread)],
    empty,
  );

const lineColumns: readonly Column[] = [id('request'), id('when'), plain('who'), name('where'), name('what')];
const lineCells = ({ id: request, at, by, where, what }: Line, say: SayPerson): readonly Cell[] => [
  request,
  sayTime(at),
  say(by),
  where,
  what,
];

export const decisions = ({ decisions: spread, slowest }: Summary, say: SayPerson): Html =>
  section(
    'Time to decision',
    spreadTable('from asking to the decision', spread, 'People decided on nothing within the period.'),
    ...(slowest.length === 0
      ? []
      : [
          paragraph('These waited longest:', 'note'),
          table(
            [...lineColumns, plain('outcome'), figure('waited')],
            slowest.map((one) => [...lineCells(one, say), one.outcome, sayMilliseconds(one.milliseconds)]),
            '',
          ),
        ]),
  );

export const automatic = ({ autoApproved: { byRule } }: Summary): Html =>
  section(
    'Approved by rule alone',
    table(
      [plain('rule'), figure('requests')],
      [...byRule].sort(([, one], [, other]) => other - one),
      'No rule approved anything by itself.',
    ),
  );

const listNote = <T>({ list, total }: Listed<T>, what: string): Html => more(list.length, total, what);

export const brokenGlass = ({ brokenGlass: taken }: Summary, before: readonly RequestId[], say: SayPerson): Html =>
  section(
    'Break-glass and its reviews',
    table(
      [...lineColumns, words('reason'), words('review')],
      taken.list.map((one) => {
        const { review, isOpen, reason } = one;
        const said =
          review === null
            ? isOpen
              ? { html: '<strong>not reviewed yet</strong>' }
              : 'came to nothing, needs none'
            : {
                html: `${review.finding === 'justified' ? 'justified' : '<strong>not justified</strong>'}, by ${say(review.by).html}: ${cellText(review.note)}`,
              };
        return [...lineCells(one, say), reason, said];
      }),
      'Nothing was taken by break-glass.',
    ),
    listNote(taken, 'requests'),
    ...(before.length === 0
      ? []
      : [
          paragraph(
            `Not reviewed yet from before the period: ${before.join(', ')}${before.length >= 200 ? ' and maybe more' : ''}.`,
            'alert',
          ),
        ]),
  );

const cellText = (written: string): string => paragraph(written).html.replace(/^<p>|<\/p>$/g, '');

export const grants = ({ grants: longest }: Summary, say: SayPerson): Html =>
  section(
    'Longest grants',
    table(
      [...lineColumns, figure('lasted'), id('until')],
      longest.list.map((one) => [
        ...lineCells(one, say),
        saySeconds(one.seconds),
        one.until === null ? 'in force' : sayTime(one.until),
      ]),
      'Nothing was granted for a time.',
    ),
    longest.total > longest.list.length
      ? paragraph(`The longest ${longest.list.length} of ${number(longest.total)}.`, 'note')
      : { html: '' },
  );

export const endings = ({ lag, overdue }: Summary, say: SayPerson): Html =>
  section(
    'Ends on time',
    spreadTable('from its time to its end', lag, 'No grant ended within the period.'),
    { html: '<h3>Overdue ends</h3>' },
    table(
      [...lineColumns, id('due'), id('ended'), figure('late'), words('why')],
      overdue.list.map((one) => [
        ...lineCells(one, say),
        sayTime(one.due),
        one.ended === null ? { html: '<strong>not yet</strong>' } : sayTime(one.ended),
        sayMilliseconds(one.late),
        one.why,
      ]),
      'No grant ended more than a minute late, and none is in force beyond its time.',
    ),
    listNote(overdue, 'ends'),
  );

export const misuses = ({ misuses: found }: Summary, say: SayPerson): Html =>
  section(
    'Misuse',
    table(
      [...lineColumns, words('what was seen'), plain('then')],
      found.list.map((one) => [
        ...lineCells(one, say),
        one.says,
        one.kept ? 'the grant was kept' : 'the grant was ended',
      ]),
      'Nothing worse than its card was tried under a grant, and none looked wrong.',
    ),
    listNote(found, 'misuses'),
  );

export const policies = ({ policies: found }: Summary): Html =>
  section(
    'Policies in force',
    table(
      [plain('hash'), id('first request'), id('last request'), figure('requests')],
      [...found].map(([hash, { requests, first, last }]) => [
        { html: `<span class="hash">${cellText(hash)}</span>` },
        sayTime(first),
        sayTime(last),
        requests,
      ]),
      'No request was filed within the period.',
    ),
  );
