import { z } from 'zod';
import { OptionGroup, SelectOption } from '#local/slack/block-kit/texts.ts';
import type { Core } from './core.ts';
import type { Delivery } from './delivery.ts';
import type { Outcome } from './outcome.ts';
import type { View } from './state.ts';
import { checkView, isExternalIdTaken, maxStack, popViews, pushView, replaceView, stackOf } from './views.ts';

/** What an app may answer to a submission (docs.slack.dev/surfaces/modals#response_actions). */
const SubmissionAck = z.discriminatedUnion('response_action', [
  z.strictObject({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string().min(1)) }),
  z.strictObject({ response_action: z.literal('update'), view: z.record(z.string(), z.unknown()) }),
  z.strictObject({ response_action: z.literal('push'), view: z.record(z.string(), z.unknown()) }),
  z.strictObject({ response_action: z.literal('clear') }),
]);

/** What Slack's client says under a form that the app did not answer well. */
export const troubleText = 'We had some trouble connecting. Try again?';

const applyView = (core: Core, view: View, raw: unknown, how: 'update' | 'push'): string | undefined => {
  const checked = checkView(core, raw, 'modal');
  if (!checked.ok) return [checked.error, ...checked.messages].join(' ');
  if (isExternalIdTaken(core, checked.input.external_id, how === 'update' ? view.id : undefined))
    return 'duplicate_external_id';
  if (how === 'push' && stackOf(core, view.userId).length >= maxStack) return 'push_limit_reached';
  if (how === 'push') pushView(core, view.userId, checked);
  else replaceView(core, view, checked);
  return undefined;
};

const applyErrors = (core: Core, view: View, errors: Record<string, string>): string | undefined => {
  const inputs = new Set(view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id));
  const stray = Object.keys(errors).filter((id) => !inputs.has(id));
  if (stray.length > 0) return `errors for what is not an input block of this view: ${stray.join(', ')}`;
  if (Object.keys(errors).length === 0) return 'errors is empty';
  view.errors = errors;
  core.changed('view');
  return undefined;
};

/** Does to the stack of modals what the app answered to a submission. */
export const applySubmissionAck = (core: Core, view: View, delivery: Delivery): Outcome => {
  const trouble = (why?: string): Outcome => {
    if (why !== undefined) core.problem(`the answer to a submission is invalid: ${why}`, delivery.ack);
    core.notice({ userId: view.userId, tone: 'error', text: troubleText });
    return { status: 'failed', message: troubleText, delivery };
  };
  if (delivery.status !== 'acknowledged') return trouble();
  if (delivery.ack === '' || delivery.ack === undefined) {
    // The person may have closed it meanwhile, and the app may have changed the stack.
    if (stackOf(core, view.userId).at(-1) === view) popViews(core, view.userId, false);
    return { status: 'acknowledged', delivery };
  }
  const parsed = SubmissionAck.safeParse(delivery.ack);
  if (!parsed.success) return trouble(z.prettifyError(parsed.error));
  const why = applyAnswer(core, view, parsed.data);
  if (why !== undefined) return trouble(why);
  return {
    status: 'acknowledged',
    delivery,
    ...(parsed.data.response_action === 'errors' ? { fieldErrors: parsed.data.errors } : {}),
  };
};

const applyAnswer = (core: Core, view: View, answer: z.infer<typeof SubmissionAck>): string | undefined => {
  switch (answer.response_action) {
    case 'errors':
      return applyErrors(core, view, answer.errors);
    case 'update':
    case 'push':
      return applyView(core, view, answer.view, answer.response_action);
    case 'clear':
      popViews(core, view.userId, true);
      return undefined;
  }
};

const SuggestionAck = z.union([
  z.strictObject({ options: z.array(SelectOption).max(100) }),
  z.strictObject({ option_groups: z.array(OptionGroup).max(100) }),
]);

export type ReadSuggestions = { options: SelectOption[]; groups: OptionGroup[]; message?: string };

/** Reads the options an app offers; what Slack would not take shows as nothing found. */
export const readSuggestions = (core: Core, delivery: Delivery): ReadSuggestions => {
  const none = { options: [], groups: [] };
  if (delivery.status !== 'acknowledged') return { ...none, message: 'No results found' };
  const parsed = SuggestionAck.safeParse(delivery.ack);
  if (!parsed.success) {
    core.problem('the suggested options are invalid', { ack: delivery.ack, why: z.prettifyError(parsed.error) });
    return { ...none, message: 'No results found' };
  }
  return 'options' in parsed.data
    ? { options: parsed.data.options, groups: [] }
    : { options: [], groups: parsed.data.option_groups };
};
