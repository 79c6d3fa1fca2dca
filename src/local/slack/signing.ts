import { createHmac } from 'node:crypto';

/** Slack's request signature (docs.slack.dev/authentication/verifying-requests-from-slack), version v0. */
export const signatureOf = (secret: string, timestamp: number, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

export const signedHeaders = (secret: string, timestamp: number, body: string): Record<string, string> => ({
  'x-slack-request-timestamp': String(timestamp),
  'x-slack-signature': signatureOf(secret, timestamp, body),
});
