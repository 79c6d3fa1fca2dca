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

/**
 * Callback ids of the modals: the request, how long a grant is to go on, or may last at most, the reason for a decision, what was clicked on
 * something else than Hallpass drew, and the whole of a request.
 */
export const askForm = 'hallpass_ask_form';
export const extendForm = 'hallpass_extend_form';
export const lessForm = 'hallpass_less_form';
export const whyForm = 'hallpass_why_form';
export const sureForm = 'hallpass_sure_form';
export const wholeView = 'hallpass_whole_view';

const fieldPrefix = 'hallpass_field_';
/** The action id of a form's field; Slack sends it with a choice and with a query for options. */
export const fieldAction = (name: string): string => `${fieldPrefix}${name}`;
/** Matches the action id of any field. */
export const fieldActions = new RegExp(`^${fieldPrefix}`);

/**
 * Buttons that let something happen, or stay: what one of these does counts only where it was clicked on what Hallpass drew. The others
 * end things, refuse, show, or ask for something that is decided by itself.
 */
export const giving = [
  'approve',
  'approveLess',
  'accept',
  'own',
  'keep',
  'restore',
  'review',
] as const satisfies readonly (keyof typeof actions)[];
export type Giving = (typeof giving)[number];
export const givingBy = (action: unknown): Giving | undefined => giving.find((one) => actions[one] === action);

/** Which request and which revision of it a card showed. Nothing is authorised by it. */
export type ButtonValue = { readonly id: RequestId; readonly revision: number };
/** The same, with the version of the request's log that was drawn: in buttons that give something. */
export type DrawnValue = ButtonValue & { readonly version: number };
/** The same, with the hallmark of all that the surface shows. */
export type MarkedValue = DrawnValue & { readonly key: string; readonly signature: string };

export const buttonValue = ({ id, revision }: ButtonValue): string => `${id}.${revision}`;
export const drawnValue = (asked: ButtonValue, version: number): string => `${buttonValue(asked)}.${version}`;
export const markedValue = (drawn: string, { key, signature }: Pick<MarkedValue, 'key' | 'signature'>): string =>
  `${drawn}.${key}.${signature}`;

const count = z
  .string()
  .regex(/^[1-9]\d{0,5}$/)
  .transform(Number);
const word = z.string().regex(/^[\w-]{1,200}$/);
const parts = z.union([
  z.tuple([requestId, count]),
  z.tuple([requestId, count, count]),
  z.tuple([requestId, count, count, word, word]),
]);

/** Longer than any that we write. */
const longest = 500;
const read = (value: unknown): z.infer<typeof parts> | undefined =>
  typeof value === 'string' && value.length <= longest ? parts.safeParse(value.split('.')).data : undefined;

/** Reads which request a button is about; undefined for anything that we did not write. */
export const parseButtonValue = (value: unknown): ButtonValue | undefined => {
  const found = read(value);
  return found === undefined ? undefined : { id: found[0], revision: found[1] };
};

/** Reads a value with a hallmark; undefined for any other. Whether it is genuine is for the caller to see. */
export const parseMarked = (value: unknown): MarkedValue | undefined => {
  const found = read(value);
  if (found?.length !== 5) return undefined;
  const [id, revision, version, key, signature] = found;
  return { id, revision, version, key, signature };
};

/** A value as it is drawn, before there is a hallmark. */
export const unmarked = (value: string): string => {
  const found = parseMarked(value);
  return found === undefined ? value : drawnValue(found, found.version);
};
