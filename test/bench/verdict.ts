import { setImmediate as nextTurn } from 'node:timers/promises';
import { Environment } from '@marcbachmann/cel-js';
import { judgeAll } from '#domain/policy/verdict.ts';
import { dayNames } from '#domain/policy/window.ts';
import { matchIf } from '#test/build/conditions.ts';
import { policy, rule } from '#test/build/policy.ts';
import { judgeTried, triedBy } from '#use-cases/tried.ts';
import { type Figure, figure, percentile } from './figure.ts';
import type { Stage } from './stage.ts';

const bench = 'which of 500 rules decides';
const count = 500;

/** Every rule speaks of what is asked and has a condition and times; none but the last one's holds. */
const conditionOf = (index: number): string =>
  `request.cluster == "prod" && request.seconds <= 3600 && after.all(o, o.spec.replicas < 10) && request.reason.matches("^OPS-[0-9]+") && size(requester.groups) > ${index < count - 1 ? 90 : 0}`;
const when = [{ zone: 'Europe/Berlin', days: dayNames }];
const rules = Array.from({ length: count }, (_, index) =>
  rule({ name: `rule-${index}`, match: { ...matchIf(conditionOf(index)), when } }),
);
const place = {
  cluster: 'prod',
  namespace: 'shop',
  kind: 'change',
  source: 'slack' as const,
  profiles: ['deployments'],
};
const facts = {
  request: {
    ...place,
    objects: ['web'],
    seconds: 600,
    reason: 'OPS-12 more of them',
    subject: 'U0ALICE',
    breakGlass: false,
  },
  requester: { id: 'U0ALICE', groups: ['developers'] },
  now: '2026-11-26T10:00:00Z',
};
const deployment = (replicas: number) => ({ kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas } });
const found = { risk: { level: 'none', findings: [] }, before: [deployment(2)], after: [deployment(5)] } as const;

/** From what was tried to the rule that decides, beside the same 500 expressions of the library alone. */
export const benchVerdict = async (stage: Stage): Promise<readonly Figure[]> => {
  const of = policy({ rules });
  const asked = { ...place, reachesFurther: false };
  const asker = { groups: new Set(['developers']), failed: [] };
  const at = Temporal.Instant.from(facts.now);
  const verdict = async () => {
    const tried = triedBy(of, await judgeTried(of, asked, facts, found));
    return judgeAll(of, { ...asked, asker, at, ...(tried === undefined ? {} : { tried }) });
  };
  const environment = new Environment({ unlistedVariablesAreDyn: true });
  const expressions = rules.map((_, index) => environment.parse(conditionOf(index)));
  const bare = () => {
    const variables = { ...facts, ...found, request: { ...facts.request, seconds: 600n } };
    return expressions.filter((expression) => expression(variables) === true).length;
  };
  const judged = await verdict();
  if (!judged.ok || judged.value.type !== 'decides' || judged.value.rule.name !== `rule-${count - 1}` || bare() !== 1)
    throw new Error('Another rule decides than should');

  const samples = { product: [] as number[], baseline: [] as number[] };
  for (let round = 0; round < stage.size(1_000, 20) + warmUp; round += 1) {
    // The bot and its Redis are in this process, and have their turns.
    await nextTurn();
    const one = await timed(verdict);
    const other = await timed(async () => bare());
    if (round >= warmUp) samples.product.push(one);
    if (round >= warmUp) samples.baseline.push(other);
  }
  return [0.5, 0.99].map((share) =>
    figure(bench, `verdict p${share * 100}`, 'ms', percentile(samples.product, share), {
      baseline: percentile(samples.baseline, share),
      ...(share === 0.99 ? { aim: { of: 'value', most: 5 } as const } : {}),
    }),
  );
};

const warmUp = 50;

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};
