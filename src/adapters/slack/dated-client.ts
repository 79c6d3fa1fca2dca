import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Clock } from '#use-cases/ports.ts';

/** A client, and Slack's own clock: the `Date` of an answer that is asked for now. It throws when Slack cannot be asked. */
export const createDatedClient = (
  token: string,
  options: WebClientOptions,
): { readonly client: WebClient; readonly slackClock: Clock } => {
  let latest: { readonly milliseconds: number; readonly receivedAt: number } | undefined;
  const note = <A extends { readonly headers: Pick<Headers, 'get'> }>(answer: A): A => {
    const milliseconds = Date.parse(answer.headers.get('date') ?? '');
    if (!Number.isNaN(milliseconds)) latest = { milliseconds, receivedAt: performance.now() };
    return answer;
  };
  const fetch: NonNullable<WebClientOptions['fetch']> = options.fetch ?? globalThis.fetch;
  const client = new WebClient(token, { ...options, fetch: async (...asked) => note(await fetch(...asked)) });
  const now = async (): Promise<Temporal.Instant> => {
    const asked = performance.now();
    await client.auth.test();
    if (latest === undefined || latest.receivedAt < asked)
      throw new Error('Slack answers without a Date header; its clock cannot be told.');
    return Temporal.Instant.fromEpochMilliseconds(latest.milliseconds);
  };
  return { client, slackClock: { now } };
};
