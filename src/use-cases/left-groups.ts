import type { PersonId } from '#domain/ids.ts';
import type { Asked } from '#domain/request/request.ts';
import { isOver } from '#domain/request/request.ts';
import { groupsThatMayAsk, leftGroups } from '#domain/watch/people.ts';
import type { CrowdAlarm } from './crowd-alarm.ts';
import { endDeparted } from './end-departed.ts';
import { createSnapshots, type Members, mostOfOne, openRequests, type PeoplePorts } from './look-up-people.ts';
import { find } from './request-log.ts';

/** Ends what somebody asked for who is in no group any more that may; false when Slack does not say of all of these groups. */
export const endIfLeft = async (
  ports: PeoplePorts,
  crowd: CrowdAlarm,
  asked: Asked,
  snapshot: (names: readonly string[]) => Promise<Members>,
): Promise<boolean> => {
  const groups = groupsThatMayAsk(ports.settings().policy, asked);
  if (groups === undefined) return true;
  const members = await snapshot(groups);
  const left = leftGroups(asked, groups, members);
  if (left === undefined)
    return groups.some((name) => members.get(name)?.has(asked.requester)) || groups.every((name) => members.has(name));
  await crowd.begin();
  if ((await endDeparted(ports, asked.id, [left])) === 'ended') await crowd.count();
  return true;
};

/**
 * Looks at everybody who has something by a user group that may have changed. `first` are those who are said to have left it: they are
 * looked at before the others, and nothing else is believed of them. False when Slack does not say, so that it is to be tried again.
 */
export const lookAtGroup = async (
  ports: PeoplePorts,
  crowd: CrowdAlarm,
  id: string,
  first: readonly PersonId[],
): Promise<boolean> => {
  const names = namesOf(ports, id);
  const [name] = names;
  if (name === undefined || ports.settings().policy.watch.does['left-groups'] === 'off') return true;
  const snapshot = createSnapshots(ports);
  const members = (await snapshot([name])).get(name);
  if (members === undefined) return false;
  const open = new Set(await openRequests(ports));
  const theirs = (await Promise.all(first.map((person) => ports.store.ofPerson(person, mostOfOne)))).flat();
  let isKnown = true;
  for (const request of new Set([...theirs.filter((one) => open.has(one)), ...open])) {
    const found = await find(ports, request);
    if (found.type !== 'found' || isOver(found.chain.request.state.status)) continue;
    const { asked } = found.chain.request;
    const groups = groupsThatMayAsk(ports.settings().policy, asked) ?? [];
    if (!groups.some((one) => names.includes(one)) || members.has(asked.requester)) continue;
    if (!(await endIfLeft(ports, crowd, asked, snapshot))) isKnown = false;
  }
  await crowd.tell();
  return isKnown;
};

/** What the policy calls a user group, where its people may ask for something. */
const namesOf = ({ settings }: PeoplePorts, id: string): readonly string[] => {
  const { groups, rules } = settings().policy;
  const asking = new Set(rules.flatMap(({ ask, breakGlass }) => [...ask, ...(breakGlass?.who ?? [])]));
  return [...groups].flatMap(([name, group]) =>
    group.type === 'slack-group' && group.id === id && asking.has(name) ? [name] : [],
  );
};
