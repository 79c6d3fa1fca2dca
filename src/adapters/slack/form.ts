import type { InputBlock, KnownBlock, PlainTextOption, View } from '@slack/types';
import { formatDuration } from '#domain/duration.ts';
import type { PersonId } from '#domain/ids.ts';
import { durationBy } from '#domain/policy/policy.ts';
import { sayWindow } from '#domain/policy/window.ts';
import { cut } from '#domain/text.ts';
import type { Kind, ResourceType } from '#kinds/kind.ts';
import type { Offer } from '#use-cases/what-may-be-asked.ts';
import { askForm, fieldAction } from './action-ids.ts';

/** What has been chosen so far in the form, by field name. */
export type Chosen = Readonly<Record<string, string>>;

/** The fields that all kinds share; the kind's own come between `namespace` and `subject`. */
export const shared = {
  kind: 'kind',
  cluster: 'cluster',
  namespace: 'namespace',
  subject: 'subject',
  duration: 'duration',
  start: 'start',
  reason: 'reason',
} as const;

/** Slack: at most 100 options in a select, so longer lists are asked for as the person types. */
const optionLimit = 100;

/**
 * Draws the form for what is chosen so far: kind → cluster → namespace → what → details. It offers only what the policy
 * lets this person ask for. A block's id carries what its options depend on, so that an answer to another
 * question is not kept.
 */
export const renderForm = async (offer: Offer, person: PersonId, chosen: Chosen): Promise<View> => {
  const kind = offer.kinds.find(({ name }) => name === chosen.kind) ?? offer.kinds[0];
  const cluster = offer.clusters.find((name) => name === chosen.cluster) ?? offer.clusters[0];
  if (kind === undefined || cluster === undefined) return notice('The policy lets you ask for nothing at the moment.');
  const namespaces = await offer.namespaces(cluster, kind.name);
  if (namespaces.length === 0) return notice('There is no namespace in which the policy lets you ask for anything.');
  const namespace = namespaces.find((name) => name === chosen.namespace);
  const where = `${kind.name}/${cluster}`;
  return {
    type: 'modal',
    callback_id: askForm,
    title: { type: 'plain_text', text: offer.byBreakGlass ? 'Break glass' : cut(kind.title, 24) },
    submit: { type: 'plain_text', text: offer.byBreakGlass ? 'Take it now' : 'Ask' },
    close: { type: 'plain_text', text: 'Cancel' },
    private_metadata: JSON.stringify({ kind: kind.name, cluster, breakGlass: offer.byBreakGlass }),
    blocks: [
      ...(offer.byBreakGlass ? [warning] : []),
      ...choices(
        shared.kind,
        'What kind of request',
        offer.kinds.map(({ name, title }) => ({ value: name, label: title })),
        kind.name,
      ),
      ...choices(
        shared.cluster,
        'Cluster',
        offer.clusters.map((name) => ({ value: name, label: name })),
        cluster,
      ),
      select(
        shared.namespace,
        where,
        'Namespace',
        namespaces.map((name) => ({ value: name, label: name })),
        { chosen: namespace, again: true },
      ),
      ...(namespace === undefined ? [] : kindFields(offer, kind, cluster, namespace, chosen)),
      ...common(
        offer,
        person,
        kind,
        namespace === undefined ? undefined : offer.rule(cluster, kind, namespace, chosen.profile ?? ''),
      ),
    ],
  };
};

const warning: KnownBlock = {
  type: 'section',
  text: {
    type: 'plain_text',
    text: '🚨 Nobody is asked: it works at once and for a time only. Everybody who would have been asked is told, and somebody of them reviews it.',
  },
};

/** A question with one possible answer is not asked. */
const choices = (name: string, label: string, options: Options, chosen: string): readonly KnownBlock[] =>
  options.length < 2 ? [] : [select(name, '', label, options, { chosen, again: true })];

type Options = readonly { readonly value: string; readonly label: string }[];
type SelectSettings = {
  readonly chosen?: string | undefined;
  readonly again?: boolean;
  readonly optional?: boolean;
  readonly hint?: string | undefined;
};

const select = (
  name: string,
  within: string,
  label: string,
  options: Options,
  settings: SelectSettings,
): KnownBlock => {
  const initial = options.find(({ value }) => value === settings.chosen);
  const element =
    options.length > optionLimit
      ? ({
          type: 'external_select',
          action_id: fieldAction(name),
          min_query_length: 0,
          ...(initial ? { initial_option: option(initial) } : {}),
        } as const)
      : ({
          type: 'static_select',
          action_id: fieldAction(name),
          options: options.map(option),
          ...(initial ? { initial_option: option(initial) } : {}),
        } as const);
  return {
    type: 'input',
    block_id: blockId(name, within),
    label: { type: 'plain_text', text: label },
    dispatch_action: settings.again === true,
    optional: settings.optional === true,
    ...(settings.hint === undefined ? {} : { hint: { type: 'plain_text', text: settings.hint } }),
    element,
  };
};

const option = ({ value, label }: Options[number]): PlainTextOption => ({
  value: cut(value, 150),
  text: { type: 'plain_text', text: cut(label, 75) },
});

const kindFields = (
  offer: Offer,
  kind: Kind,
  cluster: string,
  namespace: string,
  chosen: Chosen,
): readonly KnownBlock[] =>
  kind
    .fields(chosen, offer.profiles(cluster, kind, namespace))
    .map((field) => fieldBlock(field, kind.name, `${kind.name}/${cluster}/${namespace}`, chosen));

/** `within` is where it is asked: names of another place are no answer. */
const fieldBlock = (field: FormField, kind: string, within: string, chosen: Chosen): KnownBlock => {
  const { input } = field;
  switch (input.type) {
    case 'choice':
      return select(field.name, within, field.label, input.options, { ...field, chosen: chosen[field.name] });
    case 'objects':
      return inputBlock(field, `${within}/${chosen.profile ?? ''}`, {
        type: 'multi_external_select',
        ...live(field),
        max_selected_items: 20,
      });
    case 'object':
      return inputBlock(field, `${within}/${sortsOf(input.resources)}`, { type: 'external_select', ...live(field) });
    // What somebody typed is kept whatever else they choose: it is theirs to change.
    case 'text':
      return inputBlock(field, kind, {
        type: 'plain_text_input',
        action_id: fieldAction(field.name),
        multiline: input.multiline === true,
        max_length: Math.min(input.longest, 3_000),
        ...(input.placeholder === undefined
          ? {}
          : { placeholder: { type: 'plain_text', text: cut(input.placeholder, 150) } }),
      });
    case 'names':
      return inputBlock(field, `${within}/${chosen.profile ?? ''}`, {
        type: 'plain_text_input',
        action_id: fieldAction(field.name),
        max_length: 3_000,
      });
  }
};

type FormField = ReturnType<Kind['fields']>[number];

/** Names of live objects are asked for as the person types: there may be thousands. */
const live = ({ name }: FormField) => ({ action_id: fieldAction(name), min_query_length: 0 });

/** Names of one sort are no answer to a question for another. */
const sortsOf = (resources: readonly ResourceType[]): string =>
  resources.map(({ group, resource }) => `${resource}.${group}`).join(',');

const inputBlock = (field: FormField, within: string, element: InputBlock['element']): InputBlock => ({
  type: 'input',
  block_id: blockId(field.name, within),
  label: { type: 'plain_text', text: field.label },
  optional: field.optional === true,
  ...(field.again === true ? { dispatch_action: true } : {}),
  ...(field.hint === undefined ? {} : { hint: { type: 'plain_text', text: field.hint } }),
  element,
});

const common = (
  { byBreakGlass }: Offer,
  person: PersonId,
  kind: Kind,
  rule: ReturnType<Offer['rule']>,
): readonly KnownBlock[] => [
  ...(kind.isForSomebody && !byBreakGlass ? [subject(person)] : []),
  ...(kind.isOnlyPermanent ? [] : [howLong(kind, rule, byBreakGlass)]),
  ...(byBreakGlass ? [] : [beginning(rule)]),
  {
    type: 'input',
    block_id: blockId(shared.reason, ''),
    label: { type: 'plain_text', text: 'Why' },
    hint: {
      type: 'plain_text',
      text: byBreakGlass
        ? 'What those who were not asked will read: the incident, and what you will do.'
        : 'What approvers need to judge it: the incident, the ticket, what you will do.',
    },
    element: { type: 'plain_text_input', action_id: fieldAction(shared.reason), multiline: true, max_length: 1000 },
  },
];

const howLong = (kind: Kind, rule: ReturnType<Offer['rule']>, byBreakGlass: boolean): InputBlock => ({
  type: 'input',
  block_id: blockId(shared.duration, rule?.name ?? ''),
  label: { type: 'plain_text', text: 'For how long' },
  hint: { type: 'plain_text', text: durationHint(kind, rule, byBreakGlass) },
  element: {
    type: 'plain_text_input',
    action_id: fieldAction(shared.duration),
    max_length: 20,
    ...(rule === undefined ? {} : { initial_value: formatDuration(durationBy(rule, byBreakGlass).default) }),
  },
});

const beginning = (rule: ReturnType<Offer['rule']>): InputBlock => ({
  type: 'input',
  block_id: 'start|',
  optional: true,
  label: { type: 'plain_text', text: 'From when' },
  hint: {
    type: 'plain_text',
    text: cut(
      `Empty: as soon as it is approved. Or by your clock: 22:00, tomorrow 06:00, 2026-12-01 22:00.${timesOf(rule)}`,
      2_000,
    ),
  },
  element: { type: 'plain_text_input', action_id: fieldAction(shared.start), max_length: 40 },
});

/** When a rule that is not for all times lets it begin. */
const timesOf = (rule: ReturnType<Offer['rule']>): string =>
  rule?.match.when === undefined
    ? ''
    : ` The rule "${cut(rule.name, 80)}" is for certain times only: ${rule.match.when.map(sayWindow).join('; ')}.`;

const subject = (person: PersonId): InputBlock => ({
  type: 'input',
  block_id: blockId(shared.subject, ''),
  label: { type: 'plain_text', text: 'For whom' },
  element: { type: 'users_select', action_id: fieldAction(shared.subject), initial_user: person },
});

const durationHint = ({ mayBePermanent }: Kind, rule: ReturnType<Offer['rule']>, byBreakGlass: boolean): string => {
  if (rule === undefined) return 'Like 30m or 1h30m.';
  const most = `Like 30m or 1h30m; at most ${formatDuration(durationBy(rule, byBreakGlass).longest)}. It counts from the moment it works.`;
  return mayBePermanent && rule.permanent && !byBreakGlass
    ? `${most} Or write "for good" for a change that stays.`
    : most;
};

const blockId = (name: string, within: string): string => cut(`${name}|${within}`, 255);

/** The field that a block of the form holds. */
export const fieldOf = (block: string): string => block.split('|')[0] ?? '';

/** A view that only says something. */
export const notice = (text: string): View => ({
  type: 'modal',
  title: { type: 'plain_text', text: 'Hallpass' },
  close: { type: 'plain_text', text: 'Close' },
  blocks: [{ type: 'section', text: { type: 'plain_text', text: cut(text, 3000) } }],
});
