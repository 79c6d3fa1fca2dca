import type { App } from '@slack/bolt';
import type { View } from '@slack/types';
import { expect, test } from 'vitest';
import { alice } from '#test/build/people.ts';
import { createWorld, type World } from '#test/build/world.ts';
import { fieldActions } from './action-ids.ts';
import { listenToActions } from './actions.ts';
import type { Faces } from './faces.ts';

/** What a form is replaced by in which somebody has chosen something. */
const redrawn = async (world: World, private_metadata: string): Promise<View> => {
  const handlers: ((given: unknown) => Promise<void>)[] = [];
  const listen = (to: unknown, handler: (given: unknown) => Promise<void>): void => {
    if (typeof to === 'object' && to !== null && 'action_id' in to && to.action_id === fieldActions)
      handlers.push(handler);
  };
  listenToActions({ action: listen, options: () => {} } as unknown as App, world.bot, {} as Faces);
  const shown: View[] = [];
  const client = { views: { update: async ({ view }: { readonly view: View }) => void shown.push(view) } };
  const view = { id: 'V1', callback_id: 'ask', private_metadata, state: { values: {} } };
  for (const handler of handlers) await handler({ ack: async () => {}, body: { user: { id: alice }, view }, client });
  return shown[0] ?? expect.fail('nothing was drawn');
};

test.each(['', 'not JSON', '{"kind":1}'])('a form that this version cannot read (%j) says so', async (metadata) => {
  const world = createWorld();
  expect(JSON.stringify(await redrawn(world, metadata))).toContain('Close it, and open it anew with /jit.');
  expect(world.alarms).toEqual(['A form that is open cannot be read']);
});

test('a form that it can read is drawn anew', async () => {
  const world = createWorld();
  expect(await redrawn(world, '{"kind":"access","cluster":"prod"}')).toMatchObject({ submit: { text: 'Ask' } });
});
