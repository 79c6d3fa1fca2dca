import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Membership } from '#domain/people.ts';
import { type LookUp, membersOf } from './membership.ts';
import type { BotPorts, Directory } from './ports.ts';

/** A directory whose answers can be had anew. */
export type PeoplePorts = BotPorts & {
  readonly directory: Directory & {
    readonly forgetPerson: (id: string) => void;
    readonly forgetGroup: (id: string) => void;
  };
};

/** Undefined when Slack does not say, or knows nobody of that id: that is no reason to take anything away. */
export const membershipOf = async (
  { directory }: Pick<BotPorts, 'directory'>,
  person: PersonId,
): Promise<Membership | undefined> => {
  try {
    return (await directory.person(person))?.membership;
  } catch {
    return undefined;
  }
};

/** As `membersOf`, but nobody is told that the group lets nobody in: it is no reason to take anything away either. */
export const peopleIn = (
  { settings, directory }: Omit<LookUp, 'alarm'>,
  name: string,
): Promise<ReadonlySet<PersonId> | undefined> => membersOf({ settings, directory, alarm: () => {} }, name);

export type Members = ReadonlyMap<string, ReadonlySet<PersonId>>;

/**
 * Looks groups up anew, those that are asked for together all at the same moment: whoever goes from one to the other is in one of
 * them then. What was looked up once stays so for as long as this is kept.
 */
export const createSnapshots = (ports: PeoplePorts): ((names: readonly string[]) => Promise<Members>) => {
  const taken = new Map<string, Promise<Members>>();
  const take = async (names: readonly string[]): Promise<Members> => {
    const found = await Promise.all(
      names.map(async (name) => {
        const group = ports.settings().policy.groups.get(name);
        if (group?.type === 'slack-group') ports.directory.forgetGroup(group.id);
        const members = await peopleIn(ports, name);
        return members === undefined ? [] : [[name, members] as const];
      }),
    );
    return new Map(found.flat());
  };
  return (names) => {
    const key = JSON.stringify(names);
    const known = taken.get(key) ?? take(names);
    taken.set(key, known);
    return known;
  };
};

const perPage = 1_000;
const most = 20_000;

/** What its people's leaving matters to, what is in force first. One that moves on meanwhile may be missing. */
export const openRequests = async ({ store }: Pick<BotPorts, 'store'>): Promise<readonly RequestId[]> => {
  const found = new Set<RequestId>();
  for (const status of ['active', 'approved', 'pending'] as const) {
    for (let skip = 0; skip < most; skip += perPage) {
      const ids = await store.inStatus(status, perPage, skip);
      for (const id of ids) found.add(id);
      if (ids.length < perPage) break;
    }
  }
  return [...found];
};

/** Of all requests of one person so many are looked through, the latest; what is older is found in the round. */
export const mostOfOne = 1_000;

/** Those of one person. Most people have none, and cost one question. */
export const openRequestsOf = async (
  ports: Pick<BotPorts, 'store'>,
  person: PersonId,
): Promise<readonly RequestId[]> => {
  const all = new Set(await ports.store.ofPerson(person, mostOfOne));
  return all.size === 0 ? [] : (await openRequests(ports)).filter((id) => all.has(id));
};
