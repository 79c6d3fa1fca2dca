import { type Core, findChannel } from './core.ts';
import type { PageState } from './page-api.ts';
import { type MessageRef, type ReadMessage, type ReadView, readMessage, readView } from './reading.ts';
import { snapshotFor, visibleMessages } from './snapshot.ts';
import type { Channel } from './state.ts';
import { stackOf } from './views.ts';

export type Eyes = {
  home: () => ReadView | undefined;
  /** The modal on top. */
  view: () => ReadView | undefined;
  views: () => ReadView[];
  /** Top-level messages, oldest first; ephemeral ones are read apart. Throws when the person does not see the channel. */
  readChannel: (channel: string) => ReadMessage[];
  /** A thread, its head first. */
  readThread: (head: MessageRef) => ReadMessage[];
  ephemerals: (channel?: string) => ReadMessage[];
  /** What the app wrote to this person directly. */
  dms: () => ReadMessage[];
  message: (ref: MessageRef) => ReadMessage | undefined;
  /** What Slack itself told this person. */
  notices: () => string[];
  state: () => PageState;
};

export const channelNamed = (core: Core, name: string): Channel => {
  const channel = findChannel(core.state, name);
  if (channel === undefined) throw new Error(`There is no channel ${name}.`);
  return channel;
};

export const createEyes = ({ core, userId }: { core: Core; userId: string }): Eyes => {
  const seen = (name: string) => {
    const channel = channelNamed(core, name);
    if (!snapshotFor(core, userId).channels.some((one) => one.id === channel.id))
      throw new Error(`${userId} does not see ${name}.`);
    return visibleMessages(core, userId, channel).map((one) => readMessage(core, one));
  };
  const mine = () => [...core.state.channels.values()].flatMap((channel) => visibleMessages(core, userId, channel));
  const isTopLevel = (one: ReadMessage) => one.threadTs === undefined || one.threadTs === one.ts || one.isBroadcast;
  const message: Eyes['message'] = (ref) => seen(ref.channelId).find((one) => one.ts === ref.ts);
  return {
    readChannel: (name: string) => seen(name).filter((one) => !one.isEphemeral && isTopLevel(one)),
    readThread: (head: MessageRef) =>
      seen(head.channelId).filter((one) => !one.isEphemeral && (one.ts === head.ts || one.threadTs === head.ts)),
    ephemerals: (name?: string) =>
      mine()
        .filter(
          (one) => one.onlyFor === userId && (name === undefined || one.channelId === channelNamed(core, name).id),
        )
        .map((one) => readMessage(core, one)),
    dms: () =>
      mine()
        .filter(
          (one) => core.state.channels.get(one.channelId)?.kind === 'im' && one.isBot && one.onlyFor === undefined,
        )
        .map((one) => readMessage(core, one)),
    message,
    notices: () => core.state.notices.filter((one) => one.userId === userId).map((one) => one.text),
    state: () => snapshotFor(core, userId),
    view: () => stackOf(core, userId).map(readView).at(-1),
    views: () => stackOf(core, userId).map(readView),
    home: () => {
      const home = core.state.homes.get(userId);
      return home && readView(home);
    },
  };
};
