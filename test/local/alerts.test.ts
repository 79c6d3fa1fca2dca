import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { alerts, panels, ruleGroups } from '#test/build/monitoring.ts';

let folder = '';
let promtool = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-alerts-'));
  promtool = (await ensureParts(['promtool'])).promtool;
  writeFileSync(join(folder, 'rules.yaml'), stringify(ruleGroups()));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...words: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(promtool, words, { cwd: folder, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
};

test('Prometheus takes all rules', () => {
  const { status, said } = run('check', 'rules', 'rules.yaml');
  expect(said).toContain(`SUCCESS: ${alerts().length} rules found`);
  expect(status).toBe(0);
});

test('Prometheus takes each expression of the dashboard, and would refuse one that is none', () => {
  const rules = panels()
    .flatMap(({ expressions }) => expressions)
    .map((expr, nth) => ({ record: `panel_${nth}`, expr }));
  const write = (more: readonly object[]) =>
    writeFileSync(join(folder, 'panels.yaml'), stringify({ groups: [{ name: 'panels', rules: [...rules, ...more] }] }));
  write([]);
  expect(run('check', 'rules', 'panels.yaml')).toMatchObject({ status: 0 });
  write([{ record: 'wrong', expr: 'sum by (process hallpass_redis_up' }]);
  expect(run('check', 'rules', 'panels.yaml').status).not.toBe(0);
});

type Story = {
  /** Of one sample a minute, as promtool writes them. */
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
  /** Labels of what fires then, but for its severity. */
  readonly fires: readonly Readonly<Record<string, string>>[];
};

/** Whether an alert fires just as a story says. */
const told = (alert: string, { series, at, fires }: Story) => {
  const rule = alerts().find((one) => one.alert === alert);
  if (rule === undefined) throw new Error(`There is no alert ${alert}.`);
  const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
  // What it says is said elsewhere; that it says something of these labels is what is looked at.
  const rules = { groups: [{ name: 'one', rules: [{ ...rule, annotations: {} }] }] };
  writeFileSync(join(folder, 'one.yaml'), stringify(rules));
  const file = {
    rule_files: ['one.yaml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: input,
        alert_rule_test: [
          {
            eval_time: at,
            alertname: alert,
            exp_alerts: fires.map((labels) => ({ exp_labels: { ...rule.labels, ...labels } })),
          },
        ],
      },
    ],
  };
  writeFileSync(join(folder, 'test.yaml'), stringify(file));
  return run('test', 'rules', 'test.yaml');
};

const lag = (cluster: string, counts: string, within30: string) => ({
  [`hallpass_revocation_lag_seconds_count{cluster="${cluster}",pod="w"}`]: counts,
  [`hallpass_revocation_lag_seconds_bucket{cluster="${cluster}",le="30",pod="w"}`]: within30,
});
const up = (process: string, values: string, more = '') => ({
  [`hallpass_build_info{process="${process}",pod="${process}-1"${more}}`]: values,
});

const stories: readonly (readonly [alert: string, what: string, story: Story])[] = [
  [
    'HallpassGrantsOverdue',
    'one for two minutes',
    { series: { 'hallpass_overdue_grants{pod="b"}': '0 0 1 1 1 1' }, at: '4m', fires: [{}] },
  ],
  [
    'HallpassGrantsOverdue',
    'one for a moment',
    { series: { 'hallpass_overdue_grants{pod="b"}': '0 0 1 0 0 0' }, at: '4m', fires: [] },
  ],
  ['HallpassGrantsOverdue', 'none', { series: { 'hallpass_overdue_grants{pod="b"}': '0x10' }, at: '8m', fires: [] }],
  [
    'HallpassRevocationsSlow',
    'one of three too late, in one of two clusters',
    {
      series: { ...lag('prod', '0x5 3x20', '0x5 2x20'), ...lag('stage', '0x5 4x20', '0x5 4x20') },
      at: '10m',
      fires: [{ cluster: 'prod' }],
    },
  ],
  [
    'HallpassRevocationsSlow',
    'the first that a worker ended',
    { series: lag('prod', '0 0 1x10', '0 0 0x10'), at: '5m', fires: [{ cluster: 'prod' }] },
  ],
  ['HallpassRevocationsSlow', 'long ago', { series: lag('prod', '0 1x40', '0 0x40'), at: '30m', fires: [] }],
  [
    'HallpassFiguresMissing',
    'a bot that may not count',
    { series: { 'hallpass_redis_up{process="bot",pod="b"}': '1x20' }, at: '10m', fires: [{}] },
  ],
  [
    'HallpassFiguresMissing',
    'a bot that counts, and one whose Redis is away',
    {
      series: { 'hallpass_redis_up{process="bot",pod="b"}': '1x20', 'hallpass_overdue_grants{pod="b"}': '0x20' },
      at: '10m',
      fires: [],
    },
  ],
  [
    'HallpassFiguresMissing',
    'Redis away',
    { series: { 'hallpass_redis_up{process="bot",pod="b"}': '0x20' }, at: '10m', fires: [] },
  ],
  ['HallpassWorkerAbsent', 'never seen', { series: up('bot', '1x20'), at: '5m', fires: [{ process: 'worker' }] }],
  [
    'HallpassWorkerAbsent',
    'gone',
    { series: { ...up('bot', '1x20'), ...up('worker', '1 1 1 stale') }, at: '7m', fires: [{ process: 'worker' }] },
  ],
  [
    'HallpassWorkerAbsent',
    'one of two gone',
    {
      series: { ...up('worker', '1 1 1 stale'), 'hallpass_build_info{process="worker",pod="worker-2"}': '1x20' },
      at: '9m',
      fires: [],
    },
  ],
  ['HallpassBotAbsent', 'gone', { series: up('bot', '1 1 1 stale'), at: '10m', fires: [{ process: 'bot' }] }],
  [
    'HallpassBotAbsent',
    'replaced within two minutes',
    { series: { ...up('bot', '1 1 1 stale'), ...up('bot', '_ _ _ _ _ 1x20', ',version="2"') }, at: '12m', fires: [] },
  ],
  [
    'HallpassGuardAbsent',
    'of one of two clusters gone',
    {
      series: {
        'hallpass_cluster_up{process="guard",cluster="prod",pod="g"}': '1x10 stale',
        'hallpass_cluster_up{process="guard",cluster="stage",pod="h"}': '1x30',
      },
      at: '20m',
      fires: [{ cluster: 'prod' }],
    },
  ],
  ['HallpassGuardAbsent', 'never there', { series: up('bot', '1x30'), at: '20m', fires: [] }],
  [
    'HallpassWatcherAbsent',
    'gone',
    { series: up('watcher', '1x10 stale'), at: '25m', fires: [{ process: 'watcher' }] },
  ],
  ['HallpassWatcherAbsent', 'never there', { series: up('bot', '1x30'), at: '25m', fires: [] }],
  [
    'HallpassSlackAway',
    'no connection',
    {
      series: { 'hallpass_slack_connected{pod="b"}': '1 1 0x10', 'hallpass_slack_behind_seconds{pod="b"}': '0x10' },
      at: '6m',
      fires: [{}],
    },
  ],
  [
    'HallpassSlackAway',
    'over HTTP, and nothing shown',
    { series: { 'hallpass_slack_behind_seconds{pod="b"}': '0+60x20' }, at: '9m', fires: [{}] },
  ],
  [
    'HallpassSlackAway',
    'one of two bots',
    {
      series: {
        'hallpass_slack_connected{pod="a"}': '0x10',
        'hallpass_slack_connected{pod="b"}': '1x10',
        'hallpass_slack_behind_seconds{pod="b"}': '2x10',
      },
      at: '6m',
      fires: [],
    },
  ],
  [
    'HallpassRedisAway',
    'for the guards alone',
    {
      series: {
        'hallpass_redis_up{process="guard",pod="g"}': '1 0x10',
        'hallpass_redis_up{process="bot",pod="b"}': '1x10',
      },
      at: '4m',
      fires: [{ process: 'guard' }],
    },
  ],
  [
    'HallpassRedisAway',
    'for one of two workers',
    {
      series: {
        'hallpass_redis_up{process="worker",pod="a"}': '0x10',
        'hallpass_redis_up{process="worker",pod="b"}': '1x10',
      },
      at: '4m',
      fires: [],
    },
  ],
  [
    'HallpassClusterSilent',
    'one of two clusters, for both workers',
    {
      series: {
        'hallpass_cluster_up{process="worker",cluster="prod",pod="a"}': '1 0x10',
        'hallpass_cluster_up{process="worker",cluster="prod",pod="b"}': '1 0x10',
        'hallpass_cluster_up{process="worker",cluster="stage",pod="a"}': '1x10',
      },
      at: '5m',
      fires: [{ cluster: 'prod' }],
    },
  ],
  [
    'HallpassClusterSilent',
    'for a guard alone',
    { series: { 'hallpass_cluster_up{process="guard",cluster="prod",pod="g"}': '0x10' }, at: '5m', fires: [] },
  ],
  [
    'HallpassGuardUndecided',
    'many within ten minutes',
    {
      series: {
        'hallpass_guard_decisions_total{decision="undecided",pod="g"}': '0 0 5 10 15x20',
        'hallpass_guard_decisions_total{decision="refused",pod="g"}': '0+9x20',
      },
      at: '8m',
      fires: [{ decision: 'undecided' }],
    },
  ],
  [
    'HallpassGuardUndecided',
    'one',
    { series: { 'hallpass_guard_decisions_total{decision="undecided",pod="g"}': '0 0 0 1x20' }, at: '8m', fires: [] },
  ],
  [
    'HallpassGuardSlow',
    'half of them above half a second',
    {
      series: {
        'hallpass_guard_decision_seconds_bucket{le="0.5",pod="g"}': '0+5x30',
        'hallpass_guard_decision_seconds_bucket{le="0.8",pod="g"}': '0+10x30',
        'hallpass_guard_decision_seconds_bucket{le="+Inf",pod="g"}': '0+10x30',
      },
      at: '20m',
      fires: [{}],
    },
  ],
  [
    'HallpassGuardSlow',
    'all within a hundredth',
    {
      series: {
        'hallpass_guard_decision_seconds_bucket{le="0.01",pod="g"}': '0+10x30',
        'hallpass_guard_decision_seconds_bucket{le="0.5",pod="g"}': '0+10x30',
        'hallpass_guard_decision_seconds_bucket{le="+Inf",pod="g"}': '0+10x30',
      },
      at: '20m',
      fires: [],
    },
  ],
  [
    'HallpassQueueGrowing',
    'one queue, and ends that wait for their time',
    {
      series: {
        'hallpass_queue_jobs{queue="cluster",state="waiting",pod="b"}': '0 300x30',
        'hallpass_queue_jobs{queue="cluster",state="delayed",pod="b"}': '9000x30',
        'hallpass_queue_jobs{queue="slack",state="waiting",pod="b"}': '3x30',
      },
      at: '15m',
      fires: [{ queue: 'cluster' }],
    },
  ],
  [
    'HallpassAuditBehind',
    'without a moment in which it had all',
    {
      series: { 'hallpass_audit_behind_seconds{sink="siem",pod="b"}': '0 2x30' },
      at: '20m',
      fires: [{ sink: 'siem' }],
    },
  ],
  [
    'HallpassAuditBehind',
    'now and then',
    {
      series: { 'hallpass_audit_behind_seconds{sink="siem",pod="b"}': '0 2 2 2 0 2 2 2 2 0 2x9' },
      at: '18m',
      fires: [],
    },
  ],
  [
    'HallpassPolicyRefused',
    'by the worker',
    {
      series: {
        'hallpass_policy_refused{process="worker",pod="w"}': '0 1x20',
        'hallpass_policy_refused{process="bot",pod="b"}': '0x20',
      },
      at: '8m',
      fires: [{ process: 'worker' }],
    },
  ],
  [
    'HallpassEntriesDropped',
    'the first there is',
    {
      series: {
        'hallpass_entries_dropped_total{why="unsigned",pod="b"}': '0 0 1x20',
        'hallpass_entries_dropped_total{why="of-another-cluster",pod="b"}': '0x20',
      },
      at: '5m',
      fires: [{ why: 'unsigned' }],
    },
  ],
  [
    'HallpassCertificateEnding',
    'a tenth of three days left; half of three days left; a tenth of a year left',
    {
      series: {
        'hallpass_certificate_not_before_timestamp_seconds{server="guard",pod="g"}': '-223200x120',
        'hallpass_certificate_not_after_timestamp_seconds{server="guard",pod="g"}': '36000x120',
        'hallpass_certificate_not_before_timestamp_seconds{server="watcher",pod="g"}': '-129600x120',
        'hallpass_certificate_not_after_timestamp_seconds{server="watcher",pod="g"}': '129600x120',
        'hallpass_certificate_not_before_timestamp_seconds{server="api",pod="g"}': '-28382400x120',
        'hallpass_certificate_not_after_timestamp_seconds{server="api",pod="g"}': '3153600x120',
      },
      at: '90m',
      fires: [{ server: 'guard', pod: 'g' }],
    },
  ],
];

describe('on planted series', () => {
  test.each(stories)('%s: %s', (alert, _, story) => {
    const { status, said } = told(alert, story);
    expect(said).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  test('every alert is tried, once so that it fires', () => {
    const fired = stories.filter(([, , { fires }]) => fires.length > 0).map(([alert]) => alert);
    expect([...new Set(fired)].sort()).toEqual(
      alerts()
        .map(({ alert }) => alert)
        .sort(),
    );
  });

  test('what each says is filled in from labels that it has then', () => {
    for (const { alert, annotations } of alerts()) {
      const given = stories.flatMap(([name, , { fires }]) => (name === alert ? fires : []))[0] ?? {};
      const wanted = [
        ...Object.values(annotations)
          .join(' ')
          .matchAll(/\$labels\.(\w+)/g),
      ].map(([, label]) => label);
      expect(Object.keys(given), alert).toEqual(expect.arrayContaining(wanted));
    }
  });

  test('a story that is not so is seen', () => {
    const quiet = { series: { 'hallpass_overdue_grants{pod="b"}': '0x10' }, at: '5m', fires: [{}] };
    expect(told('HallpassGrantsOverdue', quiet)).toMatchObject({ status: 1, said: expect.stringContaining('FAILED') });
  });
});
