import type { WebClientOptions } from '@slack/web-api';

/** `refused` is Slack's own no, `limited` its wish for a pause (429); `no-answer`: no connection, too late, or a server that fails. */
export const slackResults = ['ok', 'refused', 'limited', 'no-answer'] as const;
export type SlackResult = (typeof slackResults)[number];

/** Counts one try of a call. Never throws. */
export type CountSlackCall = (method: string, result: SlackResult) => void;

type Fetch = NonNullable<WebClientOptions['fetch']>;
type Answer = Awaited<ReturnType<Fetch>>;

/** Counts what becomes of each call of the Web API. Whoever calls sees nothing of it. */
export const createCountingFetch =
  (count: CountSlackCall, fetch: Fetch = globalThis.fetch): Fetch =>
  async (...asked) => {
    const method = methodOf(asked[0]);
    try {
      const response = await fetch(...asked);
      void resultOf(response).then((result) => count(method, result));
      return response;
    } catch (cause) {
      count(method, 'no-answer');
      throw cause;
    }
  };

/** Files go to addresses that Slack names, each another one. */
const methodOf = (address: Parameters<Fetch>[0]): string =>
  (URL.canParse(address)
    ? /\/api\/([a-z]+(?:\.[a-zA-Z]{1,40}){1,4})$/.exec(new URL(address).pathname)?.[1]
    : undefined) ?? 'upload';

/** Slack says no with status 200, in the first words of what it answers. */
const resultOf = async (response: Answer): Promise<SlackResult> => {
  if (response.status === 429) return 'limited';
  if (!response.ok) return response.status >= 500 ? 'no-answer' : 'refused';
  const begun = await beginningOf(response).catch(() => '');
  if (!/^\s*\{\s*"ok"\s*:\s*false/.test(begun)) return 'ok';
  return /"error"\s*:\s*"rate_?limited"/.test(begun) ? 'limited' : 'refused';
};

/** What came first of it, from a copy that is not read any further. */
const beginningOf = async (response: Answer): Promise<string> => {
  if (!(response instanceof Response)) return '';
  const reader = response.clone().body?.getReader();
  if (reader === undefined) return '';
  const { value } = await reader.read();
  void reader.cancel().catch(() => {});
  return new TextDecoder().decode(value?.subarray(0, 2_000));
};
