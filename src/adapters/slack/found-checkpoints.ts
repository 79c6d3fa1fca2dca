import type { FoundCheckpoint } from '#domain/audit/judge-checkpoints.ts';
import type { Trust } from '#domain/request/chain.ts';
import { checkpointEvent, readCheckpointMessage } from './checkpoint-message.ts';
import type { FoundMessage, ReadMessages } from './read-messages.ts';

/** What a message of the audit channel is as a checkpoint; undefined for what people and other apps say there. */
export const foundIn = (
  message: FoundMessage,
  channel: string,
  botUser: string,
  trust: Trust,
): FoundCheckpoint | undefined => {
  const read = readCheckpointMessage(message, trust);
  const { ts, user, edited } = message;
  if (read === undefined) return undefined;
  const { seen, claimed } = read;
  const place = { channel, ts };
  // Whoever quotes one in words posts none; whoever sets its metadata wants to be taken for Hallpass.
  if (user !== botUser)
    return message.metadata?.event_type === checkpointEvent
      ? {
          isGenuine: false,
          message: place,
          claimed,
          wrong: { what: 'forged', why: `${user ?? 'another app'} posted it` },
        }
      : undefined;
  return {
    checkpoint: seen?.checkpoint,
    isGenuine: seen?.isGenuine === true,
    message: place,
    claimed,
    ...wrongWith(seen?.isGenuine, claimed !== undefined, edited !== undefined),
  };
};

const wrongWith = (
  isGenuine: boolean | undefined,
  isClaimed: boolean,
  isEdited: boolean,
): Pick<FoundCheckpoint, 'wrong'> => {
  if (isGenuine === undefined) return { wrong: { what: 'edited', why: 'its message no longer holds a checkpoint' } };
  if (!isGenuine) return { wrong: { what: 'edited', why: 'what its message says was not signed by Hallpass' } };
  if (!isClaimed) return { wrong: { what: 'edited', why: 'its metadata was taken away' } };
  return isEdited ? { wrong: { what: 'edited', why: 'Slack says that its message was edited' } } : {};
};

/** All checkpoints of a channel, the first that was posted first. */
export const checkpointsInChannel = async (
  read: ReadMessages,
  channel: string,
  botUser: string,
  trust: Trust,
): Promise<readonly FoundCheckpoint[]> => {
  const found: FoundCheckpoint[] = [];
  for await (const messages of read.history(channel))
    for (const message of messages) {
      const one = foundIn(message, channel, botUser, trust);
      if (one !== undefined) found.push(one);
    }
  return found.reverse();
};
