import { formatDuration } from '#domain/duration.ts';
import { cut, few, oneLine } from '#domain/text.ts';
import { type Approvals, approvalsThen, isSameApprovals, type Outcome } from '#use-cases/outcome.ts';
import type { Rejudged } from '#use-cases/rejudge.ts';
import type { Replay, Replayed } from '#use-cases/replay-export.ts';

type Read = Extract<Replayed, { past: unknown }>;

export type Counts = { readonly asBefore: number; readonly otherwise: number; readonly unknown: number };

export const countsOf = ({ requests }: Replay): Counts => {
  const all = [...requests.values()].map(resultOf);
  const count = (result: keyof Counts): number => all.filter((one) => one === result).length;
  return { asBefore: count('asBefore'), otherwise: count('otherwise'), unknown: count('unknown') };
};

const resultOf = (one: Replayed): keyof Counts => {
  if ('unreadable' in one) return 'unknown';
  switch (one.now.type) {
    case 'same':
      return 'asBefore';
    case 'other':
      return 'otherwise';
    case 'unknown':
    case 'contradicted':
      return 'unknown';
  }
};

/** What differs in groups, each with its requests; then how many there were of what. `all`: also what does not differ. */
export const sayReplay = (replay: Replay, all: boolean): readonly string[] => {
  const shown = [...replay.requests.values()].filter((one) => all || resultOf(one) !== 'asBefore');
  const groups = Map.groupBy(shown, headOf);
  const largest = [...groups].sort(([, one], [, other]) => other.length - one.length);
  const { asBefore, otherwise, unknown } = countsOf(replay);
  return [
    ...largest.flatMap(([head, those]) => [`${requests(those.length)}: ${head}`, ...those.flatMap(sayOne), '']),
    ...sayMissing(replay),
    `${requests(replay.requests.size)} replayed: ${asBefore} as before, ${otherwise} otherwise, ${unknown} cannot be known`,
  ];
};

const requests = (count: number): string => `${count} ${count === 1 ? 'request' : 'requests'}`;

/** Policies that would tell more, had they been named. */
const sayMissing = ({ requests: found }: Replay): readonly string[] => {
  const hashes = [...found.values()].flatMap((one) =>
    'past' in one && one.now.type === 'unknown' && !one.now.isPolicyKnown ? [one.past.asked.approval.policyHash] : [],
  );
  if (hashes.length === 0) return [];
  const named = [...new Set(hashes)].map((hash) => cut(oneLine(hash), 13));
  return [
    `Of ${requests(hashes.length)} more may be known with the policy that was in force then (${few(named, 5)}): name its folder, or one that holds several, with --before.`,
    '',
  ];
};

const headOf = (one: Replayed): string => {
  if ('unreadable' in one) return 'what was decided cannot be read from the log';
  const { asked } = one.past;
  const rule = `rule "${oneLine(asked.approval.rule)}"`;
  switch (one.now.type) {
    case 'same':
      return `${rule} then and now`;
    case 'contradicted':
      return `${rule} then, which does not fit what is known of then`;
    case 'unknown':
      return `${rule} then; now it depends on ${few([...new Set(one.now.on.map(({ say }) => say))].sort(), 4)}`;
    case 'other':
      return headOfOther(one, one.now, rule);
  }
};

const headOfOther = ({ past: { asked } }: Read, now: Extract<Rejudged, { type: 'other' }>, rule: string): string => {
  const { outcome } = now;
  if (outcome.type !== 'decides') return `${rule} then, ${sayOutcome(outcome)} now`;
  const then = approvalsThen(asked);
  const but = outcome.unfit === undefined ? '' : `, but ${outcome.unfit}`;
  if (!isSameApprovals(then, outcome))
    return `${rule} (${sayApprovals(then)}) then, rule "${outcome.rule}" (${sayApprovals(outcome)}) now${but}`;
  if (outcome.rule !== asked.approval.rule)
    return `${rule} then, rule "${outcome.rule}" with the same approvals now${but}`;
  return `${rule} then and now${but === '' ? ', but who approved does not make its approvals' : but}`;
};

const sayApprovals = ({ auto, breakGlass, quorum, never }: Approvals): string => {
  const people = quorum.map(({ from, count, step = 1 }) => `${count} of ${from}${step > 1 ? ` in step ${step}` : ''}`);
  const except = never.length === 0 ? '' : `, never ${never.join(', ')}`;
  if (breakGlass) return 'by break-glass';
  return oneLine(auto ? 'by itself' : `${people.join(' and ')}${except}`);
};

export const sayOutcome = (outcome: Outcome): string => {
  switch (outcome.type) {
    case 'decides':
      return `rule "${outcome.rule}" (${sayApprovals(outcome)})${outcome.unfit === undefined ? '' : `, but ${outcome.unfit}`}`;
    case 'refused':
      return `refused by "${outcome.rule}"`;
    case 'failed':
      return `the condition of "${outcome.rule}" fails`;
    case 'no-break-glass':
      return `not to be taken by break-glass under "${outcome.rule}"`;
    case 'nobody':
      return 'no rule lets them ask';
    case 'divided':
      return 'different rules decide on its parts';
    case 'unknown-here':
      return 'the policy does not know what was asked';
  }
};

/** A line of its own where there is room for why. */
const sayOne = (one: Replayed): readonly string[] => {
  if ('unreadable' in one) return [`  ${one.request}  ${cut(oneLine(one.unreadable), 200)}`];
  const { asked } = one.past;
  const what = one.profiles.length > 0 ? one.profiles.join(', ') : cut(JSON.stringify(asked.ask), 80);
  const length =
    asked.seconds === undefined
      ? 'for good'
      : `for ${formatDuration(Temporal.Duration.from({ seconds: asked.seconds }))}`;
  const at = asked.submittedAt.toString({ smallestUnit: 'second' });
  const parts = [
    one.request,
    at,
    asked.requester,
    `${asked.kind} ${asked.cluster}/${asked.namespace}: ${what}, ${length}`,
  ];
  return [`  ${parts.map(oneLine).join('  ')}`, ...whyOf(one).map((why) => `           ${cut(oneLine(why), 300)}`)];
};

/** Why it is as it is, in sentences. */
export const whyOf = ({ past, now }: Read): readonly string[] => {
  const who = `who approved (${(past.approvedBy ?? []).join(', ')})`;
  switch (now.type) {
    case 'same':
      return [];
    case 'contradicted':
      return [
        'By the policy of then, and by what --groups says if it was given, another rule would have decided then. Correct what --groups says of its requester.',
      ];
    case 'unknown': {
      const [first, ...others] = now.outcomes;
      if (first === undefined) return ['It depends on more than can be tried one by one.'];
      if (others.length === 0) return [`The rule is the same; it is not known whether ${who} makes its approvals now.`];
      return [
        `It may be: ${[first, ...others].map(sayOutcome).join('; ')}.${now.isOther ? ' In any case it is not as it was.' : ''}`,
      ];
    }
    case 'other':
      return [...(now.whyNot === undefined ? [] : [`${now.whyNot}.`]), ...detailOf(now.outcome), ...stillOf(now, who)];
  }
};

const detailOf = (outcome: Outcome): readonly string[] => {
  switch (outcome.type) {
    case 'refused':
    case 'failed':
    case 'unknown-here':
      return [`${outcome.why}.`];
    case 'divided':
      return [`${outcome.rules.map(([profile, rule]) => `${profile} by "${rule}"`).join(', ')}.`];
    case 'decides':
    case 'no-break-glass':
    case 'nobody':
      return [];
  }
};

const stillOf = ({ still }: Extract<Rejudged, { type: 'other' }>, who: string): readonly string[] => {
  if (still === undefined) return [];
  if (still === true) return [`W${who.slice(1)} makes its approvals.`];
  if (still === false) return [`W${who.slice(1)} does not make its approvals.`];
  return [`Whether ${who} makes its approvals depends on ${[...new Set(still.map(({ say }) => say))].join(', ')}.`];
};

/** Everything that the text says, for machines. */
export const replayJson = (replay: Replay, { all, isSigned }: { all: boolean; isSigned: boolean }) => ({
  replayed: replay.requests.size,
  ...countsOf(replay),
  signatures: isSigned ? 'verified' : 'not looked at',
  problems: replay.problems,
  requests: [...replay.requests.values()]
    .filter((one) => all || resultOf(one) !== 'asBefore')
    .map((one) => ({ request: one.request, result: resultOf(one), summary: headOf(one), ...jsonOf(one) })),
});

const jsonOf = (one: Replayed) => {
  if ('unreadable' in one) return { why: [oneLine(one.unreadable)] };
  const { asked, approvedBy } = one.past;
  const { requester, subject, kind, cluster, namespace, seconds, submittedAt } = asked;
  return {
    at: submittedAt.toString(),
    ...{ requester, subject, kind, cluster, namespace, profiles: one.profiles, seconds, approvedBy },
    decided: { rule: asked.approval.rule, policy: asked.approval.policyHash, ...approvalsThen(asked) },
    wouldBe: outcomesOf(one.now),
    dependsOn: one.now.type === 'unknown' ? one.now.on.map(({ say }) => say) : [],
    why: whyOf(one),
  };
};

/** All that it may be; for what is as before, nothing more is said. */
const outcomesOf = (now: Rejudged): readonly Outcome[] => {
  if (now.type === 'other') return [now.outcome];
  return now.type === 'unknown' ? now.outcomes : [];
};
