import { z } from 'zod';
import type { Core } from '#local/slack/core.ts';
import { viewShape } from '#local/slack/shapes.ts';
import {
  checkView,
  isExternalIdTaken,
  maxStack,
  publishHome,
  pushView,
  replaceView,
  stackOf,
} from '#local/slack/views.ts';
import { type Answer, json, method, refuse } from './method.ts';

const view = json(z.record(z.string(), z.unknown()));
const trigger = { trigger_id: z.string().min(1), view };

/** Views are checked before the trigger is used up. */
const onTop = (core: Core, args: { trigger_id: string; view: Record<string, unknown> }, isPush: boolean): Answer => {
  const exchange = core.triggers.check(args.trigger_id);
  if (!exchange.ok) return refuse(exchange.error);
  const checked = checkView(core, args.view, 'modal');
  if (!checked.ok) return refuse(checked.error, checked.messages);
  if (isExternalIdTaken(core, checked.input.external_id)) return refuse('duplicate_external_id');
  const stack = stackOf(core, exchange.trigger.userId);
  const isFromModal = exchange.trigger.viewId !== null && stack.some((one) => one.id === exchange.trigger.viewId);
  if (isPush && !isFromModal) return refuse('not_found');
  if (stack.length >= maxStack) return refuse('push_limit_reached');
  core.triggers.use(exchange.trigger);
  return { ok: true, view: viewShape(core, pushView(core, exchange.trigger.userId, checked)) };
};

const open = method({ scopes: [], args: trigger, run: (core, args) => onTop(core, args, false) });
const push = method({ scopes: [], args: trigger, run: (core, args) => onTop(core, args, true) });

const update = method({
  scopes: [],
  args: { view, view_id: z.string().optional(), external_id: z.string().optional(), hash: z.string().optional() },
  run: (core, args): Answer => {
    if ((args.view_id === undefined) === (args.external_id === undefined)) {
      return refuse('invalid_arguments', ['[ERROR] either view_id or external_id must be given']);
    }
    const found = [...core.state.views.values()].find((one) =>
      args.view_id === undefined ? one.externalId === args.external_id : one.id === args.view_id,
    );
    if (found === undefined) return refuse('not_found');
    if (args.hash !== undefined && args.hash !== found.hash) return refuse('hash_conflict');
    const checked = checkView(core, args.view, found.type);
    if (!checked.ok) return refuse(checked.error, checked.messages);
    if (isExternalIdTaken(core, checked.input.external_id, found.id)) return refuse('duplicate_external_id');
    return { ok: true, view: viewShape(core, replaceView(core, found, checked)) };
  },
});

const publish = method({
  scopes: [],
  args: { user_id: z.string().min(1), view, hash: z.string().optional() },
  run: (core, args): Answer => {
    if (!core.state.app.isHomeTabEnabled) return refuse('not_enabled');
    const person = core.state.people.get(args.user_id);
    if (person === undefined || person.kind === 'deleted' || person.kind === 'bot')
      return refuse('invalid_arguments', ['invalid `user_id`']);
    const checked = checkView(core, args.view, 'home');
    if (!checked.ok) return refuse(checked.error, checked.messages);
    const before = core.state.homes.get(args.user_id);
    if (args.hash !== undefined && before !== undefined && args.hash !== before.hash) return refuse('hash_conflict');
    if (isExternalIdTaken(core, checked.input.external_id, before?.id)) return refuse('duplicate_external_id');
    return { ok: true, view: viewShape(core, publishHome(core, args.user_id, checked)) };
  },
});

export const viewMethods = { 'views.open': open, 'views.push': push, 'views.update': update, 'views.publish': publish };
