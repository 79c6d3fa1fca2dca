import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Definition, definitions } from '#src/metrics/registry.ts';

const root = join(import.meta.dirname, '../..');
export const monitoring = join(root, 'manifests/components/monitoring');

const rule = z.strictObject({
  alert: z.string().regex(/^Hallpass[A-Z]\w+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[mh]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.url() }),
});
export type Alert = z.infer<typeof rule>;

const prometheusRule = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('PrometheusRule'),
  metadata: z.strictObject({
    name: z.string(),
    namespace: z.literal('hallpass'),
    labels: z.record(z.string(), z.string()),
  }),
  spec: z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })) }),
});

export const readYaml = (file: string): unknown => parse(readFileSync(join(monitoring, file), 'utf8'));

/** What Prometheus itself reads: the operator takes it out of the object. */
export const ruleGroups = () => prometheusRule.parse(readYaml('prometheusrule.yaml')).spec;
export const alerts = (): readonly Alert[] => ruleGroups().groups.flatMap(({ rules }) => rules);

const dashboard = z.looseObject({
  panels: z.array(
    z.looseObject({
      title: z.string(),
      targets: z.array(z.strictObject({ refId: z.string(), expr: z.string(), legendFormat: z.string() })),
    }),
  ),
});

/** The expressions of each panel of the dashboard. */
export const panels = (): readonly { readonly title: string; readonly expressions: readonly string[] }[] =>
  dashboard
    .parse(JSON.parse(readFileSync(join(monitoring, 'dashboard.json'), 'utf8')))
    .panels.map(({ title, targets }) => ({ title, expressions: targets.map(({ expr }) => expr) }));

/** All metrics of Hallpass, those of each of its processes. */
export const allMetrics = async (): Promise<readonly Definition[]> => {
  for (const file of globSync('src/metrics/*.ts', { cwd: root })) await import(join(root, file));
  // Tests have some of their own.
  return definitions().filter(({ name }) => name.startsWith('hallpass_'));
};
