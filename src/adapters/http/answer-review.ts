import { type Admission, forbid, type Write } from '#domain/guard/write.ts';
import type { Alarm } from '#use-cases/ports.ts';
import { readReview, renderAnswer, type Unreadable } from './admission-review.ts';

export type Deciding = {
  readonly review: (write: Write) => Promise<Admission>;
  /** Milliseconds that a decision may take; whoever waits for it holds a connection of the API server. */
  readonly patience: number;
  readonly onFault: Alarm;
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
  const text = textOf(bytes);
  const read = text === undefined ? undefined : readReview(text);
  if (read?.ok) return allowing(read.value.write.uid, await decideInTime(read.value.write, deciding, release));
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

const decideInTime = async (write: Write, deciding: Deciding, release: () => void): Promise<Admission> => {
  const { promise: late, resolve } = Promise.withResolvers<Admission>();
  const timer = setTimeout(() => {
    deciding.onFault('A write was refused because Hallpass took too long to decide', fieldsOf(write));
    resolve(forbid('Hallpass could not decide in time; nothing was changed. Try again.'));
  }, deciding.patience);
  const decided = decide(write, deciding).finally(release);
  const admission = await Promise.race([decided, late]);
  clearTimeout(timer);
  return admission;
};

const decide = async (write: Write, { review, onFault }: Deciding): Promise<Admission> => {
  try {
    return await review(write);
  } catch (cause) {
    onFault('A write was refused because Hallpass failed to decide', { ...fieldsOf(write), cause: String(cause) });
    return forbid(
      'Hallpass cannot decide at the moment; nothing was changed. Try again in a minute, or tell who runs Hallpass.',
    );
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
