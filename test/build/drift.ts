import type { Chain } from '#domain/request/chain.ts';
import { find } from '#use-cases/request-log.ts';
import { createGuardWorld, type GuardWorld, gateTarget } from './guard-world.ts';

/** Looked at before anything happens, as by a worker that was just started. */
export const watchedWorld = async (options: Parameters<typeof createGuardWorld>[0] = {}): Promise<GuardWorld> => {
  const world = createGuardWorld(options);
  await world.look();
  return world;
};

/** Somebody writes while no guard answers. */
export const pastTheGuard = (world: GuardWorld, data: Readonly<Record<string, string>>): void =>
  world.cluster.edit(gateTarget, (live) => ({ ...live, data }));

/** What is there at one look only is no drift yet. */
export const twice = async (world: GuardWorld): Promise<void> => {
  await world.look();
  await world.look();
};

/** The one request of this status. */
export const only = async (world: GuardWorld, status = 'pending'): Promise<Chain> => {
  const all = await world.requests();
  const [id, ...others] = Object.keys(all).filter((one) => all[one] === status);
  const found = await find(world.bot, id as never);
  if (found.type !== 'found' || others.length > 0)
    throw new Error(`Not one request is ${status}: ${JSON.stringify(all)}`);
  return found.chain;
};
