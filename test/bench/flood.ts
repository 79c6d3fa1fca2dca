import { runBare } from './bare-child.ts';
import { type Figure, figure, percentile } from './figure.ts';
import { grantMany, lagsOf, planFor } from './many.ts';
import type { Stage } from './stage.ts';

const bench = 'many grants end in the same second';

/** How fast all of them are taken back, beside the same calls made bare, before and after in the same run. */
export const benchFlood = async (stage: Stage): Promise<readonly Figure[]> => {
  const count = stage.size(2_000, 50);
  const before = await bareRate(stage, count, 'bare-flood-before');
  const end = planFor(count);
  const granted = await grantMany(stage, 'flood', count, () => end);
  const dues = granted.map(({ expiresAt }) => expiresAt);
  const lags = await lagsOf(stage, granted, 120_000);
  const after = await bareRate(stage, count, 'bare-flood-after');
  const first = Math.min(...dues);
  const last = Math.max(...lags.map((lag, index) => (dues[index] ?? 0) + lag));
  const seconds = (last - first) / 1_000;
  const baseline = (before + after) / 2;
  const spread = percentile(dues, 0.99) - percentile(dues, 0.01);
  stage.say(
    `98 % of the ends were within ${Math.round(spread)} ms; bare ${before.toFixed(0)} and ${after.toFixed(0)} a second`,
  );
  return [
    figure(bench, `rate for ${count}`, 'grants/s', count / seconds, { baseline, aim: { of: 'ratio', least: 0.85 } }),
    figure(bench, 'until the last is denied', 's', seconds, { baseline: count / baseline }),
  ];
};

/** Grants a second that a bare client ends, 32 at a time. */
const bareRate = async (stage: Stage, count: number, label: string): Promise<number> => {
  const [milliseconds = Number.NaN] = await runBare({
    mode: 'flood',
    kubeconfig: stage.stand.kubeconfig('hallpass-worker'),
    redisUrl: stage.stand.redis.url,
    namespaces: [...stage.namespaces],
    count,
    label,
  });
  return count / (milliseconds / 1_000);
};
