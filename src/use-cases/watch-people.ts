import { type PersonId, personId } from '#domain/ids.ts';
import { departed } from '#domain/watch/people.ts';
import { createCrowdAlarm } from './crowd-alarm.ts';
import { endDeparted } from './end-departed.ts';
import { lookAtGroup } from './left-groups.ts';
import { membershipOf, openRequestsOf, type PeoplePorts } from './look-up-people.ts';
import { createPeopleRound } from './people-round.ts';
import { find } from './request-log.ts';

/** Looks whether those who have something still are who they were when they got it. */
export type PeopleWatch = {
  /** Something is said of a person, or of a user group and those who left it. It is looked up, and nothing of it believed. */
  readonly personChanged: (id: string) => Promise<void>;
  readonly groupChanged: (id: string, left?: readonly string[]) => Promise<void>;
  /** To be called every two seconds or so: does a small piece of what else there is to look at. */
  readonly step: () => Promise<void>;
};

/** Whom an event says to have left a group, of so many. */
const mostHinted = 200;

export const createPeopleWatch = (ports: PeoplePorts): PeopleWatch => {
  const crowd = createCrowdAlarm(ports);
  const round = createPeopleRound(ports, crowd);
  const soon = createSoon(ports);
  return {
    personChanged: async (text) => {
      const who = personId.safeParse(text);
      if (who.success) await soon.look(`person ${who.data}`, () => lookAtPerson(ports, who.data));
    },
    groupChanged: async (id, left = []) => {
      const first = left.slice(0, mostHinted).flatMap((text) => personId.safeParse(text).data ?? []);
      await soon.look(`group ${id}`, () => lookAtGroup(ports, crowd, id, first));
    },
    step: async () => {
      await soon.again();
      await round();
    },
  };
};

/** False when Slack does not say. Of whom nothing is open it is not asked: a change of their picture is a change too. */
const lookAtPerson = async (ports: PeoplePorts, person: PersonId): Promise<boolean> => {
  const open = await openRequestsOf(ports, person);
  if (open.length === 0) return true;
  ports.directory.forgetPerson(person);
  const membership = await membershipOf(ports, person);
  if (membership === undefined || membership === 'member') return membership !== undefined;
  for (const id of open) {
    const found = await find(ports, id);
    if (found.type !== 'found') continue;
    await endDeparted(ports, id, departed(found.chain.request.asked, new Map([[person, membership]])));
  }
  return true;
};

/** So often something is tried at once that Slack does not answer; the round comes by later. */
const mostTries = 30;
/** The same is looked at so often within this time, and no more: whoever fills a group one by one sends as many events. */
const rest = { times: 6, within: Temporal.Duration.from({ seconds: 30 }) };
/** What is more is left to the round. */
const mostWaiting = 5_000;

type Look = { readonly work: () => Promise<boolean>; readonly tries: number };

/** What is to be looked at at once: one after the other, and what is said again meanwhile once more. */
const createSoon = ({ clock, alarm }: PeoplePorts) => {
  const waiting = new Map<string, Look>();
  const done = new Map<string, readonly Temporal.Instant[]>();
  let running: Promise<void> | undefined;

  const recent = (key: string, now: Temporal.Instant): readonly Temporal.Instant[] =>
    (done.get(key) ?? []).filter((at) => Temporal.Instant.compare(at.add(rest.within), now) > 0);
  const forgetOld = async (): Promise<void> => {
    const now = await clock.now();
    for (const key of done.keys()) if (recent(key, now).length === 0) done.delete(key);
  };
  const tryOne = async ({ work }: Look): Promise<boolean> => {
    try {
      return await work();
    } catch (cause) {
      alarm('Whether people still may have what they have could not be looked at; it is tried again', {
        cause: String(cause),
      });
      return false;
    }
  };
  /** One fault is mostly that of all others too. */
  const tryAll = async (stopAtFault: boolean): Promise<void> => {
    const later: [string, Look][] = [];
    try {
      // Waited for before all else: what is done before it is known to run would seem to run for ever.
      await forgetOld();
      for (const [key, look] of waiting) {
        const now = await clock.now();
        waiting.delete(key);
        const before = recent(key, now);
        if (before.length >= rest.times) {
          later.push([key, look]);
          continue;
        }
        done.set(key, [...before, now]);
        if (await tryOne(look)) continue;
        if (look.tries + 1 < mostTries) later.push([key, { ...look, tries: look.tries + 1 }]);
        if (stopAtFault) break;
      }
    } finally {
      for (const [key, look] of later) if (!waiting.has(key)) waiting.set(key, look);
      running = undefined;
    }
  };
  const run = (stopAtFault: boolean): Promise<void> => {
    running ??= tryAll(stopAtFault);
    return running;
  };
  return {
    look: async (key: string, work: () => Promise<boolean>): Promise<void> => {
      if (waiting.size >= mostWaiting && !waiting.has(key)) return;
      waiting.set(key, { work, tries: 0 });
      await run(false);
    },
    again: (): Promise<void> => run(true),
  };
};
