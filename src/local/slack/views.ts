import { z } from 'zod';
import { checkBlocks, sayIssue } from '#local/slack/block-kit/check.ts';
import { plainText } from '#local/slack/block-kit/texts.ts';
import type { Core } from './core.ts';
import { keepValues } from './field-values.ts';
import type { View } from './state.ts';

/** Modals and Home (docs.slack.dev/reference/views). */
const shared = {
  blocks: z.array(z.unknown()),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};
const ViewInput = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('modal'),
    ...shared,
    title: plainText(24),
    submit: plainText(24).optional(),
    close: plainText(24).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('home'), ...shared }),
]);
type ViewInput = z.infer<typeof ViewInput>;

export const maxViewBytes = 250_000;
export const maxStack = 3;

export type CheckedView =
  | { ok: true; input: ViewInput; blocks: View['blocks'] }
  | { ok: false; error: string; messages: string[] };

export const checkView = (core: Core, raw: unknown, surface: 'modal' | 'home'): CheckedView => {
  if (Buffer.byteLength(JSON.stringify(raw) ?? '') > maxViewBytes)
    return { ok: false, error: 'view_too_large', messages: [] };
  const refuse = (messages: string[]): CheckedView => ({ ok: false, error: 'invalid_arguments', messages });
  const parsed = ViewInput.safeParse(raw, { reportInput: true });
  if (!parsed.success) return refuse(parsed.error.issues.map((issue) => `[ERROR] ${sayIssue(issue, '/view')}`));
  if (parsed.data.type !== surface)
    return refuse([`[ERROR] invalid view type: ${parsed.data.type} [json-pointer:/view/type]`]);
  const checked = checkBlocks(parsed.data.blocks, surface, () => core.newId(''), '/view/blocks');
  if (!checked.ok) return refuse(checked.messages);
  const hasInput = checked.blocks.some((block) => block.type === 'input');
  if (parsed.data.type === 'modal' && hasInput && parsed.data.submit === undefined) {
    return refuse([
      '[ERROR] missing required field: submit, since a modal with an input block needs one [json-pointer:/view]',
    ]);
  }
  return { ok: true, input: parsed.data, blocks: checked.blocks };
};

const newHash = (core: Core) => `${Math.floor(core.now().epochMilliseconds / 1000)}.${core.newId('').toLowerCase()}`;

const contentOf = (core: Core, checked: Extract<CheckedView, { ok: true }>) => {
  const { input, blocks } = checked;
  const modal = input.type === 'modal' ? input : undefined;
  return {
    type: input.type,
    blocks,
    ...(modal ? { title: modal.title } : {}),
    ...(modal?.submit ? { submit: modal.submit } : {}),
    ...(modal?.close ? { close: modal.close } : {}),
    callbackId: input.callback_id ?? '',
    privateMetadata: input.private_metadata ?? '',
    externalId: input.external_id ?? '',
    clearOnClose: modal?.clear_on_close ?? false,
    notifyOnClose: modal?.notify_on_close ?? false,
    hash: newHash(core),
    errors: {},
  };
};

export const stackOf = (core: Core, userId: string): View[] =>
  (core.state.stacks.get(userId) ?? []).flatMap((id) => core.state.views.get(id) ?? []);

export const isExternalIdTaken = (core: Core, externalId: string | undefined, exceptId?: string): boolean =>
  externalId !== undefined &&
  externalId !== '' &&
  [...core.state.views.values()].some((view) => view.externalId === externalId && view.id !== exceptId);

/** Puts a modal on top of a person's stack. */
export const pushView = (core: Core, userId: string, checked: Extract<CheckedView, { ok: true }>): View => {
  const below = stackOf(core, userId).at(-1);
  const id = core.newId('V');
  const view: View = {
    id,
    userId,
    ...contentOf(core, checked),
    rootId: below?.rootId ?? id,
    previousId: below?.id ?? null,
    values: {},
  };
  core.state.views.set(id, view);
  core.state.stacks.set(userId, [...(core.state.stacks.get(userId) ?? []), id]);
  core.changed('view');
  return view;
};

export const replaceView = (core: Core, view: View, checked: Extract<CheckedView, { ok: true }>): View => {
  const content = contentOf(core, checked);
  const values = keepValues(view.blocks, content.blocks, view.values);
  for (const key of ['title', 'submit', 'close'] as const) delete view[key];
  Object.assign(view, content, { values });
  core.changed(view.type === 'home' ? 'home' : 'view');
  return view;
};

export const publishHome = (core: Core, userId: string, checked: Extract<CheckedView, { ok: true }>): View => {
  const before = core.state.homes.get(userId);
  if (before) return replaceView(core, before, checked);
  const id = core.newId('V');
  const view: View = { id, userId, ...contentOf(core, checked), rootId: id, previousId: null, values: {} };
  core.state.homes.set(userId, view);
  core.state.views.set(id, view);
  core.changed('home');
  return view;
};

/** Takes views off a person's stack: the top one, or all. Returns what was taken, top first. */
export const popViews = (core: Core, userId: string, all: boolean): View[] => {
  const stack = stackOf(core, userId);
  const taken = all ? stack.toReversed() : stack.slice(-1);
  for (const view of taken) core.state.views.delete(view.id);
  core.state.stacks.set(userId, all ? [] : stack.slice(0, -1).map((view) => view.id));
  if (taken.length > 0) core.changed('view');
  return taken;
};
