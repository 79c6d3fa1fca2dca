import type { App } from '@slack/bolt';
import { expect, test } from 'vitest';
import { bob } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { minutes, worldOf } from '#test/build/rule-world.ts';
import { file, settle, type World } from '#test/build/world.ts';
import { listenToCommands } from './commands.ts';
import type { Faces } from './faces.ts';

/** What one person reads who types something. */
const typed = async (world: World, user_id: string, text: string): Promise<unknown> => {
  let said: unknown;
  const handlers: ((given: unknown) => Promise<void>)[] = [];
  const app = { command: (_: string, handler: (given: unknown) => Promise<void>) => void handlers.push(handler) };
  listenToCommands(app as unknown as App, world.bot, {} as Faces);
  const ack = async (answer?: { readonly text?: string }) => {
    said = answer?.text;
  };
  const body = { user_id, text, trigger_id: `t ${text}` };
  for (const handler of handlers) await handler({ ack, body, client: {} });
  return said;
};

test('whoever guesses the id of what was taken by break-glass learns nothing of it, also while Slack does not say who is in a group', async () => {
  const breakGlass = { who: ['developers'], longest: minutes(20), remindEvery: minutes(60) };
  const world = worldOf(rule({ breakGlass, approve: [{ from: 'security', count: 1 }] }));
  const chain = await file(world, { breakGlass: true, duration: '15m' });
  await settle(world);
  const { id } = chain.request.asked;
  const there = () => typed(world, bob, `review ${id} justified because I guessed`);
  const absent = 'There is no request `k7m2-qx` that you may see.';
  expect(await typed(world, bob, 'review k7m2-qx justified because I guessed')).toBe(absent);
  expect(await there()).toBe(absent.replace('k7m2-qx', id));
  world.directory.down.add('members');
  expect(await there()).toBe(absent.replace('k7m2-qx', id));
});
