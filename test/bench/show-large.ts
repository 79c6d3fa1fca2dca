import { setTimeout as pause } from 'node:timers/promises';
import { keys } from '#adapters/redis/keys.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Outcome } from '#local/slack/outcome.ts';
import { ingressOf } from '#test/build/ingresses.ts';
import { type Bare, createBare, post, wanted } from './bare.ts';
import { asBare, liveIn } from './bare-change.ts';
import { longestBlock } from './blocks.ts';
import { type Figure, figure, percentile } from './figure.ts';
import { ingress } from './ingresses.ts';
import { approve, approver, idIn, requester, untilLogged } from './people.ts';
import type { Stage } from './stage.ts';
import { now } from './time.ts';

/**
 * For how long at a time bot and worker can do nothing else while somebody asks for a change of something large, its card,
 * thread and file are shown, a reviewer opens all of it and agrees, and it is made and taken back; beside the same with
 * something small. The strict Slack checks and keeps all of that on the bot's thread: these figures are above the bot's own.
 * What a person waits for stands beside the same trial made bare.
 */
export const benchShowing = async (stage: Stage, bench: string): Promise<readonly Figure[]> => {
  const admin = await createBare(stage.stand.kubeconfig('admin'));
  const asks = await makeObjects(admin, stage.namespaces[0] ?? '');
  const count = stage.size(5, 1);
  // What is done for the first time is slow for other reasons.
  await several(stage, asks.small, 1);
  const small = (await several(stage, asks.small, count)).seen;
  const figures: Figure[] = [];
  for (const { what, line, tryIt } of asks.large) {
    const { seen, unanswered } = await several(stage, line, count);
    const bare: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const started = performance.now();
      await tryIt();
      bare.push(performance.now() - started);
    }
    figures.push(figure(bench, `${what}: asked in vain, for no worker tried it in time`, 'times', unanswered));
    if (seen.length === 0) continue;
    for (const part of parts)
      for (const who of ['bot', 'worker'] as const)
        figures.push(
          figure(bench, `${what}: longest block of ${whose[who]}, ${words[part]}`, 'ms', most(seen, part, who), {
            baseline: most(small, part, who),
            aim: { of: 'value', most: 50 },
          }),
        );
    const filed = seen.map(({ milliseconds }) => milliseconds);
    const baseline = percentile(bare, 0.5);
    figures.push(figure(bench, `${what}: asked → filed p50`, 'ms', percentile(filed, 0.5), { baseline }));
  }
  await admin.close();
  return figures;
};

const words = {
  asked: 'until filed',
  shown: 'until card and file are shown',
  opened: 'until all of it is open',
  made: 'from the click until it is made',
  back: 'until it is taken back',
} as const;
const parts = Object.keys(words) as readonly (keyof typeof words)[];
const whose = { bot: 'bot and Slack', worker: 'the worker' } as const;

/** All in milliseconds. */
type Blocks = Readonly<Record<keyof typeof whose, number>>;
type Shown = { readonly milliseconds: number } & Readonly<Record<keyof typeof words, Blocks>>;

const most = (all: readonly Shown[], part: keyof typeof words, who: keyof typeof whose): number =>
  Math.max(...all.map((one) => one[part][who]));

/** So often it is asked in vain before that is all there is to say. */
const patience = 10;

/** What was seen, so many times; fewer where asking was in vain too often. */
const several = async (stage: Stage, line: string, count: number) => {
  const seen: Shown[] = [];
  let unanswered = 0;
  while (seen.length < count && unanswered < patience) {
    const one = await shown(stage, line);
    if (one === undefined) unanswered += 1;
    else seen.push(one);
  }
  return { seen, unanswered };
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
        tryIt: async () => {
          const live = liveIn(wanted(await admin.send('GET', `${ingresses}/large`), 200, 'get'));
          const tried = { ...live, metadata: { ...live.metadata, labels: { tried: 'bare' } } };
          liveIn(wanted(await admin.send('PUT', `${ingresses}/large?${asBare}&dryRun=All`, tried), 200, 'try'));
        },
      },
      {
        what: '1 MB ConfigMap deleted',
        line: `/jit request change delete configmaps ${namespace}/large ${end}`,
        tryIt: async () => {
          const path = `/api/v1/namespaces/${namespace}/configmaps/large`;
          JSON.parse(wanted(await admin.send('GET', path), 200, path).text);
          wanted(await admin.send('DELETE', path, { dryRun: ['All'] }), 200, path);
        },
      },
    ],
  } as const;
};

/** For how long nothing else could be done while this is. */
const blocks = async ({ workerBlocked }: Stage, work: () => Promise<unknown>): Promise<Blocks> => {
  const started = now();
  const bot = await longestBlock(work);
  return { bot, worker: workerBlocked(started) };
};

/** Asked, shown, opened, made, and taken back again. Undefined when no worker has tried it in time: it was not filed. */
const shown = async (stage: Stage, line: string): Promise<Shown | undefined> => {
  const { slack, redis } = stage;
  const started = performance.now();
  const answers: Outcome[] = [];
  const asked = await blocks(stage, async () => answers.push(await slack.as(requester).command(line)));
  const milliseconds = performance.now() - started;
  const [answer] = answers;
  if (answer === undefined || JSON.stringify(answer).includes('no worker answered')) return undefined;
  const id = idIn(answer);
  const drawn = await blocks(stage, () => until(async () => (await redis.zscore(keys.unshown, id)) === null));
  const opened = await blocks(stage, () => open(stage, id));
  await slack.as(approver).closeView();
  const made = await blocks(stage, async () => {
    await approve(stage, id);
    await untilLogged(stage, id, 'activated');
  });
  const back = await blocks(stage, async () => {
    await slack.as(requester).command(`/jit done ${id}`);
    await untilLogged(stage, id, 'ended');
  });
  await until(async () => (await redis.zscore(keys.unshown, id)) === null);
  return { milliseconds, asked, shown: drawn, opened, made, back };
};

/** Opens all of it, and again where nothing came of it within five seconds, as people do. */
const open = async ({ slack, say }: Stage, id: RequestId): Promise<void> => {
  const person = slack.as(approver);
  const isOpen = async () => person.view()?.shown.includes('Page 1 of') === true;
  for (let tries = 1; tries <= 6; tries += 1) {
    await person.command(`/jit diff ${id}`);
    if (
      await until(isOpen, 5_000).then(
        () => true,
        () => false,
      )
    )
      return;
    say(`all of ${id} is not open after 5 s; there is: ${person.view()?.shown.slice(0, 200) ?? 'no modal'}`);
  }
  throw new Error(`All of ${id} cannot be opened`);
};

const until = async (look: () => Promise<boolean>, within = 30_000): Promise<void> => {
  const started = performance.now();
  while (!(await look())) {
    if (performance.now() - started > within) throw new Error(`It is not shown after ${within} ms`);
    await pause(25);
  }
};
