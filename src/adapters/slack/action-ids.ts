import { z } from 'zod';
import { type RequestId, requestId } from '#domain/ids.ts';

/** The buttons that people click. Every id carries our prefix, so that one look tells whose it is. */
export const actions = {
  approve: 'hallpass_approve',
  /** Opens the form for an approval of less than was asked. */
  approveLess: 'hallpass_approve_less',
  deny: 'hallpass_deny',
  /** Leaves what was found changed as it is. */
  accept: 'hallpass_accept',
  withdraw: 'hallpass_withdraw',
  /** Whose write was held says that it is theirs, or that it is not. */
  own: 'hallpass_own',
  disown: 'hallpass_disown',
  /** Opens the form for why a write is made that did not say. */
  explain: 'hallpass_explain',
  done: 'hallpass_done',
  revoke: 'hallpass_revoke',
  /** Opens the form by which a grant is to go on. */
  extend: 'hallpass_extend',
  /** Opens all of what a request does. */
  whole: 'hallpass_whole',
  previousPage: 'hallpass_previous_page',
  nextPage: 'hallpass_next_page',
  /** Opens the form for what somebody makes of what was taken by break-glass. */
  review: 'hallpass_review',
  /** What becomes of a change that somebody else changed too. */
  keep: 'hallpass_keep',
  restore: 'hallpass_restore',
  /** Asks for the pods to be deleted in which something may be open after the end. */
  endPods: 'hallpass_end_pods',
  /** Opens the form, in the App Home. */
  ask: 'hallpass_ask',
  /** Only opens a page; Slack sends a click all the same. */
  open: 'hallpass_open',
} as const;

/** Callback ids of the modals: the request, how long a grant is to go on, or may last at most, the reason for a decision, and the whole of a request. */
export const askForm = 'hallpass_ask_form';
export const extendForm = 'hallpass_extend_form';
export const lessForm = 'hallpass_less_form';
export const whyForm = 'hallpass_why_form';
export const wholeView = 'hallpass_whole_view';

const fieldPrefix = 'hallpass_field_';
/** The action id of a form's field; Slack sends it with a choice and with a query for options. */
export const fieldAction = (name: string): string => `${fieldPrefix}${name}`;
/** Matches the action id of any field. */
export const fieldActions = new RegExp(`^${fieldPrefix}`);

/** Which request and which revision of it a card showed. All that a button carries; nothing is authorised by it. */
export type ButtonValue = { readonly id: RequestId; readonly revision: number };

export const buttonValue = ({ id, revision }: ButtonValue): string => `${id}.${revision}`;

const parts = z.tuple([
  requestId,
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/)
    .transform(Number),
]);

/** Reads a button's value back; undefined for anything that we did not write. */
export const parseButtonValue = (value: unknown): ButtonValue | undefined => {
  if (typeof value !== 'string') return undefined;
  const read = parts.safeParse(value.split('.'));
  return read.success ? { id: read.data[0], revision: read.data[1] } : undefined;
};
