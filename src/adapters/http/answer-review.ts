import { type Admission, forbid, type Write } from '#domain/guard/write.ts';
import type { Alarm } from '#use-cases/ports.ts';
import { readReview, renderAnswer, type Unreadable } from './admission-review.ts';

/** `undecided`: it could not be looked up in time. `failed`: whoever decides has thrown. All but `admitted` are refused. */
export const decisions = ['admitted', 'refused', 'undecided', 'failed', 'unreadable'] as const;
export type Decision = (typeof decisions)[number];

export type Deciding = {
  readonly review: (write: Write) => Promise<Admission>;
  /** Milliseconds that a decision may take; whoever waits for it holds a connection of the API server. */
  readonly patience: number;
  readonly onFault: Alarm;
  /** Counts an answer, after so many milliseconds; without, where nothing was decided. Never throws. */
  readonly count?: ((decision: Decision, milliseconds?: number) => void) | undefined;
};

/** What goes back over HTTP. */
export type Answer = {
  readonly status: number;
  readonly type: 'application/json' | 'application/problem+json' | 'text/plain';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

export const sayPlainly = (status: number, text: string): Answer => ({
  status,
  type: 'text/plain',
  body: `${text}\n`,
});

/**
 * Answers what was posted as an `AdmissionReview`. It is allowed only when `review` says so in time: what cannot be
 * read, and what `review` fails on, is refused. `release` is called once the bytes and what was read from them are done
 * with, which may be after the answer.
 */
export const answerReview = async (bytes: Uint8Array, deciding: Deciding, release: () => void): Promise<Answer> => {
  const started = performance.now();
  const count = (decision: Decision): void => deciding.count?.(decision, performance.now() - started);
  const text = textOf(bytes);
  const read = text === undefined ? undefined : readReview(text);
  if (read?.ok) {
    const { decision, admission } = await decideInTime(read.value.write, deciding, release);
    count(decision);
    return allowing(read.value.write.uid, admission);
  }
  count('unreadable');
  release();
  return unreadable(read?.error ?? { why: 'it is not UTF-8' });
};

const allowing = (uid: string, admission: Admission): Answer => ({
  status: 200,
  type: 'application/json',
  body: renderAnswer(uid, admission),
});

const unreadable = ({ uid, why }: Unreadable): Answer =>
  uid === undefined
    ? sayPlainly(400, `This is no AdmissionReview (admission.k8s.io/v1) that Hallpass can read: ${why}.`)
    : allowing(uid, forbid(`Hallpass cannot read this write: ${why}. Nothing was changed. Tell who runs Hallpass.`));

type Decided = { readonly decision: Decision; readonly admission: Admission };

const decideInTime = async (write: Write, deciding: Deciding, release: () => void): Promise<Decided> => {
  const { promise: late, resolve } = Promise.withResolvers<Decided>();
  const timer = setTimeout(() => {
    deciding.onFault('A write was refused because Hallpass took too long to decide', fieldsOf(write));
    const admission = forbid('Hallpass could not decide in time; nothing was changed. Try again.');
    resolve({ decision: 'undecided', admission });
  }, deciding.patience);
  const decided = decide(write, deciding).finally(release);
  const first = await Promise.race([decided, late]);
  clearTimeout(timer);
  return first;
};

const decide = async (write: Write, { review, onFault }: Deciding): Promise<Decided> => {
  try {
    const admission = await review(write);
    const decision = admission.allowed ? 'admitted' : 'refused';
    return { decision: admission.undecided === true ? 'undecided' : decision, admission };
  } catch (cause) {
    onFault('A write was refused because Hallpass failed to decide', { ...fieldsOf(write), cause: String(cause) });
    const admission = forbid(
      'Hallpass cannot decide at the moment; nothing was changed. Try again in a minute, or tell who runs Hallpass.',
    );
    return { decision: 'failed', admission };
  }
};

/** Which write it was, by what anybody may read of it. */
const fieldsOf = ({ operation, resource, subresource = '', namespace = '', name, user }: Write) => ({
  operation,
  resource,
  subresource,
  namespace,
  name,
  user,
});

/** Undefined when it is not UTF-8: a text with its faults mended would be another one. */
const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
