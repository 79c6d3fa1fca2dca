import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type PersonId, personId } from '#domain/ids.ts';
import type { Membership, SlackPerson } from '#domain/people.ts';
import type { Directory } from '#use-cases/ports.ts';
import { createCache } from './cache.ts';
import { addressScope } from './scopes.ts';

const user = z.object({
  id: z.string(),
  team_id: z.string().optional(),
  deleted: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  is_app_user: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  tz: z.string().optional(),
  enterprise_user: z.object({ enterprise_id: z.string() }).optional(),
  is_email_confirmed: z.boolean().optional(),
  /** Holds the address only for who has the scope users:read.email. */
  profile: z.object({ email: z.string().nullish() }).optional(),
});
type User = z.infer<typeof user>;
const owner = z.object({ id: z.string() });
type Home = { readonly team: string; readonly enterprise?: string | undefined };

const channelInfo = z.object({
  name: z.string().optional(),
  is_archived: z.boolean().optional(),
  is_member: z.boolean().optional(),
  is_im: z.boolean().optional(),
  is_ext_shared: z.boolean().optional(),
  is_pending_ext_shared: z.boolean().optional(),
});

/** The directory, with what events tell of changes, and checks for the start. */
export type SlackDirectory = Directory & {
  readonly forgetPerson: (id: string) => void;
  readonly forgetGroup: (id: string) => void;
  /** As `Core.addressOf` says. */
  readonly addressOf: (id: PersonId) => Promise<string | undefined>;
  /** Why addresses cannot be looked up, with the remedy; undefined when they can. */
  readonly addressProblem: () => Promise<string | undefined>;
  /** Why requests cannot be decided in a channel, with the remedy; undefined when they can. */
  readonly channelProblem: (id: string) => Promise<string | undefined>;
};

/**
 * Who people are by Slack's own word. Answers are kept for a short time (users.info: 100 a minute, usergroups.*: 20),
 * less when an event says that they changed; what cannot be looked up throws, and the answer is no.
 */
export const createDirectory = (client: WebClient, home: Home): SlackDirectory => {
  const userOf = async (id: PersonId): Promise<User | undefined> => {
    const answer = await orError(client.users.info({ user: id }));
    if (answer === 'user_not_found' || answer === 'user_not_visible') return undefined;
    if (typeof answer === 'string') throw new Error(`Slack's users.info answered ${answer}`);
    const found = user.parse(answer.user);
    return found.id === id ? found : undefined;
  };
  const people = createCache(30_000, async (id: PersonId): Promise<SlackPerson | undefined> => {
    const found = await userOf(id);
    if (found === undefined) return undefined;
    return { id, membership: membershipOf(found, home), ...(isZone(found.tz) ? { zone: found.tz } : {}) };
  });
  const ownerOf = async (email: string): Promise<string | undefined> => {
    const answer = await orError(client.users.lookupByEmail({ email }));
    if (answer === 'users_not_found') return undefined;
    if (typeof answer === 'string') throw new Error(`Slack's users.lookupByEmail answered ${answer}`);
    return owner.parse(answer.user).id;
  };
  const addresses = createCache(30_000, async (id: PersonId): Promise<string | undefined> => {
    const found = await userOf(id);
    // Of the workspace itself: another one of the same enterprise has people and addresses of its own.
    if (found === undefined || membershipOf(found, home) !== 'member' || found.team_id !== home.team) return undefined;
    // Slack leaves it out, or says no, also of some people who sign in elsewhere: what is not said is not confirmed.
    if (found.is_email_confirmed !== true) return undefined;
    const email = found.profile?.email ?? '';
    if (email === '') return undefined;
    // Asked the other way round, too: where two have one address, at most one of them is who it is.
    return (await ownerOf(email)) === id ? email : undefined;
  });
  const groups = createCache(60_000, async (id: string): Promise<ReadonlySet<PersonId>> => {
    const answer = await client.usergroups.users.list({ usergroup: id });
    return new Set(z.array(personId).parse(answer.users));
  });

  return {
    person: people.get,
    members: async (group) => (group.type === 'people' ? new Set(group.people) : groups.get(group.id)),
    addressOf: addresses.get,
    addressProblem: async () => {
      // Nobody's address: what matters is whether the question is allowed.
      const answer = await orError(client.users.lookupByEmail({ email: 'nobody@hallpass.invalid' }));
      return typeof answer === 'string' && answer !== 'users_not_found'
        ? `Slack does not tell addresses (${answer}). Add the scope ${addressScope} (OAuth & Permissions), then install the app to the workspace again.`
        : undefined;
    },
    forgetPerson: (id) => {
      people.forget(id as PersonId);
      addresses.forget(id as PersonId);
    },
    forgetGroup: groups.forget,
    channelProblem: async (id) => {
      const answer = await orError(client.conversations.info({ channel: id }));
      if (answer === 'missing_scope')
        return `Hallpass may not look at channel ${id} (missing_scope). Add the scopes channels:read and groups:read (OAuth & Permissions), then install the app to the workspace again.`;
      if (typeof answer === 'string')
        return `Slack knows no channel ${id} that Hallpass can see (${answer}). Check the id and invite @hallpass.`;
      return problemOf(id, channelInfo.parse(answer.channel));
    },
  };
};

/** Slack may know zones that this Node does not. */
const isZone = (zone: string | undefined): zone is string => {
  try {
    return (
      zone !== undefined &&
      zone !== '' &&
      Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId !== ''
    );
  } catch {
    return false;
  }
};

const membershipOf = (found: User, home: Home): Membership => {
  const sameTeam = found.team_id === home.team;
  const sameEnterprise = home.enterprise !== undefined && found.enterprise_user?.enterprise_id === home.enterprise;
  if (found.deleted === true) return 'deactivated';
  if (found.is_bot === true || found.is_app_user === true) return 'bot';
  if (found.is_stranger === true || !(sameTeam || sameEnterprise)) return 'stranger';
  return found.is_restricted === true || found.is_ultra_restricted === true ? 'guest' : 'member';
};

const problemOf = (id: string, channel: z.infer<typeof channelInfo>): string | undefined => {
  const name = channel.name === undefined ? id : `#${channel.name} (${id})`;
  if (channel.is_archived === true) return `${name} is archived. Unarchive it, or name another channel.`;
  if (channel.is_ext_shared === true || channel.is_pending_ext_shared === true) {
    return `${name} is shared with another organisation, so strangers would see and could click. Name a channel of your own.`;
  }
  return channel.is_member === false ? `Hallpass is not in ${name}. Invite it there: /invite @hallpass.` : undefined;
};

/** Slack's own error code instead of the exception that web-api makes of it; other faults stay exceptions. */
const orError = async <T>(call: Promise<T>): Promise<T | string> => {
  try {
    return await call;
  } catch (cause) {
    const said = z.object({ data: z.object({ error: z.string() }) }).safeParse(cause);
    if (said.success) return said.data.data.error;
    throw cause;
  }
};
