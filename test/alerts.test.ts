import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { alerts, allMetrics, monitoring, panels, readYaml } from '#test/build/monitoring.ts';
import { spokenIn } from '#test/build/promql.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
const runbooks = globSync('docs/runbooks/*.md', { cwd: root }).map((file) => basename(file, '.md'));

/** What each name may be said with: labels of its own, and those that scraping adds. */
const known = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
  const ours = (await allMetrics()).flatMap(({ name, type, labels }) => {
    const spread =
      type !== 'histogram' ? [] : ['_bucket', '_sum', '_count'].map((end) => [`${name}${end}`, end] as const);
    return [
      ...(type === 'histogram' ? [] : [[name, labels] as const]),
      ...spread.map(([one, end]) => [one, end === '_bucket' ? [...labels, 'le'] : labels] as const),
    ];
  });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const ofNode = (await registry.getMetricsAsJSON()).map(({ name }) => [name, []] as const);
  return new Map<string, readonly string[]>([...ours, ...ofNode]);
};
const byScraping = ['namespace', 'pod', 'app_kubernetes_io_component'];

/** What is wrong with an expression: names that nobody tells, and labels that none of its metrics has. */
const wrongIn = async (expression: string): Promise<readonly string[]> => {
  const names = await known();
  const { metrics, labels } = spokenIn(expression);
  const theirs = metrics.flatMap((name) => names.get(name) ?? []);
  return [
    ...(metrics.length === 0 ? ['it speaks of no metric'] : []),
    ...metrics.filter((name) => !names.has(name)),
    ...labels.filter((label) => !theirs.includes(label) && !byScraping.includes(label)),
  ];
};

describe('the alerts', () => {
  test('are there, and no two have one name', () => {
    const names = alerts().map(({ alert }) => alert);
    expect(names.length).toBeGreaterThan(10);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(alerts().map((one) => [one.alert, one.expr] as const))(
    '%s speaks of what Hallpass tells',
    async (_, expr) => {
      expect(await wrongIn(expr)).toEqual([]);
    },
  );

  test('a name that nobody tells, and a label that a metric has not, are seen', async () => {
    expect(await wrongIn('max by (sink) (hallpass_overdue_grant) > 0')).toEqual(['hallpass_overdue_grant', 'sink']);
    expect(await wrongIn('rate(hallpass_decision_seconds[5m])')).toEqual(['hallpass_decision_seconds']);
    expect(await wrongIn('sum by (le) (rate(hallpass_decision_seconds_bucket{outcome="denied"}[5m]))')).toEqual([
      'outcome',
    ]);
    expect(await wrongIn('vector(1)')).toEqual(['it speaks of no metric']);
  });

  test('each has its runbook, and each runbook its alert', () => {
    expect(
      alerts()
        .map(({ alert }) => alert)
        .sort(),
    ).toEqual([...runbooks].sort());
    for (const { alert, annotations } of alerts())
      expect(annotations.runbook_url).toBe(`https://github.com/hallpass/hallpass/blob/main/docs/runbooks/${alert}.md`);
  });

  test.each(runbooks)(
    'the runbook of %s says what it means, what to look at, what to do, and when it is over',
    (name) => {
      const text = readFileSync(join(root, 'docs/runbooks', `${name}.md`), 'utf8');
      expect(text.startsWith(`# ${name}\n`)).toBe(true);
      expect(text.match(/^## .*$/gm)).toEqual(['## What it means', '## Look first', '## Do', '## Over when']);
      expect(text.split('## Look first')[1]?.split('## Do')[0]).toContain('```sh\n');
      // What a runbook counts on is told.
      for (const found of text.match(/hallpass_[a-z_]+/g) ?? [])
        expect(page, `${name}: ${found}`).toContain(`\`${found.replace(/_$/, '')}`);
    },
  );

  test('docs/metrics.md lists each with how bad it is', () => {
    const listed = [...page.matchAll(/^\| \[(\w+)\]\(runbooks\/\1\.md\) \| (critical|warning) \|/gm)];
    expect(listed.map(([, name, severity]) => [name, severity])).toEqual(
      alerts().map(({ alert, labels }) => [alert, labels.severity]),
    );
  });
});

describe('the dashboard', () => {
  test.each(panels().map(({ title, expressions }) => [title, expressions] as const))(
    '%s speaks of what Hallpass tells',
    async (_, expressions) => {
      expect(expressions.length).toBeGreaterThan(0);
      for (const one of expressions) expect(await wrongIn(one)).toEqual([]);
    },
  );

  test('has no two panels of one name', () => {
    const titles = panels().map(({ title }) => title);
    expect(titles.length).toBeGreaterThan(10);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe('the component', () => {
  test('has each of its files, and nothing else lies there', () => {
    const { kind, resources, configMapGenerator } = parse(
      readFileSync(join(monitoring, 'kustomization.yaml'), 'utf8'),
    ) as { kind: string; resources: string[]; configMapGenerator: { files: string[] }[] };
    expect(kind).toBe('Component');
    const named = [
      ...resources,
      ...configMapGenerator.flatMap(({ files }) => files.map((one) => one.split('=').at(-1) ?? '')),
    ];
    for (const file of named) expect(existsSync(join(monitoring, file)), file).toBe(true);
    expect([...named, 'kustomization.yaml'].sort()).toEqual(globSync('*', { cwd: monitoring }).sort());
  });

  test('asks the pods of all four processes by the labels that the manifests give them', () => {
    const monitor = readYaml('podmonitor.yaml') as {
      metadata: { namespace: string };
      spec: {
        selector: { matchLabels: Record<string, string>; matchExpressions: { values: string[] }[] };
        podMetricsEndpoints: { port: string; path: string }[];
      };
    };
    expect(monitor.metadata.namespace).toBe('hallpass');
    expect(monitor.spec.podMetricsEndpoints).toMatchObject([{ port: 'metrics', path: '/metrics' }]);
    const { matchLabels, matchExpressions } = monitor.spec.selector;
    for (const component of matchExpressions.flatMap(({ values }) => values)) {
      const { spec } = parse(readFileSync(join(root, manifestOf(component)), 'utf8').split('\n---\n')[0] ?? '') as {
        spec: { template: { metadata: { labels: Record<string, string> } } };
      };
      expect(spec.template.metadata.labels).toMatchObject({ ...matchLabels, 'app.kubernetes.io/component': component });
    }
  });
});

const manifestOf = (component: string): string =>
  `manifests/${component === 'bot' || component === 'worker' ? 'base' : 'components'}/${component}/deployment.yaml`;

test('docs/metrics.md tells each metric as the registry has it, and none besides', async () => {
  const rows = (await allMetrics())
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(
      ({ name, type, labels, toldBy, help }) =>
        `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ') || '–'} | ${toldBy.join(', ')} | ${help} |`,
    );
  expect(page.match(/^\| `hallpass_.*$/gm)).toEqual(rows);
});

test('names are as Prometheus wants them, and no label is one that could have any value', async () => {
  for (const { name, type, labels } of await allMetrics()) {
    expect(name).toMatch(/^hallpass_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    // Each is one of a few: of Hallpass itself, of its settings, or of Slack's methods that it calls.
    for (const label of labels)
      expect(
        'process hash result sink webhook why stood_on method type decision cluster state queue version node server'.split(
          ' ',
        ),
      ).toContain(label);
  }
});
