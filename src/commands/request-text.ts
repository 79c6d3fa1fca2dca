import type { RequestView } from '#adapters/http/api-schemas.ts';
import { formatDuration } from '#domain/duration.ts';
import { oneLine } from '#domain/text.ts';

const leftUntil = (instant: string, now: Temporal.Instant): string =>
  formatDuration(Temporal.Duration.from({ seconds: Math.max(0, Math.round(secondsUntil(instant, now))) }));

const secondsUntil = (instant: string, now: Temporal.Instant): number =>
  now.until(Temporal.Instant.from(instant)).total('seconds');

const second = (instant: string): string => Temporal.Instant.from(instant).toString({ smallestUnit: 'second' });

/** As in `platform (1), security (2)`. */
export const sayQuorum = (quorum: RequestView['approval']['quorum']): string =>
  quorum.map(({ from, count }) => `${oneLine(from)} (${count})`).join(', ');

const byWhom = (people: readonly string[]): string =>
  people.length === 0 ? 'its rule' : people.map(oneLine).join(', ');

const because = (why: string | undefined): string => (why === undefined ? '' : `: ${oneLine(why)}`);

/** How a request stands, in one line that goes on after its id. */
export const sayState = (request: RequestView, now: Temporal.Instant): string => {
  const { status, decidedBy, why } = request;
  switch (status) {
    case 'pending':
      return sayPending(request, now);
    case 'approved':
      return request.startsAt !== undefined && secondsUntil(request.startsAt, now) > 0
        ? `is approved by ${byWhom(decidedBy)}, and begins at ${second(request.startsAt)}`
        : `is approved by ${byWhom(decidedBy)}, and being applied`;
    case 'active':
      return sayActive(request, now);
    case 'completed':
      return `is done; approved by ${byWhom(decidedBy)}${sayRollout(request)}`;
    case 'revoked':
      return `has ended${request.endedAt === undefined ? '' : ` at ${second(request.endedAt)}`}${because(why)}`;
    case 'denied':
      return `was denied by ${byWhom(decidedBy)}${because(why)}`;
    case 'withdrawn':
      return `was withdrawn by ${byWhom(decidedBy)}${because(why)}`;
    case 'timed-out':
      return 'has timed out: nobody decided in time';
    case 'lapsed': {
      const next = request.followedBy;
      return `has lapsed${because(why)}${next === undefined ? '' : `; it goes on as ${oneLine(next)}`}`;
    }
    case 'failed':
      return `has failed${because(why)}`;
  }
};

const sayPending = ({ approval, votes, respondBy }: RequestView, now: Temporal.Instant): string => {
  const whom = approval.quorum.length === 0 ? 'a decision' : sayQuorum(approval.quorum);
  const soFar = votes.length === 0 ? 'nobody has approved yet' : `approved so far by ${byWhom(votes)}`;
  return `waits for ${whom}; ${soFar}; ${leftUntil(respondBy, now)} left to decide`;
};

const sayActive = ({ expiresAt, conflict, decidedBy, rollout }: RequestView, now: Temporal.Instant): string => {
  const end = expiresAt === undefined ? '' : ` until ${second(expiresAt)} (${leftUntil(expiresAt, now)} left)`;
  return conflict
    ? `is in conflict${end}: somebody else changed the same, and a person has to settle it in Slack`
    : `is active${end}; approved by ${byWhom(decidedBy)}${sayRollout({ rollout })}`;
};

/** Those that are not through are named, with what is known of them. */
const sayRollout = ({ rollout }: Pick<RequestView, 'rollout'>): string => {
  if (rollout === undefined) return '';
  if (rollout.status === 'under-way') return '; its pods are being replaced';
  if (rollout.status === 'complete') return '; all pods are through';
  const stuck = rollout.workloads.filter(({ how }) => how !== 'complete');
  const said = stuck.map(
    ({ object, how, wanted, ready, why }) =>
      `${oneLine(object)} ${how}${wanted === undefined ? '' : `, ${ready ?? 0} of ${wanted} ready`}${because(why)}`,
  );
  return `; but not all pods came through: ${said.join('; ')}`;
};

/** Where it is: `shop-front/web,api in shop`. */
export const sayPlaceOf = ({
  cluster,
  namespace,
  objects,
}: Pick<RequestView, 'cluster' | 'namespace' | 'objects'>): string =>
  `${oneLine(namespace)}${objects.length === 0 ? '' : `/${objects.map(oneLine).join(',')}`} in ${oneLine(cluster)}`;

/** A request as whoever looks at it wants it: what, where, who, why, how long, and how it stands. */
export const sayRequest = (request: RequestView, now: Temporal.Instant): readonly string[] => {
  const { id, title, caller, requester, subject, reason, seconds, risk, approval, revision, source } = request;
  const who =
    caller === undefined
      ? requester
      : `${caller.agent ? 'agent' : 'pipeline'} ${caller.name}, for whom ${requester} answers`;
  return [
    `${oneLine(id)}  ${oneLine(title)}: ${sayPlaceOf(request)}`,
    `  asked by  ${oneLine(who)}${subject === requester || caller !== undefined ? '' : `, for ${oneLine(subject)}`}, by ${oneLine(source)}`,
    `  because   ${oneLine(reason)}`,
    `  for       ${sayLength(seconds)}${risk === undefined ? '' : `; risk ${oneLine(risk)}`}; revision ${revision}`,
    `  rule      ${oneLine(approval.rule)}: ${approval.auto ? 'approves by itself' : sayQuorum(approval.quorum)}`,
    `  It ${sayState(request, now)}.`,
  ];
};

/** How long it lasts, once it does. */
export const sayLength = (seconds: number | null): string =>
  seconds === null ? 'good' : formatDuration(Temporal.Duration.from({ seconds }));
