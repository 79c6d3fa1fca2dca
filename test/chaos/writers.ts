import { setTimeout as wait } from 'node:timers/promises';
import type { RequestId } from '#domain/ids.ts';
import type { Ground } from './ground.ts';
import { aim, standing, type Way, writeTo } from './guarded.ts';
import { act, type Done, isInLog } from './people.ts';
import type { Write } from './plan.ts';

/** A write that was held: which way it went, who decided on it, and whether it was written then. */
export type Held = { readonly id: RequestId; readonly way: Way; readonly done: Done[]; isUsed: boolean };

/** From its start to its answer. */
type Try = { readonly way: Way; readonly from: number; readonly to: number; readonly told: string };

/** Somebody at kubectl, and everything that was held of what they wrote. */
export type Writer = {
  readonly write: Write;
  readonly held: readonly Held[];
  /** How often they were told that it is written. */
  readonly written: () => number;
  /** What they were told last. */
  readonly told: () => string;
  /** All that they tried, and what came of it. */
  readonly tries: () => readonly Try[];
  /** Until they have what they want, or give up. */
  readonly work: () => Promise<void>;
  /** Tries it once more, once nothing is broken; whether it was held, so that there is something to decide on, or written. */
  readonly isHeard: () => Promise<boolean>;
  /** Writes what was approved and is not used yet, once nothing is broken; whether it could. */
  readonly use: (one: Held) => Promise<boolean>;
};

/** Milliseconds: between two tries, until they give up, for what is not to be had, and for what has to work. */
const patience = { between: 500, step: 8_000, again: 1_500, mended: 60_000 };
/** Milliseconds that somebody waits for a card before they can click. */
const card = 4_000;

/** Somebody who writes what is protected as they are told: again, until somebody has agreed. */
export const createWriter = (ground: Ground, round: number, write: Write): Writer => {
  const held: Held[] = [];
  let written = 0;
  let told = '';
  const tries: Try[] = [];
  let before: Awaited<ReturnType<typeof standing>>;

  const decide = async (one: Held): Promise<void> => {
    await wait(write.after);
    for (const deadline = Date.now() + card; !(await isInLog(ground, one.id)); await wait(100))
      if (Date.now() > deadline) return;
    for (const by of write.stray ? (['U0FRANK', 'U0BOB'] as const) : (['U0BOB'] as const))
      one.done.push(await act(ground, one.id, { at: 0, nth: write.nth, by, does: write.verdict, twice: false }));
  };
  const once = async (way: Way, isDecided: boolean): Promise<boolean> => {
    const { stand, hands } = ground;
    // The API server may have been away when they began.
    before ??= await standing(stand, write);
    if (before === undefined) return false;
    const from = Date.now();
    const reply = await writeTo({ plane: stand.plane, hands }, write, aim(round, write, way, before));
    told = `${reply.status ?? 'nothing'}: ${reply.message}`;
    tries.push({
      way,
      from,
      to: Date.now(),
      told: `${reply.status ?? 'nothing'} ${reply.held ?? reply.message.slice(0, 80)}`,
    });
    if (reply.status === 200) {
      written += 1;
      for (const one of held) if (one.way === way) one.isUsed = true;
      return true;
    }
    if (reply.held === undefined || held.some(({ id }) => id === reply.held)) return false;
    const one: Held = { id: reply.held, way, done: [], isUsed: false };
    held.push(one);
    if (isDecided) deciding.push(decide(one).catch(() => undefined));
    return false;
  };
  const deciding: Promise<void>[] = [];
  const insist = async (way: Way, patient: number, isDecided = true): Promise<boolean> => {
    for (const deadline = Date.now() + patient; Date.now() < deadline; await wait(patience.between))
      if (await once(way, isDecided)) return true;
    return false;
  };

  return {
    write,
    held,
    written: () => written,
    told: () => told,
    tries: () => tries,
    work: async () => {
      const isBack = (await insist('there', patience.step)) && write.again && (await insist('back', patience.step));
      // Somebody has agreed to that once; nobody does now.
      if (isBack) await insist('there', patience.again, false);
      await Promise.all(deciding);
    },
    isHeard: async () => {
      for (const deadline = Date.now() + patience.mended; Date.now() < deadline; await wait(patience.between)) {
        if (written > 0 || (await once('there', false))) return true;
        const there = await Promise.all(held.map(({ id }) => isInLog(ground, id)));
        if (there.includes(true)) return true;
      }
      return false;
    },
    use: ({ way }) => insist(way, patience.mended, false),
  };
};
