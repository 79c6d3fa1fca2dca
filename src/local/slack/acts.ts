import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { Element } from '#local/slack/block-kit/elements.ts';
import { createCommandActs } from './act-commands.ts';
import { createElementActs } from './act-elements.ts';
import { createActParts } from './act-parts.ts';
import { createViewActs } from './act-views.ts';
import type { Core } from './core.ts';
import type { Deliveries } from './delivery.ts';
import type { Outcome, Suggestions } from './outcome.ts';
import type { ActionCall, CloseCall, CommandCall, Place, SayCall, SubmitCall, SuggestCall } from './page-api.ts';
import type { ResponseUrls } from './response-urls.ts';

/** What a person can do in Slack's client. Nothing reaches the app that the client would not send. */
export type Acts = {
  command: (userId: string, call: CommandCall & { threadTs?: string }) => Promise<Outcome>;
  say: (userId: string, call: SayCall) => Promise<Outcome>;
  action: (userId: string, call: ActionCall) => Promise<Outcome>;
  /** Presses a button as it once stood, though the message may have changed since: a client that lags behind. */
  pressAsSeen: (userId: string, place: Place, seen: { block: StoredBlock; element: Element }) => Promise<Outcome>;
  suggest: (userId: string, call: SuggestCall) => Promise<Suggestions>;
  submit: (userId: string, call: SubmitCall) => Promise<Outcome>;
  closeView: (userId: string, call: CloseCall) => Promise<Outcome>;
  openHome: (userId: string) => Promise<Outcome>;
};

export const createActs = (core: Core, deliveries: Deliveries, responseUrls: ResponseUrls): Acts => {
  const parts = createActParts(core, deliveries, responseUrls);
  return { ...createCommandActs(parts), ...createElementActs(parts), ...createViewActs(parts) };
};
