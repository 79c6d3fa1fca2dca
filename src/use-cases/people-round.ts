import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Membership } from '#domain/people.ts';
import type { Asked } from '#domain/request/request.ts';
import { isOver } from '#domain/request/request.ts';
import { departed, groupsThatMayAsk, leftGroups, peopleOf } from '#domain/watch/people.ts';
import type { CrowdAlarm } from './crowd-alarm.ts';
import { endDeparted } from './end-departed.ts';
import { endIfLeft } from './left-groups.ts';
import {
  createSnapshots,
  type Members,
  membershipOf,
  openRequests,
  type PeoplePorts,
  peopleIn,
} from './look-up-people.ts';
import { find } from './request-log.ts';

/** A round begins so long after the one before did; with many people it takes longer than this. */
export const roundEvery = Temporal.Duration.from({ minutes: 5 });
/** Slack takes 20 questions about user groups a minute, and people who click need some of them. */
const groupEvery = Temporal.Duration.from({ seconds: 6 });
/** A moment at which groups were looked up together is good for so long. */
const snapshotFor = Temporal.Duration.from({ seconds: 20 });
/** Logs that are read in one step. */
const perStep = 50;

type Round = {
  readonly since: Temporal.Instant;
  readonly left: RequestId[];
  /** What Slack has said in this round; undefined where it did not. */
  readonly memberships: Map<PersonId, Membership | undefined>;
  readonly members: Map<string, ReadonlySet<PersonId> | undefined>;
};

/**
 * Looks at the people of all that is open, again and again, for events that were lost. Each step asks Slack at most one question
 * about somebody who is still who they were, each person and group once in a round.
 */
export const createPeopleRound = (ports: PeoplePorts, crowd: CrowdAlarm): (() => Promise<void>) => {
  let round: Round | undefined;
  let askedGroupAt: Temporal.Instant | undefined;
  let snapshot:
    | { readonly at: Temporal.Instant; readonly of: (names: readonly string[]) => Promise<Members> }
    | undefined;

  /** False where the next question has to wait. */
  const ask = async (of: Question, { memberships, members }: Round, now: Temporal.Instant): Promise<boolean> => {
    if (of.type === 'person') {
      memberships.set(of.person, await membershipOf(ports, of.person));
      return true;
    }
    if (ports.settings().policy.groups.get(of.group)?.type === 'slack-group') {
      if (askedGroupAt !== undefined && isBefore(now, askedGroupAt.add(groupEvery))) return false;
      askedGroupAt = now;
    }
    members.set(of.group, await peopleIn(ports, of.group));
    return true;
  };

  const settle = async (asked: Asked, { memberships, members }: Round, now: Temporal.Instant): Promise<void> => {
    const gone = departed(asked, known(memberships));
    if (gone.length > 0) {
      // What was said earlier in the round may have been put right by now.
      const again = await Promise.all(gone.map(async ({ who }) => [who, await membershipOf(ports, who)] as const));
      await endDeparted(ports, asked.id, departed(asked, known(again)));
      return;
    }
    const groups = groupsThatMayAsk(ports.settings().policy, asked);
    if (groups === undefined || leftGroups(asked, groups, known(members)) === undefined) return;
    if (snapshot === undefined || !isBefore(now, snapshot.at.add(snapshotFor)))
      snapshot = { at: now, of: createSnapshots(ports) };
    await endIfLeft(ports, crowd, asked, snapshot.of);
  };

  return async () => {
    const now = await ports.clock.now();
    if (round?.left.length === 0) {
      sayUnknown(ports, round);
      if (isBefore(now, round.since.add(roundEvery))) return;
      round = undefined;
    }
    round ??= { since: now, left: [...(await openRequests(ports))], memberships: new Map(), members: new Map() };
    for (let read = 0; read < perStep; read += 1) {
      const id = round.left.shift();
      if (id === undefined) break;
      const found = await find(ports, id);
      if (found.type !== 'found' || isOver(found.chain.request.state.status)) continue;
      const { asked } = found.chain.request;
      const question = nextQuestion(ports, asked, round);
      if (question === undefined) await settle(asked, round, now);
      else {
        round.left.unshift(id);
        if (!(await ask(question, round, now)) || question.type === 'person') break;
      }
    }
    await crowd.tell();
  };
};

const isBefore = (one: Temporal.Instant, other: Temporal.Instant): boolean => Temporal.Instant.compare(one, other) < 0;

const known = <K, V>(said: Iterable<readonly [K, V | undefined]>): ReadonlyMap<K, V> =>
  new Map([...said].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));

type Question =
  | { readonly type: 'person'; readonly person: PersonId }
  | { readonly type: 'group'; readonly group: string };

/** What has to be known of a request's people and was not asked in this round; no more groups than it takes to find them in one. */
const nextQuestion = (
  { settings }: Pick<PeoplePorts, 'settings'>,
  asked: Asked,
  { memberships, members }: Round,
): Question | undefined => {
  const person = peopleOf(asked).find((one) => !memberships.has(one));
  if (person !== undefined) return { type: 'person', person };
  const { policy } = settings();
  const groups = policy.watch.does['left-groups'] === 'off' ? [] : (groupsThatMayAsk(policy, asked) ?? []);
  if (groups.some((name) => members.get(name)?.has(asked.requester) === true)) return undefined;
  const group = groups.find((name) => !members.has(name));
  return group === undefined ? undefined : { type: 'group', group };
};

/** Once a round: in an outage there may be thousands. */
const sayUnknown = ({ alarm }: Pick<PeoplePorts, 'alarm'>, { memberships, members }: Round): void => {
  const people = [...memberships].filter(([, said]) => said === undefined).map(([who]) => who);
  const groups = [...members].filter(([, said]) => said === undefined).map(([name]) => name);
  memberships.clear();
  members.clear();
  if (people.length + groups.length === 0) return;
  alarm('Slack did not say whether people still may have what they have; it stays, and they are looked up again', {
    people: sayFew(people),
    groups: sayFew(groups),
  });
};

const sayFew = (names: readonly string[]): string =>
  names.length === 0
    ? 'none'
    : `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
