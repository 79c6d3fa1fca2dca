import type { Core } from './core.ts';

/** What the workspace sends to the app. The three kinds are those of Socket Mode; over HTTP they differ in encoding only. */
export type Envelope = {
  id: string;
  type: 'slash_commands' | 'interactive' | 'events_api';
  payload: Record<string, unknown>;
  retry?: { num: number; reason: 'http_timeout' | 'http_error' };
};

export type Answered = { type: 'answered'; status: number; body: unknown } | { type: 'unreachable'; reason: string };

/** The seam for ways to reach the app: in memory, by HTTP, by Socket Mode. */
export type Transport = { deliver: (envelope: Envelope, forgery?: Forgery) => Promise<Answered> };

/** How a forged request differs from Slack's own; only a way that signs (HTTP) can be forged so. */
export type Forgery = {
  /** Seconds; signed along, as a stolen secret could, unless `signature` is given too. */
  timestamp?: number;
  signature?: string;
  headers?: Record<string, string>;
  /** Sends the very bytes and headers of an earlier delivery. */
  replay?: boolean;
};

/** Slack waits this long for an acknowledgement (docs.slack.dev/interactivity/handling-user-interaction). */
export const ackDeadline = 3_000;
/** Slack sends an unacknowledged event three more times (docs.slack.dev/apis/events-api): soon, after a minute, after five. */
export const eventRetries = [1_000, 60_000, 300_000];

export type Delivery = {
  envelope: Envelope;
  status: 'acknowledged' | 'timed-out' | 'refused' | 'unreachable';
  httpStatus?: number;
  /** The acknowledgement's body, as JSON would carry it; `''` when empty. */
  ack: unknown;
  milliseconds: number;
};

export type Deliveries = {
  connect: (transport: Transport) => () => void;
  /** Resolves once the app answered, or after three seconds. */
  send: (type: Envelope['type'], payload: Record<string, unknown>, forgery?: Forgery) => Promise<Delivery>;
  /** Sends an event, again and again if it must; resolves with the first attempt. */
  sendEvent: (event: Record<string, unknown> & { type: string }) => Promise<Delivery | undefined>;
  /** Sends the same envelope once more, as an attacker or a faulty network would. */
  again: (delivery: Delivery) => Promise<Delivery>;
  log: Delivery[];
  stop: () => void;
};

const settle = (envelope: Envelope, answered: Answered | 'late', milliseconds: number): Delivery => {
  if (answered === 'late') return { envelope, status: 'timed-out', ack: undefined, milliseconds };
  if (answered.type === 'unreachable') return { envelope, status: 'unreachable', ack: answered.reason, milliseconds };
  const isGood = answered.status >= 200 && answered.status < 300;
  return {
    envelope,
    status: isGood ? 'acknowledged' : 'refused',
    httpStatus: answered.status,
    ack: answered.body,
    milliseconds,
  };
};

export const createDeliveries = (core: Core): Deliveries => {
  let transport: Transport | undefined;
  const log: Delivery[] = [];
  const cancels = new Set<() => void>();

  const attempt = async (envelope: Envelope, forgery?: Forgery): Promise<Delivery> => {
    const started = performance.now();
    const unreachable: Answered = { type: 'unreachable', reason: 'no app is connected' };
    const answer =
      transport === undefined ? Promise.resolve(unreachable) : transport.deliver(structuredClone(envelope), forgery);
    let cancel = () => {};
    const late = new Promise<'late'>((resolve) => {
      cancel = core.timers.after(ackDeadline, () => resolve('late'));
    });
    const answered = await Promise.race([answer, late]);
    cancel();
    const delivery = settle(envelope, answered, Math.round(performance.now() - started));
    log.push(delivery);
    return delivery;
  };

  const retryLater = (envelope: Envelope, failed: Delivery, round: number): void => {
    const wait = eventRetries[round];
    if (wait === undefined) return;
    const cancel = core.timers.after(wait, () => {
      cancels.delete(cancel);
      const reason = failed.status === 'timed-out' ? 'http_timeout' : 'http_error';
      void attempt({ ...envelope, retry: { num: round + 1, reason } }).then((next) => {
        if (next.status !== 'acknowledged') retryLater(envelope, next, round + 1);
      });
    });
    cancels.add(cancel);
  };

  return {
    log,
    connect: (next) => {
      transport = next;
      return () => {
        if (transport === next) transport = undefined;
      };
    },
    send: (type, payload, forgery) => attempt({ id: crypto.randomUUID(), type, payload }, forgery),
    again: (delivery) => attempt(delivery.envelope, { replay: true }),
    sendEvent: async (event) => {
      if (!hears(core, event.type)) return undefined;
      const envelope: Envelope = { id: crypto.randomUUID(), type: 'events_api', payload: eventPayload(core, event) };
      const first = await attempt(envelope);
      if (first.status !== 'acknowledged') retryLater(envelope, first, 0);
      return first;
    },
    stop: () => {
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
};

/** Slack sends these only to an app that has the scope for it (docs.slack.dev/reference/events). */
const scopeOfEvent: Readonly<Record<string, string>> = {
  user_change: 'users:read',
  subteam_members_changed: 'usergroups:read',
  subteam_updated: 'usergroups:read',
};

const hears = ({ state: { app } }: Core, type: string): boolean => {
  const needed = scopeOfEvent[type];
  return app.events.includes(type) && (needed === undefined || app.scopes.includes(needed));
};

const eventPayload = (core: Core, event: Record<string, unknown>): Record<string, unknown> => ({
  token: 'local-verification-token',
  team_id: core.state.team.id,
  context_team_id: core.state.team.id,
  api_app_id: core.state.app.id,
  event,
  type: 'event_callback',
  event_id: core.newId('Ev'),
  event_time: Math.floor(core.now().epochMilliseconds / 1000),
  authorizations: [
    {
      enterprise_id: core.state.team.enterpriseId ?? null,
      team_id: core.state.team.id,
      user_id: core.state.app.botUserId,
      is_bot: true,
      is_enterprise_install: false,
    },
  ],
  is_ext_shared_channel: false,
});
