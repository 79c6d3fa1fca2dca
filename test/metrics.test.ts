import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { PolicyFolder } from '#adapters/files/policy-folder.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { freePort } from '#local/parts/daemon.ts';
import { countWebhook, markAudit } from '#src/metrics/audit.ts';
import { countDropped } from '#src/metrics/entries.ts';
import { countPolicyNews, markPolicy } from '#src/metrics/policy.ts';
import { metricsText } from '#src/metrics/registry.ts';
import { beginLag, countCommitted } from '#src/metrics/requests.ts';
import { serveMetrics } from '#src/metrics/serve.ts';
import { countClick } from '#src/metrics/slack.ts';
import { countingBatches } from '#src/metrics/watcher.ts';
import { answersInOneBreath } from '#test/build/one-breath.ts';
import { bob } from '#test/build/people.ts';
import { policy } from '#test/build/policy.ts';
import { approved, ended, pending } from '#test/build/requests.ts';

const folder = (hash: string): PolicyFolder =>
  ({ settings: { policy: policy({ hash }), identities: [], kinds: [] } }) as unknown as PolicyFolder;

/** The lines of our own metrics. */
const ours = (text: string): readonly string[] => text.split('\n').filter((line) => line.startsWith('hallpass_'));

test('it can be read which policy is in force, and whether a change of it was refused', async () => {
  markPolicy('bot', 'one');
  expect(ours(await metricsText())).toEqual(
    expect.arrayContaining([
      'hallpass_policy_info{process="bot",hash="one"} 1',
      'hallpass_policy_refused{process="bot"} 0',
    ]),
  );
  countPolicyNews('bot', { type: 'refused', problems: ['rules.yaml:3: no'] }, 'one');
  expect(ours(await metricsText())).toContain('hallpass_policy_refused{process="bot"} 1');
  expect(ours(await metricsText())).toContain('hallpass_policy_info{process="bot",hash="one"} 1');
  countPolicyNews('bot', { type: 'taken', folder: folder('two'), mended: true }, 'one');
  const after = ours(await metricsText());
  expect(after).toContain('hallpass_policy_refused{process="bot"} 0');
  expect(after).toContain('hallpass_policy_info{process="bot",hash="two"} 1');
  expect(after.join('\n')).not.toContain('hash="one"');
  expect(after).toContain('hallpass_policy_changes_total{process="bot",result="refused"} 1');
  markPolicy('worker', undefined);
  expect(ours(await metricsText())).toContain('hallpass_policy_refused{process="worker"} 1');
});

test('it can be read how far each sink of the audit is behind', async () => {
  markAudit('siem', 12.5, 3);
  markAudit('siem', 0, 4);
  markAudit('stdout', 1, 0);
  expect(ours(await metricsText())).toEqual(
    expect.arrayContaining([
      'hallpass_audit_behind_seconds{sink="siem"} 0',
      'hallpass_audit_behind_seconds{sink="stdout"} 1',
      'hallpass_audit_lines_total{sink="siem"} 7',
      'hallpass_audit_lines_total{sink="stdout"} 0',
    ]),
  );
});

test('it can be read what became of each try to give an event to a webhook', async () => {
  for (const result of ['away', 'away', 'taken']) countWebhook('tickets', result);
  expect(ours(await metricsText())).toEqual(
    expect.arrayContaining([
      'hallpass_webhook_tries_total{webhook="tickets",result="away"} 2',
      'hallpass_webhook_tries_total{webhook="tickets",result="taken"} 1',
    ]),
  );
});

test('it can be read how much was left for the bot that is not believed', async () => {
  for (const why of ['unsigned', 'of-another-cluster', 'of-another-cluster']) countDropped(why);
  expect(ours(await metricsText())).toEqual(
    expect.arrayContaining([
      'hallpass_entries_dropped_total{why="unsigned"} 1',
      'hallpass_entries_dropped_total{why="of-another-cluster"} 2',
    ]),
  );
});

test('it can be read what clicks that let something happen stood on', async () => {
  for (const sight of ['genuine', 'genuine', 'altered']) countClick(sight);
  expect(ours(await metricsText())).toEqual(
    expect.arrayContaining([
      'hallpass_clicks_total{stood_on="genuine"} 2',
      'hallpass_clicks_total{stood_on="altered"} 1',
    ]),
  );
});

test('it can be read how long decisions took, by what they were, how late ends were, and what happened', async () => {
  const request = pending();
  const asked = request.asked.submittedAt;
  const commit = (seconds: number, ...events: readonly RequestEvent[]) =>
    countCommitted(request, events, asked.add({ seconds }));
  commit(40, approved);
  commit(50, { ...approved, auto: true });
  commit(7_200, { type: 'denied', by: bob, revision: 1, reason: 'not now' });
  beginLag(['never', request.asked.cluster]);
  commit(9_000, { ...ended, lagMilliseconds: 1_500 });
  // A clock that was moved back took no time away.
  commit(-5, approved);
  const { cluster } = request.asked;
  expect(ours(await metricsText())).toEqual(
    expect.arrayContaining([
      'hallpass_decision_seconds_sum{decision="approved"} 40',
      'hallpass_decision_seconds_count{decision="approved"} 2',
      'hallpass_decision_seconds_sum{decision="automatic"} 50',
      'hallpass_decision_seconds_sum{decision="denied"} 7200',
      'hallpass_decision_seconds_bucket{le="3600",decision="denied"} 0',
      `hallpass_revocation_lag_seconds_sum{cluster="${cluster}"} 1.5`,
      `hallpass_revocation_lag_seconds_bucket{le="1",cluster="${cluster}"} 0`,
      `hallpass_revocation_lag_seconds_bucket{le="2.5",cluster="${cluster}"} 1`,
      'hallpass_revocation_lag_seconds_count{cluster="never"} 0',
      'hallpass_events_total{type="approved"} 3',
      'hallpass_events_total{type="denied"} 1',
      'hallpass_events_total{type="withdrawn"} 0',
    ]),
  );
});

test('it can be read how many batches a watcher took, and how many it wants again', async () => {
  const take = countingBatches(async (events) => {
    if (events.length > 1) throw new Error('Redis is away');
  });
  await take(['one']);
  await expect(take(['one', 'two'])).rejects.toThrow('Redis is away');
  await take([]);
  expect(ours(await metricsText())).toEqual(
    expect.arrayContaining([
      'hallpass_watcher_batches_total{result="taken"} 2',
      'hallpass_watcher_batches_total{result="again"} 1',
    ]),
  );
});

test('it is served on its port and nowhere else, and a port that is taken is said', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => taken.once('listening', done));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((done) => taken.close(done));
  const served = await serveMetrics(port);
  if (!served.ok) throw new Error(served.error);
  const read = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect([read.status, read.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
  expect(await read.text()).toContain('hallpass_policy_info');
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status).toBe(404);
  const again = await serveMetrics(port);
  expect(again.ok ? '' : again.error).toContain(`HALLPASS_METRICS_PORT is ${port}, which cannot be listened on`);
  await served.value.stop();
});

test('who asks a thousand times in one breath gets no thousand answers, which would all be kept for who reads none', async () => {
  const port = await freePort();
  const served = await serveMetrics(port);
  if (!served.ok) throw new Error(served.error);
  expect(await answersInOneBreath(port, '/metrics')).toBeLessThan(10);
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
  await served.value.stop();
});
