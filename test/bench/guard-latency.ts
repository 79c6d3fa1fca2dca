import { setTimeout as pause } from 'node:timers/promises';
import { keys } from '#adapters/redis/keys.ts';
import { type RequestId, requestId } from '#domain/ids.ts';
import { type Answer, type Bare, createBare } from './bare.ts';
import { type Figure, figure, latencies, percentile } from './figure.ts';
import { type BareBot, startBareBot } from './guard-bot.ts';
import { openLine } from './guard-line.ts';
import { nth, places } from './guard-places.ts';
import type { GuardStage } from './guard-stage.ts';

const bench = 'a write on the API server → answered';
const warmUp = 20;
/** So many of their requests the guard looks through before it refuses somebody. */
const behind = 30;

/**
 * One write after the other by kubectl's calls: with the guard asked, beside a webhook that says only yes or no, and beside none.
 * Refused writes are asked about twice by the API server.
 */
export const benchGuardLatency = async (stage: GuardStage): Promise<readonly Figure[]> => {
  const rounds = stage.size(300, 10) + warmUp;
  const approvals = stage.size(100, 5) + warmUp;
  const people = ['admin', 'requester', 'approver-one', 'hallpass-guard'];
  const hands = await Promise.all(people.map((name) => createBare(stage.stand.kubeconfig(name))));
  const [admin, alice, bob, guard] = hands;
  if (admin === undefined || alice === undefined || bob === undefined || guard === undefined)
    throw new Error('No clients');
  const bot = startBareBot(stage);
  try {
    await untilAsked(admin);
    await approveAll(stage, bot, alice, approvals);
    await held(alice, 'refused-busy');
    await held(bob, 'refused');
    const asked = await countAsked(stage);
    const edits = await measure(rounds, [
      ['none', (round) => annotate(bob, places.none, round)],
      ['yes', (round) => annotate(bob, places.yes, round)],
      ['nothing', (round) => annotate(bob, places.guard, round)],
      ['no', () => addPath(bob, places.no, 'refused', 403)],
      ['held', () => addPath(bob, places.guard, 'refused', 403)],
      ['busy', () => addPath(alice, places.guard, 'refused-busy', 403)],
    ]);
    const paths = await measure(approvals, [
      ['none', (round) => addPath(alice, places.none, nth(round), 200)],
      ['yes', (round) => addPath(alice, places.yes, nth(round), 200)],
      ['approved', (round) => addPath(alice, places.guard, nth(round), 200)],
      ['get', (round) => getMarker(guard, round)],
    ]);
    const wanted = 3 * rounds + approvals;
    const more = (await countAsked(stage)) - asked;
    if (more < wanted) throw new Error(`The bare webhook was asked ${more} times about ${wanted} writes`);
    return figuresOf(edits, paths);
  } finally {
    await bot.stop();
    await Promise.all(hands.map((one) => one.close()));
  }
};

const aim = { of: 'ratio', most: 1.2 } as const;

const figuresOf = (edits: Samples, paths: Samples): readonly Figure[] => [
  ...latencies(
    bench,
    'changes nothing that counts, beside a webhook that says yes',
    of(edits, 'nothing'),
    of(edits, 'yes'),
    aim,
  ),
  ...latencies(bench, 'changes nothing that counts, beside no webhook', of(edits, 'nothing'), of(edits, 'none')),
  added('changes nothing that counts', of(edits, 'nothing'), of(edits, 'yes'), of(edits, 'none')),
  ...latencies(bench, 'approved, beside a webhook that says yes', of(paths, 'approved'), of(paths, 'yes'), aim),
  ...latencies(bench, 'approved, beside no webhook', of(paths, 'approved'), of(paths, 'none')),
  figure(
    bench,
    'approved, beside a webhook that says yes and the GET of a marker, p50',
    'ms',
    percentile(of(paths, 'approved'), 0.5),
    { baseline: percentile(of(paths, 'yes'), 0.5) + percentile(of(paths, 'get'), 0.5) },
  ),
  added('approved', of(paths, 'approved'), of(paths, 'yes'), of(paths, 'none')),
  ...latencies(bench, 'held already, beside a webhook that says no', of(edits, 'held'), of(edits, 'no'), aim),
  ...latencies(
    bench,
    `held already, of somebody with ${behind} requests and more, beside a webhook that says no`,
    of(edits, 'busy'),
    of(edits, 'no'),
    aim,
  ),
];

/** What being asked costs, beside what asking a webhook with nothing behind it costs. */
const added = (what: string, guard: readonly number[], yes: readonly number[], none: readonly number[]): Figure => {
  const without = percentile(none, 0.5);
  return figure(bench, `${what}: more than without, p50`, 'ms', percentile(guard, 0.5) - without, {
    baseline: percentile(yes, 0.5) - without,
  });
};

type Samples = ReadonlyMap<string, readonly number[]>;
const of = (samples: Samples, name: string): readonly number[] => samples.get(name) ?? [];

type Work = readonly [name: string, write: (round: number) => Promise<unknown>];

/** All of them in each round, one after the other, each round beginning with another one. Milliseconds. */
const measure = async (rounds: number, works: readonly Work[]): Promise<Samples> => {
  const samples = new Map<string, number[]>(works.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const from = round % works.length;
    for (const [name, write] of [...works.slice(from), ...works.slice(0, from)]) {
      const started = performance.now();
      await write(round);
      const took = performance.now() - started;
      if (round >= warmUp) samples.get(name)?.push(took);
    }
  }
  return samples;
};

const pathOf = (namespace: string, name = ''): string =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses${name === '' ? '' : `/${name}`}`;

const answered = (status: number, { status: got, text }: Answer): string => {
  if (got !== status) throw new Error(`A write was answered with ${got}, not ${status}: ${text.slice(0, 300)}`);
  return text;
};

/** A write that etcd takes, and in which there is nothing to be agreed to. */
const annotate = async (hands: Bare, namespace: string, round: number): Promise<string> => {
  const edit = { op: 'add', path: '/metadata/annotations/acme.test~1commit', value: `commit-${round}` };
  return answered(200, await hands.send('PATCH', pathOf(namespace, 'same'), [edit]));
};

const addPath = async (hands: Bare, namespace: string, name: string, status: number): Promise<string> => {
  const value = { path: '/beta', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } };
  const edit = { op: 'add', path: '/spec/rules/0/http/paths/-', value };
  return answered(status, await hands.send('PATCH', pathOf(namespace, name), [edit]));
};

/** Whether an approval was used is asked of the cluster. */
const getMarker = async (guard: Bare, round: number): Promise<string> =>
  answered(404, await guard.send('GET', `/api/v1/namespaces/hallpass-markers/configmaps/bench-${round}`));

/** The first attempt at a write: the request that it becomes. */
const held = async (hands: Bare, name: string): Promise<RequestId> => {
  const text = await addPath(hands, places.guard, name, 403);
  return requestId.parse(/request ([2-9a-z]{4}-[2-9a-z]{2})/.exec(text)?.[1]);
};

/** The API server learns of its webhooks a moment after they are there, and of the guard's authority. */
const untilAsked = async (admin: Bare): Promise<void> => {
  const deadline = performance.now() + 20_000;
  const value = { path: '/asked', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } };
  const edit = [{ op: 'add', path: '/spec/rules/0/http/paths/-', value }];
  const isAsked = async (namespace: string, word: string): Promise<boolean> => {
    const { status, text } = await admin.send('PATCH', pathOf(namespace, 'asked'), edit);
    return status === 403 && text.includes(word);
  };
  while (!((await isAsked(places.no, 'bench.test')) && (await isAsked(places.guard, 'Hallpass')))) {
    if (performance.now() > deadline) throw new Error('The API server does not ask the guard');
    await pause(100);
  }
};

const approveAll = async (stage: GuardStage, bot: BareBot, alice: Bare, count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) {
    // An author may file thirty a minute, which is not what is measured here.
    await stage.redis.del(keys.filedBy('user alice@acme.test'));
    await bot.approve(await held(alice, nth(index)));
  }
  stage.say(`${count} writes were held and approved`);
};

const countAsked = async ({ bare }: GuardStage): Promise<number> => {
  const line = await openLine(bare);
  const { text } = await line.send(Buffer.from('GET /count HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'));
  line.close();
  return Number(text.split('\r\n\r\n')[1]);
};
