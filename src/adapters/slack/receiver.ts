import { type App, AuthorizationError, HTTPReceiver, type Receiver } from '@slack/bolt';
import { z } from 'zod';
import type { Clock } from '#use-cases/ports.ts';

/** A clock of Slack's may be ahead of ours by so much. Bolt itself refuses what is five minutes old, but nothing early. */
const ahead = Temporal.Duration.from({ seconds: 60 });

const sent = z.object({ sentAt: z.number() });

/** Slack's signed requests at `/slack/events`; `/livez` says that the process listens. */
export const createHttpReceiver = (settings: { readonly signingSecret: string; readonly port: number }): Receiver =>
  new HTTPReceiver({
    ...settings,
    endpoints: '/slack/events',
    // Slack's largest is a view of 250 KB; what is larger is not read, whoever signs it.
    bodyLimit: 512 * 1024,
    customPropertiesExtractor: ({ headers }) => ({ sentAt: Number(headers['x-slack-request-timestamp']) }),
    customRoutes: [{ path: '/livez', method: 'GET', handler: (_, response) => void response.end('ok') }],
  });

/** Refuses (401) what claims to come from the future: its signature would be good for as long as somebody likes. */
export const refuseFromTheFuture = (app: App, clock: Clock): void => {
  app.use(async ({ context, next }) => {
    const { sentAt } = sent.safeParse(context).data ?? {};
    const latest = (await clock.now()).add(ahead).epochMilliseconds / 1_000;
    if (sentAt !== undefined && sentAt > latest)
      throw new AuthorizationError('The request says that it was sent in the future', new Error('timestamp'));
    await next();
  });
};
