import { setTimeout as pause } from 'node:timers/promises';
import { keys } from '#adapters/redis/keys.ts';
import type { RequestId } from '#domain/ids.ts';
import { inLanes } from './bare.ts';
import { approve, ask, logOf, requester, typed, untilLogged, type Wanted } from './people.ts';
import type { Stage } from './stage.ts';
import { now } from './time.ts';

/** A grant that is active: until when, in epoch milliseconds. */
export type Granted = Wanted & { readonly id: RequestId; readonly expiresAt: number; readonly by: string };

/** Below the twenty requests that one person may have pending. */
const lanes = 12;
/** Milliseconds that a grant takes to be made when so many lanes make them: what leaves room for it in the plan. */
const each = 40;

/** When grants must be planned to end so that all of them are active before. */
export const planFor = (count: number, milliseconds = each): number => now() + 3_000 + count * milliseconds;

/** What the n-th request of a bench is about. */
export const nth = (namespaces: Stage['namespaces'], label: string, index: number): Wanted => ({
  namespace: namespaces[index % namespaces.length] ?? '',
  object: `${label}-${index}`,
});

/** What is typed, and by whom: the one requester unless said. */
type Asking = { readonly line?: typeof typed; readonly askedBy?: (index: number) => string };

/**
 * Makes grants as people do (typed, clicked, applied by the worker), so that the n-th ends near `endOf(n)`. Durations
 * are whole seconds and the clock of a grant starts when it is applied, so an end may be off by half a second and more.
 */
export const grantMany = async (
  stage: Stage,
  label: string,
  count: number,
  endOf: (index: number) => number,
  { line = typed, askedBy = () => requester }: Asking = {},
): Promise<readonly Granted[]> => {
  const { namespaces } = stage;
  const started = performance.now();
  let delay = 150;
  const granted = await inLanes(Array.from({ length: count }), lanes, async (_, index) => {
    const wanted = nth(namespaces, label, index);
    const asked = now();
    const seconds = Math.max(5, Math.round((endOf(index) - asked - delay) / 1_000));
    const by = askedBy(index);
    const id = await ask(stage, wanted, seconds, line, by);
    await approve(stage, id);
    const { event } = await untilLogged(stage, id, 'activated');
    delay += (epoch(event.startedAt) - asked - delay) / 10;
    return { ...wanted, id, by, expiresAt: epoch(event.expiresAt) };
  });
  const seconds = (performance.now() - started) / 1_000;
  stage.say(`${count} grants made in ${seconds.toFixed(1)} s (${(count / seconds).toFixed(0)} a second)`);
  return granted;
};

const epoch = (instant: string | undefined): number => Temporal.Instant.from(instant ?? '').epochMilliseconds;

/** Waits until each is ended, with so many others that stay; answers with how many milliseconds after its time each was proven denied. */
export const lagsOf = async (
  stage: Stage,
  granted: readonly Granted[],
  within: number,
  beside = 0,
): Promise<readonly number[]> => {
  const deadline = performance.now() + within;
  // A look every quarter of a second: whoever watches more closely takes the CPU that is being measured.
  while ((await stage.redis.zcard(keys.status('active'))) > beside && performance.now() < deadline) await pause(250);
  return inLanes(granted, 8, async ({ id }) => {
    const { event } = await untilLogged(stage, id, 'ended', 1_000);
    if (event.lagMilliseconds === undefined) throw new Error(`Request ${id} ended without a lag`);
    return event.lagMilliseconds;
  });
};

/** How many of these have an event of a type by now. */
export const countLogged = async (stage: Stage, granted: readonly Granted[], type: string): Promise<number> => {
  const has = await inLanes(granted, 32, async ({ id }) =>
    (await logOf(stage, id)).some(({ event }) => event.type === type),
  );
  return has.filter(Boolean).length;
};
