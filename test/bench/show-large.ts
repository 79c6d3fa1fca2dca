import { setTimeout as pause } from 'node:timers/promises';
import { keys } from '#adapters/redis/keys.ts';
import { ingressOf } from '#test/build/objects.ts';
import { type Bare, createBare, post } from './bare.ts';
import { longestBlock } from './blocks.ts';
import { type Figure, figure, percentile } from './figure.ts';
import { ingress } from './ingresses.ts';
import { approver, idIn, requester } from './people.ts';
import type { Stage } from './stage.ts';

/**
 * For how long at a time the bot can do nothing else while somebody asks for a change of something large, its card, thread
 * and file are shown, and a reviewer opens all of it; beside the same with something small. The strict Slack checks and
 * keeps all of that on the same thread: these figures are above the bot's own.
 */
export const benchShowing = async (stage: Stage, bench: string): Promise<readonly Figure[]> => {
  const admin = await createBare(stage.stand.kubeconfig('admin'));
  const asks = await makeObjects(admin, stage.namespaces[0] ?? '');
  await admin.close();
  const count = stage.size(5, 1);
  // What is done for the first time is slow for other reasons.
  await shown(stage, asks.small);
  const small = await several(stage, asks.small, count);
  const figures: Figure[] = [];
  for (const { what, line } of asks.large) {
    const seen = await several(stage, line, count);
    for (const part of ['asked', 'shown', 'opened'] as const)
      figures.push(
        figure(bench, `${what}: longest block of bot and Slack, ${words[part]}`, 'ms', most(seen, part), {
          baseline: most(small, part),
          aim: { of: 'value', most: 50 },
        }),
      );
    const times = (of: readonly Shown[]) =>
      percentile(
        of.map(({ milliseconds }) => milliseconds),
        0.5,
      );
    figures.push(figure(bench, `${what}: asked → filed p50`, 'ms', times(seen), { baseline: times(small) }));
  }
  return figures;
};

const words = {
  asked: 'until filed',
  shown: 'until card and file are shown',
  opened: 'until all of it is open',
} as const;

type Shown = { readonly milliseconds: number } & Readonly<Record<keyof typeof words, number>>;

const most = (all: readonly Shown[], part: keyof typeof words): number => Math.max(...all.map((one) => one[part]));

const several = async (stage: Stage, line: string, count: number): Promise<readonly Shown[]> => {
  const all: Shown[] = [];
  for (let index = 0; index < count; index += 1) all.push(await shown(stage, line));
  return all;
};

const makeObjects = async (admin: Bare, namespace: string) => {
  const data = { text: Array.from({ length: 30_000 }, (_, index) => `line ${index} of a long text`).join('\n') };
  const metadata = { name: 'large', namespace };
  await post(admin, `/api/v1/namespaces/${namespace}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data,
  });
  const ingresses = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
  const small = { namespace, object: 'small' };
  await post(admin, ingresses, ingress(small, '/'));
  const [one] = ingress({ namespace, object: 'web' }, '/').spec.rules;
  const rules = Array.from({ length: 7_000 }, (_, index) => ({ ...one, host: `large-${index}.bench.test` }));
  await post(admin, ingresses, { ...ingress(small, '/'), ...ingressOf(0, String), metadata, spec: { rules } });
  const end = 'for 600s because the bench wants it';
  return {
    small: `/jit request change add small.bench.test/beta=beta:80 ${namespace}/small ${end}`,
    large: [
      {
        what: '1 MB Ingress, one path more',
        line: `/jit request change add large-3500.bench.test/beta=beta:80 ${namespace}/large ${end}`,
      },
      { what: '1 MB ConfigMap deleted', line: `/jit request change delete configmaps ${namespace}/large ${end}` },
    ],
  } as const;
};

/** Asked, shown, opened, and taken back again. */
const shown = async (stage: Stage, line: string): Promise<Shown> => {
  const { slack, redis } = stage;
  const started = performance.now();
  let milliseconds = Number.NaN;
  const filed = Promise.withResolvers<ReturnType<typeof idIn>>();
  const asked = await longestBlock(async () => {
    filed.resolve(idIn(await slack.as(requester).command(line)));
    milliseconds = performance.now() - started;
  });
  const id = await filed.promise;
  const drawn = await longestBlock(() => until(async () => (await redis.zscore(keys.unshown, id)) === null));
  const opened = await longestBlock(async () => {
    await slack.as(approver).command(`/jit diff ${id}`);
    await until(async () => slack.as(approver).view()?.shown.includes('Page 1 of') === true);
  });
  await slack.as(approver).closeView();
  await slack.as(requester).command(`/jit withdraw ${id}`);
  await until(async () => (await redis.zscore(keys.unshown, id)) === null);
  return { milliseconds, asked, shown: drawn, opened };
};

const until = async (look: () => Promise<boolean>): Promise<void> => {
  const started = performance.now();
  while (!(await look())) {
    if (performance.now() - started > 30_000) throw new Error('It is not shown after 30 s');
    await pause(25);
  }
};
