import { expect } from 'vitest';
import { renderCard } from '#adapters/slack/card.ts';
import { describedBy } from '#adapters/slack/described.ts';
import { directMessages } from '#adapters/slack/direct-messages.ts';
import { mentionsOf } from '#adapters/slack/mentions.ts';
import { renderEvent } from '#adapters/slack/thread.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { chainOf } from './chains.ts';
import { bob } from './people.ts';
import { groups } from './policy.ts';
import { accessOver } from './profiles.ts';
import { activated, approved, submitted } from './requests.ts';
import { readBlocks } from './strict-blocks.ts';

export type Events = Parameters<typeof chainOf>;

export const vote = (by = bob): RequestEvent => ({ type: 'voted', by, revision: 1 });
/** What makes a request a grant. */
export const agreed = [vote(), approved, activated] as const;

/** By break-glass, or by a rule that asks nobody, and what makes it a grant then. */
export const taken = submitted({ approval: { ...submitted().approval, breakGlass: { remindEvery: 3_600 } } });
export const auto = submitted({ approval: { ...submitted().approval, auto: true } });
export const unasked: RequestEvent = { ...approved, by: [], auto: true };

const access = describedBy([accessOver()], chainOf(submitted()).request.asked);

export const cardOf = (...events: Events): string =>
  readBlocks(renderCard({ chain: chainOf(...events), ...(access && { description: access }) }).blocks).shown;

/** The message about the last of these events. */
export const threadOf = (...events: Events) => {
  const chain = chainOf(...events);
  const entry = chain.entries.at(-1) ?? expect.fail('no entry');
  return readBlocks(renderEvent(entry, chain, { description: access, mention: mentionsOf(groups) }).blocks);
};

export const told = (...events: Events) =>
  directMessages(chainOf(...events), access).map(({ to, blocks }) => ({ to, text: readBlocks(blocks).shown }));
