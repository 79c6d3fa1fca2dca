import type { Answered, Envelope, Forgery, Transport } from './delivery.ts';
import { signatureOf } from './signing.ts';

/** One request as it went out; kept so that the very same bytes can be sent again. */
type Sent = { body: string; headers: Record<string, string> };

const encode = (envelope: Envelope): { body: string; contentType: string } => {
  const form = 'application/x-www-form-urlencoded';
  switch (envelope.type) {
    case 'events_api':
      return { body: JSON.stringify(envelope.payload), contentType: 'application/json' };
    case 'interactive':
      return { body: new URLSearchParams({ payload: JSON.stringify(envelope.payload) }).toString(), contentType: form };
    case 'slash_commands': {
      const fields = Object.entries(envelope.payload).map(([key, value]): [string, string] => [key, String(value)]);
      return { body: new URLSearchParams(fields).toString(), contentType: form };
    }
  }
};

const readAnswer = async (response: Response): Promise<Answered> => {
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('application/json');
  if (!isJson) return { type: 'answered', status: response.status, body: text };
  try {
    return { type: 'answered', status: response.status, body: text === '' ? '' : (JSON.parse(text) as unknown) };
  } catch {
    return { type: 'answered', status: response.status, body: text };
  }
};

export type HttpDeliveryOptions = {
  appUrl: string;
  secret: () => string;
  /** Seconds since the epoch, by the clock that the app judges timestamps with. */
  seconds: () => number;
};

/** Reaches the app as Slack does over HTTP: form-encoded or JSON, signed. */
export const createHttpDelivery = ({ appUrl, secret, seconds }: HttpDeliveryOptions): Transport => {
  const sent = new Map<string, Sent>();
  const prepare = (envelope: Envelope, forgery: Forgery | undefined): Sent => {
    const before = forgery?.replay === true ? sent.get(envelope.id) : undefined;
    if (before) return before;
    const { body, contentType } = encode(envelope);
    const timestamp = forgery?.timestamp ?? seconds();
    const retry = envelope.retry;
    const headers = {
      'content-type': contentType,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': forgery?.signature ?? signatureOf(secret(), timestamp, body),
      ...(retry === undefined ? {} : { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason }),
      ...forgery?.headers,
    };
    return { body, headers };
  };
  return {
    deliver: async (envelope, forgery) => {
      const request = prepare(envelope, forgery);
      sent.set(envelope.id, request);
      try {
        return await readAnswer(await fetch(appUrl, { method: 'POST', ...request, redirect: 'manual' }));
      } catch (error) {
        return { type: 'unreachable', reason: error instanceof Error ? error.message : String(error) };
      }
    },
  };
};
