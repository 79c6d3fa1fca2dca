import type { PersonId } from '#domain/ids.ts';
import type { Policy } from '#domain/policy/policy.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { PersonRule, Response } from '#domain/watch/suspicion.ts';
import { usualWatch } from '#domain/watch/watch.ts';
import { approveRequest } from '#use-cases/act-on-request.ts';
import type { Asking } from '#use-cases/asking.ts';
import type { PeoplePorts } from '#use-cases/look-up-people.ts';
import { createPeopleWatch } from '#use-cases/watch-people.ts';
import { breakGlass } from './break-glass-world.ts';
import { alice, bob, dave } from './people.ts';
import { groups, policy, rule } from './policy.ts';
import { createWorld, file, look, settle } from './world.ts';

export const developers = 'S02DEVS';
export const sre = 'S02SRE';
export const oncall = 'S02ONCALL';

const usual = (does: Partial<Record<PersonRule, Response>> = {}): Policy =>
  policy({
    rules: [rule({ ask: ['developers', 'sre'], breakGlass })],
    watch: { ...usualWatch, does: { ...usualWatch.does, ...does } },
    groups: new Map([
      ...groups,
      ['developers', { type: 'slack-group', id: developers }],
      ['sre', { type: 'slack-group', id: sre }],
      ['oncall', { type: 'slack-group', id: oncall }],
    ]),
  });

/** Alice and dave are developers by a user group of Slack; answers of Slack are kept until they are forgotten. */
export const createPeopleWorld = (does: Partial<Record<PersonRule, Response>> = {}) => {
  const world = createWorld();
  world.settings.policy = usual(does);
  const { memberships, groups: members, down } = world.directory;
  for (const [id, people] of [
    [developers, [alice, dave]],
    [sre, []],
    [oncall, []],
  ] as const)
    members.set(id, new Set(people));
  const kept = new Map<string, unknown>();
  const calls: string[] = [];
  const keeping = async <T>(key: string, load: () => Promise<T>): Promise<T> => {
    if (!kept.has(key)) {
      calls.push(key);
      kept.set(key, await load());
    }
    return kept.get(key) as T;
  };
  const said: { message: string; fields: Readonly<Record<string, string>> }[] = [];
  const ports: PeoplePorts = {
    ...world.bot,
    alarm: (message, fields) => void said.push({ message, fields }),
    directory: {
      person: (id) => keeping(id, () => world.directory.person(id)),
      members: (group) =>
        group.type === 'people'
          ? world.directory.members(group)
          : keeping(group.id, () => world.directory.members(group)),
      forgetPerson: (id) => void kept.delete(id),
      forgetGroup: (id) => void kept.delete(id),
    },
  };
  const watch = createPeopleWatch(ports);
  const approve = async (chain: Chain): Promise<void> => {
    const result = await approveRequest(ports, { by: bob, id: chain.request.asked.id, revision: 1 });
    if (!result.ok) throw new Error(`Not approved: ${JSON.stringify(result.error)}`);
  };
  let forms = 0;
  const ask = (changed: Partial<Asking> = {}) => {
    forms += 1;
    return file({ ...world, bot: ports }, { origin: `form ${forms}`, ...changed });
  };
  /** Asked for, approved and applied. */
  const grant = async (changed: Partial<Asking> = {}): Promise<Chain> => {
    const chain = await ask(changed);
    if (changed.breakGlass !== true) await approve(chain);
    await settle(world);
    kept.clear();
    calls.length = 0;
    return look(world, chain);
  };
  return {
    ...world,
    ports,
    watch,
    calls,
    said,
    ask,
    approve,
    grant,
    become: (who: PersonId, membership: 'deactivated' | 'guest' | 'stranger' | 'bot' | 'member') =>
      void memberships.set(who, membership),
    setGroup: (id: string, people: readonly PersonId[]) => void members.set(id, new Set(people)),
    down,
    forgetAll: () => kept.clear(),
    state: async (chain: Chain) => (await look(world, chain)).request.state,
    events: async (chain: Chain) => (await look(world, chain)).entries.map(({ event }) => event),
    settle: () => settle(world),
    /** So many steps of the round, two seconds apart. */
    steps: async (count: number): Promise<void> => {
      for (let step = 0; step < count; step += 1) {
        await watch.step();
        world.advance({ seconds: 2 });
      }
    },
  };
};
export type PeopleWorld = ReturnType<typeof createPeopleWorld>;
