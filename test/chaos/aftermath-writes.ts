import { isOver } from '#domain/request/request.ts';
import { comes } from './comes.ts';
import type { Ground } from './ground.ts';
import { chainOf, toldBy } from './judge.ts';
import { judgeThread } from './judge-thread.ts';
import { judgeHeld, judgeWrite, type Look } from './judge-writes.ts';
import { isInLog } from './people.ts';
import type { Strike } from './plan.ts';
import type { Held, Writer } from './writers.ts';

/** When all is mended: what was approved can be written, what was not is withdrawn, and then nothing may be wrong. */
export const judgeWriter = async (
  ground: Ground,
  writer: Writer,
  looks: readonly Look[],
  strikes: readonly Strike[],
): Promise<readonly string[]> => {
  const wasEmptied = strikes.some(({ kind }) => kind === 'redis-emptied');
  const problems: string[] = [];
  if (!(await writer.isHeard()))
    problems.push(`what is guarded (${writer.write.nth}) is not held a minute after all was mended: ${writer.told()}`);
  // What the bot could not file then is told to who tries again, and was promised to nobody.
  const held: Held[] = [];
  for (const one of writer.held) if (await isInLog(ground, one.id)) held.push(one);
  for (const one of held) problems.push(...(await settle(ground, writer, one, wasEmptied)));
  const isPutBack = writer.written() > 1;
  for (const one of held) problems.push(...(await judgeOne(ground, one, wasEmptied, isPutBack && one.isUsed)));
  const strange = judgeWrite({ write: writer.write, held: writer.held, looks });
  return [...strange, ...(strange.length === 0 ? [] : tellAll(writer, looks)), ...problems];
};

/** All that was tried, decided and seen, by the last six digits of its milliseconds. */
const tellAll = (writer: Writer, looks: readonly Look[]): readonly string[] => {
  const moment = (at: number): string => String(at % 1_000_000).padStart(6, '0');
  const tries = writer.tries().map(({ way, from, to, told }) => `${way} ${moment(from)}–${moment(to)} ${told}`);
  const clicks = writer.held.map(
    ({ id, way, done }) => `${id} ${way} ${done.map(({ at, deed }) => `${deed.does} ${moment(at)}`).join(', ')}`,
  );
  const seen = looks.map(({ at, isThere }) => `${moment(at)} ${isThere ? 'there' : 'not there'}`);
  return [`tries: ${tries.join('; ')}`, `clicks: ${clicks.join('; ')}`, `seen: ${seen.join('; ')}`];
};

const settle = async (ground: Ground, writer: Writer, one: Held, wasEmptied: boolean): Promise<readonly string[]> => {
  const status = await statusOf(ground, one);
  if (status === 'pending') await ground.slack.as('U0ALICE').command(`/jit withdraw ${one.id}`);
  if (status !== 'approved' || one.isUsed || (await writer.use(one)) || wasEmptied) return [];
  return [`${one.id} is approved, and cannot be written a minute after all was mended: ${writer.told()}`];
};

const statusOf = async (ground: Ground, { id }: Held) => {
  const chain = await chainOf(ground, id);
  return chain === undefined || typeof chain === 'string' ? undefined : chain.request.state.status;
};

const judgeOne = async (
  ground: Ground,
  one: Held,
  wasEmptied: boolean,
  isPutBack: boolean,
): Promise<readonly string[]> => {
  const { id } = one;
  await comes(async () => {
    const status = await statusOf(ground, one);
    return status === undefined || isOver(status) || (isPutBack && status === 'approved');
  });
  const chain = await chainOf(ground, id);
  if (wasEmptied && (chain === undefined || typeof chain === 'string')) return [];
  if (chain === undefined) return [`${id}, which was held: its log is gone`];
  if (typeof chain === 'string') return [`${id}, which was held: its log cannot be believed: ${chain}`];
  const problems = judgeHeld({ ...one, isPutBack }, chain);
  return [
    ...problems,
    ...(problems.length === 0 ? [] : [await toldBy(ground, id)]),
    ...(await judgeThread(ground, id)),
  ];
};
