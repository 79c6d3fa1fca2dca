import { createServer } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { PolicyNews } from '#adapters/files/follow-policy.ts';
import { createUnderWay } from '#adapters/http/under-way.ts';
import type { Author } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';

/** One for the process: a bot and a worker in it each have their own label. */
const registry = new Registry();
const registers = [registry];

const inForce = new Gauge({
  name: 'hallpass_policy_info',
  help: 'The policy in force, by the hash of its files; the value is 1.',
  labelNames: ['process', 'hash'],
  registers,
});
const isRefused = new Gauge({
  name: 'hallpass_policy_refused',
  help: '1 while the policy folder has changed and cannot be used, so that the policy from before stays in force.',
  labelNames: ['process'],
  registers,
});
const reads = new Counter({
  name: 'hallpass_policy_changes_total',
  help: 'Changes of the policy folder: taken, refused, or restored to what is in force.',
  labelNames: ['process', 'result'],
  registers,
});

const behind = new Gauge({
  name: 'hallpass_audit_behind_seconds',
  help: 'How much older what a sink of the audit was given last is than the newest entry; 0 when it has all.',
  labelNames: ['sink'],
  registers,
});
const linesOut = new Counter({
  name: 'hallpass_audit_lines_total',
  help: 'Lines of the audit that this process has given to a sink, which took them.',
  labelNames: ['sink'],
  registers,
});

const webhookTries = new Counter({
  name: 'hallpass_webhook_tries_total',
  help: 'Tries to give an event to a webhook, by what became of it: taken, away, refused, or gone (410).',
  labelNames: ['webhook', 'result'],
  registers,
});

const dropped = new Counter({
  name: 'hallpass_entries_dropped_total',
  help: 'Entries that were left for this bot and are not believed: unsigned, or of-another-cluster than their key is good for.',
  labelNames: ['why'],
  registers,
});

/** Counts an entry that was left for the bot, and is not believed. */
export const countDropped = (why: string): void => dropped.inc({ why });

const clicks = new Counter({
  name: 'hallpass_clicks_total',
  help: 'Clicks that let something happen or stay, by what they stood on: genuine, older, altered, or unseen. All but genuine ones were shown the request from its log first.',
  labelNames: ['stood_on'],
  registers,
});

/** Counts what a click that lets something happen stood on. */
export const countClick = (sight: string): void => clicks.inc({ stood_on: sight });

/** Counts what became of one try to give an event to a webhook. */
export const countWebhook = (webhook: string, result: string): void => webhookTries.inc({ webhook, result });

/** Says how far a sink of the audit is behind, in seconds, and counts what it took since. */
export const markAudit = (sink: string, seconds: number, lines: number): void => {
  behind.set({ sink }, seconds);
  linesOut.inc({ sink }, lines);
};

/** Says which policy a process has begun with; none is refused from the start. */
export const markPolicy = (process: Author, hash: string | undefined): void => {
  if (hash !== undefined) inForce.set({ process, hash }, 1);
  isRefused.set({ process }, hash === undefined ? 1 : 0);
};

/** Counts what became of a change of the policy folder. */
export const countPolicyNews = (process: Author, news: PolicyNews, before: string | undefined): void => {
  reads.inc({ process, result: news.type });
  isRefused.set({ process }, news.type === 'refused' ? 1 : 0);
  if (news.type !== 'taken') return;
  if (before !== undefined) inForce.remove({ process, hash: before });
  inForce.set({ process, hash: news.folder.settings.policy.hash }, 1);
};

/** What Prometheus reads: text of its exposition format. */
export const metricsText = (): Promise<string> => registry.metrics();

/** Answers GET /metrics on this port, to everybody who can reach it. `err` says why it cannot. */
export const serveMetrics = (port: number): Promise<Result<{ readonly stop: () => Promise<void> }, string>> => {
  const isAnswered = createUnderWay();
  const server = createServer(async (request, response) => {
    if (!isAnswered(request, response)) return;
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    const text = await metricsText();
    response.writeHead(200, { 'content-type': registry.contentType }).end(text);
  });
  const { promise, resolve } = Promise.withResolvers<Result<{ readonly stop: () => Promise<void> }, string>>();
  server.once('error', (cause) =>
    resolve(err(`HALLPASS_METRICS_PORT is ${port}, which cannot be listened on (${cause.message}). Take another.`)),
  );
  server.listen(port, () => {
    if (registry.getSingleMetric('process_cpu_user_seconds_total') === undefined)
      collectDefaultMetrics({ register: registry });
    resolve(
      ok({
        stop: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      }),
    );
  });
  return promise;
};
