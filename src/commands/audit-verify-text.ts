import type { VerifiedThreads } from '#adapters/slack/verify-threads.ts';
import { type AuditFinding, sayFinding } from '#domain/audit/finding.ts';
import type { JudgedCheckpoints } from '#domain/audit/judge-checkpoints.ts';
import type { InForce } from '#domain/audit/judge-removals.ts';
import type { VerifiedLogs } from '#use-cases/verify-logs.ts';
import type { Answer } from './answer.ts';

/** What an audit looked at, and what it found. */
export type Verified = {
  readonly source: string;
  readonly logs: VerifiedLogs;
  readonly checkpoints: {
    readonly store: number;
    /** Absent where the channel was not looked at. */
    readonly channel?: number;
    readonly judged: JudgedCheckpoints;
  };
  readonly threads?: VerifiedThreads & { readonly of: number };
  readonly findings: readonly AuditFinding[];
  /** What nobody wanted looked at, or could. */
  readonly notLookedAt: readonly string[];
  /** What should have been looked at, and could not be. */
  readonly incomplete: readonly string[];
};

const number = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** What is said where nobody has said how long logs had to be kept. */
export const uncompared = ({ shortestRetention }: JudgedCheckpoints, inForce: InForce): readonly string[] =>
  shortestRetention === undefined || inForce !== undefined
    ? []
    : [
        'The retention that removals state was not compared with a policy: give the shortest that was ever in force, like --retention 90d.',
      ];

/** The answer of the command: for people, or as one object for machines. */
export const answerOf = (verified: Verified, json: boolean): Answer => {
  const { findings, incomplete } = verified;
  const status = findings.length > 0 ? 1 : incomplete.length > 0 ? 3 : 0;
  if (json) return { status, out: [JSON.stringify(jsonOf(verified), null, 2)] };
  return {
    status,
    out: [...findings.map(sayFinding), ...counts(verified), verdict(verified)],
    errors: incomplete,
  };
};

const counts = ({ source, logs, checkpoints, threads, notLookedAt }: Verified): readonly string[] => {
  const { requests, entries, unanchored } = logs;
  const { store, channel, judged } = checkpoints;
  const posted = channel === undefined ? '' : `, ${channel} of them in the channel`;
  const underWay = judged.underWay === 0 ? '' : `, ${judged.underWay} on their way there`;
  const waiting =
    unanchored === 0
      ? ''
      : ` ${number(unanchored, 'request has', 'requests have')} entries that no checkpoint has yet.`;
  return [
    `Log: ${number(requests, 'request')} with ${number(entries, 'entry', 'entries')}, from ${source}; each entry was verified.`,
    `Checkpoints: ${store} in the log${posted}${underWay}.${waiting}`,
    ...sayRemoved(logs),
    ...sayShortest(judged),
    ...(threads === undefined ? [] : [sayThreads(threads)]),
    ...notLookedAt,
  ];
};

const sayRemoved = ({ removed, toBeRemoved, grown }: VerifiedLogs): readonly string[] => {
  if (removed + toBeRemoved + grown === 0) return [];
  const gone = removed === 1 ? 'log of 1 request was' : `logs of ${removed} requests were`;
  const toBe = `${toBeRemoved} more ${toBeRemoved === 1 ? 'is' : 'are'} still to be`;
  const since =
    grown === 0
      ? ''
      : `; ${grown} ${grown === 1 ? 'has' : 'have'} grown since that was recorded, and ${grown === 1 ? 'stays' : 'stay'}`;
  return [`Retention: the ${gone} removed, as checkpoints record; ${toBe}${since}.`];
};

const sayShortest = ({ shortestRetention: shortest }: JudgedCheckpoints): readonly string[] =>
  shortest === undefined
    ? []
    : [`The shortest retention that a removal states is ${shortest.days} days, in checkpoint ${shortest.checkpoint}.`];

const sayThreads = ({ threads, of, messages, byHash, waiting }: VerifiedThreads & { readonly of: number }): string =>
  `${[
    `Threads: ${threads} of ${of}${threads < of ? ', chosen by chance' : ''}, with ${number(messages, 'message')}`,
    ...(byHash === 0 ? [] : [`${byHash} of them older than the proofs of their text, compared by hash alone`]),
    ...(waiting === 0 ? [] : [`${number(waiting, 'entry', 'entries')} still to be posted`]),
  ].join('; ')}.`;

const verdict = ({ findings, incomplete }: Verified): string => {
  if (findings.length > 0) return `${number(findings.length, 'finding')}: this is not what Hallpass wrote.`;
  return incomplete.length > 0
    ? 'Nothing was found in what could be looked at.'
    : 'Everything is as Hallpass wrote it.';
};

const jsonOf = ({ source, logs, checkpoints, threads, findings, notLookedAt, incomplete }: Verified) => {
  const { requests, entries, unanchored, removed, toBeRemoved, grown } = logs;
  const { store, channel, judged } = checkpoints;
  const { first, last, underWay, shortestRetention } = judged;
  return {
    source,
    log: { requests, entries, unanchored, removed, toBeRemoved, grown },
    checkpoints: {
      stored: store,
      posted: channel ?? null,
      underWay,
      shortestRetention: shortestRetention ?? null,
      first: first === undefined ? null : { number: first.number, at: first.at },
      last: last === undefined ? null : { number: last.number, at: last.at },
    },
    threads:
      threads === undefined
        ? null
        : {
            checked: threads.threads,
            of: threads.of,
            messages: threads.messages,
            byHash: threads.byHash,
            waiting: threads.waiting,
          },
    notLookedAt,
    incomplete,
    findings,
  };
};
