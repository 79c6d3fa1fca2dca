/**
 * Slack's rate limits (docs.slack.dev/apis/web-api/rate-limits): a number of calls in any minute per method, and
 * about one post a second per channel, of which short bursts are let through.
 */
export const perMinute: Record<string, number> = {
  'usergroups.list': 20,
  'usergroups.users.list': 20,
  'users.list': 20,
  'conversations.list': 20,
  'chat.update': 50,
  'chat.delete': 50,
  'users.lookupByEmail': 50,
  'conversations.history': 50,
  'conversations.replies': 50,
  'conversations.info': 50,
  'conversations.join': 50,
  'conversations.open': 50,
  'reactions.add': 50,
  'team.info': 50,
  'views.open': 100,
  'views.update': 100,
  'views.push': 100,
  'views.publish': 100,
  'users.info': 100,
  'chat.postEphemeral': 100,
  'conversations.members': 100,
  'files.getUploadURLExternal': 100,
  'files.completeUploadExternal': 100,
  'files.info': 100,
};

/** Posts to one channel that may come at once before one a second holds. Slack gives no number: a small one. */
export const postBurst = 5;

export type Rates = {
  /** The seconds to wait, or nothing when the call may go on. A refused call does not count. */
  take: (method: string, channel?: string) => number | undefined;
};

export const noRates: Rates = { take: () => undefined };

export const createRates = (now: () => Temporal.Instant): Rates => {
  const calls = new Map<string, number[]>();
  const posts = new Map<string, { left: number; at: number }>();
  const takePost = (channel: string, at: number) => {
    const before = posts.get(channel) ?? { left: postBurst, at };
    const left = Math.min(postBurst, before.left + (at - before.at) / 1000);
    if (left < 1) return Math.max(1, Math.ceil(1 - left));
    posts.set(channel, { left: left - 1, at });
    return undefined;
  };
  return {
    take: (method, channel) => {
      const at = now().epochMilliseconds;
      if (method === 'chat.postMessage') return takePost(channel ?? '', at);
      const most = perMinute[method];
      if (most === undefined) return undefined;
      const recent = (calls.get(method) ?? []).filter((one) => one > at - 60_000);
      if (recent.length >= most) return Math.max(1, Math.ceil(((recent[0] ?? at) + 60_000 - at) / 1000));
      calls.set(method, [...recent, at]);
      return undefined;
    },
  };
};
