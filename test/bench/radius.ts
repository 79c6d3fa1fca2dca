import { setImmediate as nextTurn } from 'node:timers/promises';
import { createExaminer } from '#adapters/threads/examiner.ts';
import { differenceOf } from '#domain/networkpolicy/difference.ts';
import { selects } from '#domain/networkpolicy/selector.ts';
import { seePod } from '#domain/radius/pods.ts';
import type { Sight } from '#domain/radius/sight.ts';
import { findingsIn } from '#domain/risk/assess.ts';
import { largeChange, largeCluster, largeSize } from '#test/build/large-network.ts';
import { longestBlock } from './blocks.ts';
import { type Figure, figure, percentile } from './figure.ts';
import type { Stage } from './stage.ts';
import { long } from './states.ts';

const bench = 'what a change reaches, and what is dangerous in it';

/** Who reaches whom in a large cluster before and after, and what the rules find in a long object. */
export const benchRadius = async (stage: Stage): Promise<readonly Figure[]> => [
  ...(await reaching(stage.size(100, 5))),
  ...(await judging(stage.size(100, 5))),
  ...(await blocking(stage.size(20, 3))),
];

/** Beside the least that nobody can do without: each selector of a policy held against each pod of its namespace. */
const reaching = async (count: number): Promise<readonly Figure[]> => {
  const { before, after, pods } = largeChange();
  const bare = (): number =>
    [before, after].reduce(
      (sum, { policies }) =>
        sum +
        policies.reduce(
          (all, policy) =>
            all + pods.filter((pod) => pod.namespace === policy.namespace && selects(policy.pods, pod.labels)).length,
          0,
        ),
      0,
    );
  const samples = await measured(count, () => differenceOf(before, after, pods).ok, bare);
  const { pods: many, policies } = largeSize;
  return figures(`${many} pods, ${policies} NetworkPolicies: before and after`, samples, 300);
};

/** Beside reading both states from JSON. */
const judging = async (count: number): Promise<readonly Figure[]> => {
  const all: Figure[] = [];
  for (const make of long) {
    const { what, before, after } = make();
    const texts = [before, after].map((state) => JSON.stringify(state));
    const samples = await measured(
      count,
      () => findingsIn([{ before, after }]).length,
      () => texts.map((text) => JSON.parse(text)).length,
    );
    all.push(...figures(`5,000 lines of an Ingress, ${what}: judged`, samples, 50));
  }
  return all;
};

/** For how long nothing else goes on while the large cluster is looked at, beside reading one page of its pods. */
const blocking = async (count: number): Promise<readonly Figure[]> => {
  const { close, reach } = createExaminer();
  const { pods, changed, namespaces } = largeCluster();
  const { before } = largeChange();
  const sight: Sight = {
    routes: [],
    services: [],
    pods: pods.map(seePod).flatMap((one) => (one.ok ? [one.value] : [])),
    policies: before.policies,
    namespaces: new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}])),
  };
  const page = JSON.stringify(pods.slice(0, 500));
  const [product, baseline]: [number[], number[]] = [[], []];
  await reach([{ before: undefined, after: changed }], sight, []);
  for (let index = 0; index < count; index += 1) {
    product.push(await longestBlock(() => reach([{ before: undefined, after: changed }], sight, [])));
    baseline.push(await longestBlock(() => JSON.parse(page).map(seePod)));
  }
  await close();
  return [0.5, 1].map((share) =>
    figure(
      bench,
      `5000 pods looked over elsewhere: longest block ${share === 1 ? 'max' : 'p50'}`,
      'ms',
      percentile(product, share),
      {
        baseline: percentile(baseline, share),
        ...(share === 1 ? { aim: { of: 'value', most: 50 } as const } : {}),
      },
    ),
  );
};

type Samples = { readonly product: readonly number[]; readonly baseline: readonly number[] };

/** The bot and its Redis are in this process, and have their turns. */
const measured = async (count: number, work: () => unknown, floor: () => unknown): Promise<Samples> => {
  const [product, baseline]: [number[], number[]] = [[], []];
  for (let index = -warmUp; index < count; index += 1) {
    await nextTurn();
    const [one, other] = [timed(work), timed(floor)];
    if (index < 0) continue;
    product.push(one);
    baseline.push(other);
  }
  return { product, baseline };
};
const warmUp = 3;

const timed = (work: () => unknown): number => {
  const started = performance.now();
  work();
  return performance.now() - started;
};

const figures = (name: string, { product, baseline }: Samples, most: number): readonly Figure[] =>
  [0.5, 0.99].map((share) =>
    figure(bench, `${name} p${share * 100}`, 'ms', percentile(product, share), {
      baseline: percentile(baseline, share),
      aim: { of: 'value', most },
    }),
  );
