import type { RequestId } from '#domain/ids.ts';
import { isOver } from '#domain/request/request.ts';
import type { Ground } from './ground.ts';
import { type Case, chainOf, judgeEffects, judgeLog } from './judge.ts';
import { judgeAnswered, judgeFiling } from './judge-filings.ts';
import type { Strike } from './plan.ts';
import { type Excuse, isInForce } from './seen.ts';

/** Milliseconds in which everything has come to rest once nothing is broken any more. */
const patience = 60_000;

/** Waits for something to be so; whether it came to be. */
const comes = async (isSo: () => Promise<boolean>): Promise<boolean> => {
  for (const deadline = Date.now() + patience; Date.now() < deadline; ) {
    if (await isSo().catch(() => false)) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
};

/** When all is mended: waits until all is at rest, and says what is not as it must be. */
export const judgeAll = async (
  ground: Ground,
  round: number,
  cases: readonly Case[],
  excuses: readonly Excuse[],
  strikes: readonly Strike[],
): Promise<readonly string[]> => {
  const problems: string[] = [];
  for (const one of cases) {
    const gone = await comes(async () => (await isInForce(ground, round, one.ask)) === false);
    if (!gone)
      problems.push(
        `#${one.ask.nth} (${one.ids[0] ?? 'not in the log'}) is still in force a minute after all was mended`,
      );
  }
  for (const one of cases) problems.push(...(await judgeOne(ground, one, excuses, strikes)));
  if (!(await comes(() => isNothingLeft(ground))))
    problems.push(`objects of Hallpass are left: ${await leftIn(ground)}`);
  for (const slot of [...ground.workers, ...ground.bots])
    if (slot.hasFallen()) problems.push(`${slot.name} has ended by itself:\n${slot.output().slice(-3_000)}`);
  for (const { what, detail } of ground.slack.problems.splice(0))
    problems.push(`Slack would not have taken: ${what}: ${JSON.stringify(detail).slice(0, 500)}`);
  return problems;
};

const judgeOne = async (
  ground: Ground,
  one: Case,
  excuses: readonly Excuse[],
  strikes: readonly Strike[],
): Promise<readonly string[]> => {
  const { ask } = one;
  const [id] = one.ids;
  const effects = [...judgeEffects(one, excuses), ...judgeFiling(one, strikes)];
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
    ...(await judgeThread(ground, id)),
  ];
};

/** Below the card each entry of the log is found once, in order, and the card itself is of its last state. */
const judgeThread = async (ground: Ground, id: RequestId): Promise<readonly string[]> => {
  const look = async (): Promise<readonly string[]> => {
    const chain = await chainOf(ground, id);
    if (chain === undefined || typeof chain === 'string') return [];
    const eyes = ground.slack.as('U0BOB');
    const cards = eyes
      .readChannel('approvals')
      .filter(({ metadata }) => metadata?.event_type === 'hallpass_card' && metadata.event_payload.request === id);
    const [card] = cards;
    if (card === undefined || cards.length > 1) return [`${id} has ${cards.length} cards`];
    const told = eyes
      .readThread(card)
      .slice(1)
      .map(({ metadata }) => Number(metadata?.event_payload.version));
    const versions = chain.entries.map(({ version }) => version);
    const missing = versions.filter((version) => !told.includes(version));
    const extra = told.filter((version, index) => told.indexOf(version) !== index || !versions.includes(version));
    const words = { revoked: 'Ended', denied: 'Denied', withdrawn: 'Withdrawn', lapsed: 'Lapsed', failed: 'Failed' };
    const word = Object.entries(words).find(([status]) => status === chain.request.state.status)?.[1];
    return [
      ...(missing.length === 0 ? [] : [`${id}: the thread lacks entries ${missing.join(', ')}`]),
      ...(extra.length === 0 ? [] : [`${id}: the thread has entries ${extra.join(', ')} once too often`]),
      ...(word === undefined || card.shown.includes(word)
        ? []
        : [`${id} is ${word}, and its card reads ${card.shown}`]),
    ];
  };
  await comes(async () => (await look()).length === 0);
  return look();
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
