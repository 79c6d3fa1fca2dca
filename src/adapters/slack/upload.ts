import type { WebClientOptions } from '@slack/web-api';
import { stop } from './slack-faults.ts';

/** Sends a file's text, as UTF-8, to the address that Slack gave for it. */
export type Upload = (url: string, text: string) => Promise<void>;

const timeout = 10_000;
/** Longer than a walk waits for one request: an upload host that is away holds up no card. */
const pause = 10_000;

/**
 * `fetch` is the one that Slack's client uses. Nothing is shared by the text alone, so that what breaks here is begun anew:
 * a setback, whatever went wrong.
 */
export const createUpload =
  (fetch: NonNullable<WebClientOptions['fetch']> = globalThis.fetch): Upload =>
  async (url, text) => {
    const answer = await fetch(url, { method: 'POST', body: text, signal: AbortSignal.timeout(timeout) }).catch(
      (cause: unknown) => {
        throw stop({ type: 'later', milliseconds: pause, why: 'Slack took no file' }, cause);
      },
    );
    await answer.text();
    if (!answer.ok)
      throw stop({ type: 'later', milliseconds: pause, why: `Slack took no file: it answered ${answer.status}` });
  };
