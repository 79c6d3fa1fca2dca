import { setTimeout as pause } from 'node:timers/promises';
import { createBare, endBare, inLanes, makeBare } from './bare.ts';
import { colleagues } from './company.ts';
import { type Figure, figure } from './figure.ts';
import { grantMany, nth } from './many.ts';
import type { Stage } from './stage.ts';
import { now } from './time.ts';

const bench = 'requests through the whole path';
/** As many people ask at the same time as in `grantMany`. */
const lanes = 12;

const askedBy = (index: number): string => colleagues[index % colleagues.length]?.id ?? '';

/**
 * How many requests a second are typed, filed, approved by a click, applied and active, twelve at a time; beside the Kubernetes calls
 * of as many grants made bare. And how fast Slack is told of it all: it takes a post a second in a channel, so that is what there is to reach.
 */
export const benchPath = async (stage: Stage): Promise<readonly Figure[]> => {
  const count = stage.size(200, 20);
  const bare = await createBare(stage.stand.kubeconfig('hallpass-worker'));
  const indices = Array.from({ length: count }, (_, index) => index);
  const bareFrom = performance.now();
  const made = await inLanes(indices, lanes, (index) =>
    makeBare(bare, { ...nth(stage.namespaces, 'bare-path', index), name: `bare-path-${index}` }),
  );
  const baseline = count / ((performance.now() - bareFrom) / 1_000);
  await inLanes(made, lanes, (one) => endBare(bare, one));
  await bare.close();

  const from = performance.now();
  await grantMany(stage, 'path', count, () => now() + 3_600_000, { askedBy });
  const rate = count / ((performance.now() - from) / 1_000);

  const seconds = stage.size(40, 5);
  const posts = (): number =>
    stage.slack.calls.filter(({ method, args }) => method === 'chat.postMessage' && args.channel === 'C0APPROVALS')
      .length;
  const before = posts();
  await pause(seconds * 1_000);
  return [
    figure(bench, `${count} filed, approved and applied`, 'requests/s', rate, { baseline }),
    figure(
      bench,
      'posts meanwhile in the channel of the approvers, beside one a second',
      'posts/s',
      (posts() - before) / seconds,
      {
        baseline: 1,
      },
    ),
  ];
};
