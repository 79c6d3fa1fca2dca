import type { Acts } from './acts.ts';
import type { Core } from './core.ts';
import { channelNamed, createEyes, type Eyes } from './eyes.ts';
import { createFilling, type Filling } from './filling.ts';
import { createHands, type Hands } from './hands.ts';
import type { Outcome } from './outcome.ts';

/** A person's hands and eyes. What cannot be done in Slack's client throws; what the app answers is the outcome. */
export type PersonDriver = Hands &
  Eyes &
  Filling & {
    userId: string;
    /** Types a slash command, by default in the first channel the person is in. */
    command: (line: string, options?: { channel?: string; thread?: string }) => Promise<Outcome>;
    say: (text: string, options: { channel: string; thread?: string }) => Promise<Outcome>;
    openHome: () => Promise<Outcome>;
    closeView: (options?: { all?: boolean }) => Promise<Outcome>;
  };

type Parts = { core: Core; acts: Acts; userId: string };

export const createPerson = (parts: Parts): PersonDriver => {
  const { core, acts, userId } = parts;
  const eyes = createEyes(parts);
  const firstChannel = () =>
    [...core.state.channels.values()].find((one) => one.members.has(userId) && one.kind !== 'im')?.id ?? '';
  return {
    userId,
    ...eyes,
    ...createHands(parts),
    ...createFilling({ core, acts, userId, top: eyes.view }),
    command: (line, { channel, thread } = {}) =>
      acts.command(userId, {
        channelId: channel === undefined ? firstChannel() : channelNamed(core, channel).id,
        text: line,
        ...(thread === undefined ? {} : { threadTs: thread }),
      }),
    say: (text, { channel, thread }) =>
      acts.say(userId, {
        channelId: channelNamed(core, channel).id,
        text,
        ...(thread === undefined ? {} : { threadTs: thread }),
      }),
    openHome: () => acts.openHome(userId),
    closeView: ({ all } = {}) => {
      const top = eyes.view();
      if (top === undefined) throw new Error(`${userId} has no modal open.`);
      return acts.closeView(userId, { viewId: top.viewId, ...(all === undefined ? {} : { all }) });
    },
  };
};
