import type { Core } from './core.ts';
import type { Deliveries, Delivery } from './delivery.ts';
import type { Outcome } from './outcome.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { Person } from './state.ts';

/** What every act of a person needs. */
export type ActParts = {
  core: Core;
  deliveries: Deliveries;
  responseUrls: ResponseUrls;
  /** Throws for those who cannot sign in. */
  personOf: (userId: string) => Person;
  /** Tells the person what Slack tells when the app failed. */
  fail: (userId: string, delivery: Delivery, text: string, channelId?: string) => Outcome;
};

export const notSent = (message: string): Outcome => ({ status: 'not-sent', message });

/** Slack's name for why the app was of no use. */
export const errorName = (delivery: Delivery): string =>
  delivery.status === 'timed-out' ? 'operation_timeout' : 'dispatch_failed';

export const createActParts = (core: Core, deliveries: Deliveries, responseUrls: ResponseUrls): ActParts => ({
  core,
  deliveries,
  responseUrls,
  personOf: (userId) => {
    const person = core.state.people.get(userId);
    if (person === undefined || person.kind === 'deleted' || person.kind === 'bot') {
      throw new Error(`${userId} cannot sign in: ${person?.kind ?? 'nobody'}.`);
    }
    return person;
  },
  fail: (userId, delivery, text, channelId) => {
    core.notice({ userId, tone: 'error', text, ...(channelId === undefined ? {} : { channelId }) });
    return { status: 'failed', message: text, delivery };
  },
});
