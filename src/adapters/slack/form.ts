import type { KnownBlock, PlainTextOption, View } from '@slack/types';
import { formatDuration } from '#domain/duration.ts';
import type { PersonId } from '#domain/ids.ts';
import { cut } from '#domain/text.ts';
import type { Kind } from '#kinds/kind.ts';
import type { Offer } from '#use-cases/what-may-be-asked.ts';
import { askForm, fieldAction } from './action-ids.ts';

/** What has been chosen so far in the form, by field name. */
export type Chosen = Readonly<Record<string, string>>;

/** The fields that all kinds share; the kind's own come between `namespace` and `subject`. */
const shared = {
  kind: 'kind',
  cluster: 'cluster',
  namespace: 'namespace',
  subject: 'subject',
  duration: 'duration',
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
    title: { type: 'plain_text', text: cut(kind.title, 24) },
    submit: { type: 'plain_text', text: 'Ask' },
    close: { type: 'plain_text', text: 'Cancel' },
    private_metadata: JSON.stringify({ kind: kind.name, cluster }),
    blocks: [
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
        person,
        namespace === undefined ? undefined : offer.rule(cluster, kind, namespace, chosen.profile ?? ''),
        chosen.profile,
      ),
    ],
  };
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
  kind.fields(chosen, offer.profiles(cluster, kind, namespace)).map((field) => {
    const within = `${kind.name}/${cluster}/${namespace}`;
    const { input } = field;
    if (input.type === 'choice') {
      return select(field.name, within, field.label, input.options, { ...field, chosen: chosen[field.name] });
    }
    return objects(field, input.type, `${within}/${chosen.profile ?? ''}`);
  });

/** Names of live objects are asked for as the person types: there may be thousands. Others are typed out. */
const objects = (field: ReturnType<Kind['fields']>[number], type: 'objects' | 'names', within: string): KnownBlock => ({
  type: 'input',
  block_id: blockId(field.name, within),
  label: { type: 'plain_text', text: field.label },
  optional: field.optional === true,
  ...(field.hint === undefined ? {} : { hint: { type: 'plain_text', text: field.hint } }),
  element:
    type === 'objects'
      ? {
          type: 'multi_external_select',
          action_id: fieldAction(field.name),
          min_query_length: 0,
          max_selected_items: 20,
        }
      : { type: 'plain_text_input', action_id: fieldAction(field.name), max_length: 3000 },
});

const common = (
  person: PersonId,
  rule: ReturnType<Offer['rule']>,
  profile: string | undefined,
): readonly KnownBlock[] => [
  {
    type: 'input',
    block_id: blockId(shared.subject, ''),
    label: { type: 'plain_text', text: 'For whom' },
    element: { type: 'users_select', action_id: fieldAction(shared.subject), initial_user: person },
  },
  {
    type: 'input',
    block_id: blockId(shared.duration, rule === undefined ? '' : `${rule.name}/${profile ?? ''}`),
    label: { type: 'plain_text', text: 'For how long' },
    hint: {
      type: 'plain_text',
      text:
        rule === undefined
          ? 'Like 30m or 1h30m.'
          : `Like 30m or 1h30m; at most ${formatDuration(rule.duration.longest)}. It counts from the moment it works.`,
    },
    element: {
      type: 'plain_text_input',
      action_id: fieldAction(shared.duration),
      max_length: 20,
      ...(rule === undefined ? {} : { initial_value: formatDuration(rule.duration.default) }),
    },
  },
  {
    type: 'input',
    block_id: blockId(shared.reason, ''),
    label: { type: 'plain_text', text: 'Why' },
    hint: { type: 'plain_text', text: 'What approvers need to judge it: the incident, the ticket, what you will do.' },
    element: { type: 'plain_text_input', action_id: fieldAction(shared.reason), multiline: true, max_length: 1000 },
  },
];

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
