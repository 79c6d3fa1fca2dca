import { isOver } from '#domain/request/request.ts';
import { judgeWriter } from './aftermath-writes.ts';
import { comes } from './comes.ts';
import { type Ground, slotsOf } from './ground.ts';
import { type Case, chainOf, judgeEffects, judgeLog, toldBy } from './judge.ts';
import { judgeAnswered, judgeFiling } from './judge-filings.ts';
import { judgeEarly, judgeMisused } from './judge-misuse.ts';
import { judgeThread } from './judge-thread.ts';
import type { Look } from './judge-writes.ts';
import type { Misused } from './misuse.ts';
import type { Strike } from './plan.ts';
import { type Excuse, isInForce } from './seen.ts';
import type { Struck } from './strikes.ts';
import type { Writer } from './writers.ts';

/** Somebody who wrote what is guarded, and how that stood meanwhile. */
export type Watched = { readonly writer: Writer; readonly looks: readonly Look[] };

/** All that was seen of a round. */
export type Seen = {
  readonly cases: readonly Case[];
  readonly excuses: readonly Excuse[];
  readonly strikes: readonly Strike[];
  /** The same as they came to be. */
  readonly struck: readonly Struck[];
  readonly misused: readonly Misused[];
  readonly writers: readonly Watched[];
};

/** When all is mended: waits until all is at rest, and says what is not as it must be. */
export const judgeAll = async (ground: Ground, round: number, seen: Seen): Promise<readonly string[]> => {
  const { cases, writers, strikes } = seen;
  const problems: string[] = [];
  for (const one of cases) {
    const gone = await comes(async () => (await isInForce(ground, round, one.ask)) === false);
    if (!gone)
      problems.push(
        `#${one.ask.nth} (${one.ids[0] ?? 'not in the log'}) is still in force a minute after all was mended`,
      );
  }
  for (const one of cases) problems.push(...(await judgeOne(ground, one, seen)));
  for (const { writer, looks } of writers) problems.push(...(await judgeWriter(ground, writer, looks, strikes)));
  if (!(await comes(() => isNothingLeft(ground))))
    problems.push(`objects of Hallpass are left: ${await leftIn(ground)}`);
  for (const slot of slotsOf(ground))
    if (slot.hasFallen()) problems.push(`${slot.name} has ended by itself:\n${slot.output().slice(-3_000)}`);
  for (const { what, detail } of ground.slack.problems.splice(0))
    problems.push(`Slack would not have taken: ${what}: ${JSON.stringify(detail).slice(0, 500)}`);
  return problems;
};

const judgeOne = async (
  ground: Ground,
  one: Case,
  { excuses, strikes, struck, misused }: Seen,
): Promise<readonly string[]> => {
  const { ask } = one;
  const [id] = one.ids;
  const effects = [...judgeEffects(one, excuses), ...judgeFiling(one, strikes)];
  if (one.ids.length > 1) for (const each of one.ids) effects.push(await toldBy(ground, each));
  if (id === undefined) return effects;
  await comes(async () => {
    const chain = await chainOf(ground, id);
    return chain === undefined || typeof chain === 'string' || isOver(chain.request.state.status);
  });
  const chain = await chainOf(ground, id);
  const wasEmptied = strikes.some(({ kind }) => kind === 'redis-emptied');
  if (typeof chain === 'string' && !wasEmptied)
    return [...effects, `#${ask.nth} (${id}): its log cannot be believed: ${chain}`];
  if (chain === undefined && !wasEmptied) return [...effects, `#${ask.nth} (${id}): its log is gone`];
  if (chain === undefined || typeof chain === 'string') return effects;
  return [
    ...effects,
    ...judgeLog(one, chain, strikes),
    ...judgeAnswered(one, chain),
    ...judgeMisused(one, chain, misused, struck),
    ...judgeEarly(one, chain, misused),
    ...(await judgeThread(ground, id)),
  ];
};

const roles = ['roles', 'rolebindings'] as const;

const leftIn = async ({ stand }: Ground): Promise<string> => {
  const lists = await Promise.all(
    roles.map((resource) =>
      stand.admin.send('GET', `/apis/rbac.authorization.k8s.io/v1/${resource}?labelSelector=hallpass.dev/request`),
    ),
  );
  return lists
    .flatMap(({ body }) =>
      (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name),
    )
    .join(', ');
};
const isNothingLeft = async (ground: Ground): Promise<boolean> => (await leftIn(ground)) === '';
