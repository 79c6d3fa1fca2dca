import { z } from 'zod';
import { ActionId, ChoiceOption, Confirm, OptionGroup, OverflowOption, plainText, SelectOption } from './texts.ts';

/** Interactive elements with their limits (docs.slack.dev/reference/block-kit/block-elements). */
const actionable = { action_id: ActionId.optional(), confirm: Confirm.optional() };
const field = { ...actionable, focus_on_load: z.boolean().optional(), placeholder: plainText(150).optional() };
const typed = {
  action_id: ActionId.optional(),
  focus_on_load: z.boolean().optional(),
  placeholder: plainText(150).optional(),
  dispatch_action_config: z
    .strictObject({ trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])).min(1) })
    .optional(),
};
const selectable = {
  options: z.array(SelectOption).min(1).max(100).optional(),
  option_groups: z.array(OptionGroup).min(1).max(100).optional(),
};
const filter = z
  .strictObject({
    include: z
      .array(z.enum(['im', 'mpim', 'private', 'public']))
      .min(1)
      .optional(),
    exclude_external_shared_channels: z.boolean().optional(),
    exclude_bot_users: z.boolean().optional(),
  })
  .optional();
const many = { max_selected_items: z.number().int().min(1).optional() };

export const Button = z.strictObject({
  type: z.literal('button'),
  ...actionable,
  text: plainText(75),
  value: z.string().max(2000).optional(),
  url: z.url().max(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().max(75).optional(),
});
export const Overflow = z.strictObject({
  type: z.literal('overflow'),
  ...actionable,
  options: z.array(OverflowOption).min(1).max(5),
});
export const StaticSelect = z.strictObject({
  type: z.literal('static_select'),
  ...field,
  ...selectable,
  initial_option: SelectOption.optional(),
});
export const MultiStaticSelect = z.strictObject({
  type: z.literal('multi_static_select'),
  ...field,
  ...selectable,
  ...many,
  initial_options: z.array(SelectOption).min(1).max(100).optional(),
});
const minimum = { min_query_length: z.number().int().min(0).optional() };
export const ExternalSelect = z.strictObject({
  type: z.literal('external_select'),
  ...field,
  ...minimum,
  initial_option: SelectOption.optional(),
});
export const MultiExternalSelect = z.strictObject({
  type: z.literal('multi_external_select'),
  ...field,
  ...minimum,
  ...many,
  initial_options: z.array(SelectOption).min(1).max(100).optional(),
});
export const UsersSelect = z.strictObject({
  type: z.literal('users_select'),
  ...field,
  initial_user: z.string().optional(),
});
export const MultiUsersSelect = z.strictObject({
  type: z.literal('multi_users_select'),
  ...field,
  ...many,
  initial_users: z.array(z.string()).min(1).optional(),
});
export const ConversationsSelect = z.strictObject({
  type: z.literal('conversations_select'),
  ...field,
  initial_conversation: z.string().optional(),
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
  filter,
});
export const ChannelsSelect = z.strictObject({
  type: z.literal('channels_select'),
  ...field,
  initial_channel: z.string().optional(),
  response_url_enabled: z.boolean().optional(),
});
export const PlainTextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  ...typed,
  multiline: z.boolean().optional(),
  min_length: z.number().int().min(0).max(3000).optional(),
  max_length: z.number().int().min(1).max(3000).optional(),
  initial_value: z.string().max(3000).optional(),
});
export const NumberInput = z.strictObject({
  type: z.literal('number_input'),
  ...typed,
  is_decimal_allowed: z.boolean(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
  initial_value: z.string().optional(),
});
const chosen = { action_id: ActionId.optional(), confirm: Confirm.optional(), focus_on_load: z.boolean().optional() };
export const RadioButtons = z.strictObject({
  type: z.literal('radio_buttons'),
  ...chosen,
  options: z.array(ChoiceOption).min(1).max(10),
  initial_option: ChoiceOption.optional(),
});
export const Checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  ...chosen,
  options: z.array(ChoiceOption).min(1).max(10),
  initial_options: z.array(ChoiceOption).min(1).max(10).optional(),
});
export const Datepicker = z.strictObject({
  type: z.literal('datepicker'),
  ...field,
  initial_date: z.iso.date().optional(),
});
export const Timepicker = z.strictObject({
  type: z.literal('timepicker'),
  ...field,
  initial_time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional(),
  timezone: z.string().optional(),
});
export const DateTimepicker = z.strictObject({
  type: z.literal('datetimepicker'),
  ...chosen,
  initial_date_time: z.number().int().min(1_000_000_000).max(9_999_999_999).optional(),
});

const selects = [
  StaticSelect,
  MultiStaticSelect,
  ExternalSelect,
  MultiExternalSelect,
  UsersSelect,
  MultiUsersSelect,
  ConversationsSelect,
  ChannelsSelect,
] as const;

export const SectionAccessory = z.discriminatedUnion('type', [
  Button,
  Overflow,
  ...selects,
  RadioButtons,
  Checkboxes,
  Datepicker,
  Timepicker,
]);
export const ActionElement = z.discriminatedUnion('type', [
  Button,
  Overflow,
  ...selects,
  RadioButtons,
  Checkboxes,
  Datepicker,
  Timepicker,
  DateTimepicker,
]);
export const InputElement = z.discriminatedUnion('type', [
  ...selects,
  PlainTextInput,
  NumberInput,
  RadioButtons,
  Checkboxes,
  Datepicker,
  Timepicker,
  DateTimepicker,
]);
export type ActionElement = z.infer<typeof ActionElement>;
export type InputElement = z.infer<typeof InputElement>;
export type Element = ActionElement | InputElement;
