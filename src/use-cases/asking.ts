import type { Unmapped } from '#domain/identities.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { NoBreakGlass, NotAllowed, Refused } from '#domain/policy/verdict.ts';
import type { Drift, HeldWrite, Submitted } from '#domain/request/events.ts';
import type { AtMaximum, Extended } from '#domain/request/extension.ts';
import type { Source } from '#domain/source.ts';
import type { NotAdmitted } from './membership.ts';

/** What somebody asks for. `origin` is the same for a repetition of the same form or command. */
export type Asking = {
  readonly by: PersonId;
  readonly subject: PersonId;
  /** The pipeline or agent that asks, on the account of `by`; absent for a person. */
  readonly caller?: NonNullable<Submitted['caller']> | undefined;
  /** By which way it came in. Whoever takes it in says it, never who asks. */
  readonly source: Source;
  readonly kind: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly ask: Json;
  readonly reason: string;
  /** As typed, or `good` for what is not to be taken back; the rule's default when absent. */
  readonly duration?: string;
  /** As typed, by the asker's own clock; as soon as it is approved when absent. */
  readonly start?: string;
  /** It is to be taken at once, by break-glass. */
  readonly breakGlass?: boolean;
  /** Under which id it is to be filed; a random one when absent. */
  readonly id?: RequestId;
  /** The direct write that was held and that this is made of; absent for what somebody asks for. */
  readonly held?: HeldWrite;
  /** Nobody asks: what was found changed shall be put back. */
  readonly drift?: Drift;
  /** The request that came to nothing, or was ended early, and is asked for anew by this one. */
  readonly follows?: Submitted['follows'];
  /** The grant in force that shall go on, and the names of what was made for it. */
  readonly extends?: { readonly grant: Extended; readonly objects: readonly string[] };
  readonly origin: string;
};

export type SubmitRefusal =
  | NotAdmitted
  | NotAllowed
  | Unmapped
  | AtMaximum
  | {
      readonly type: 'unclear';
      readonly field: 'kind' | 'cluster' | 'namespace' | 'ask' | 'reason' | 'duration' | 'start';
      readonly why: string;
    }
  /** By the rule that decides nobody may have it. */
  | Refused
  | NoBreakGlass
  /** A rule's condition could not be answered, and so nobody knows which rule decides. */
  | { readonly type: 'rule-failed'; readonly rule: string; readonly why: string }
  /** Who files and who tries it hold different policies just now. */
  | { readonly type: 'policies-differ' }
  /** Whoever tries what is asked did not answer. */
  | { readonly type: 'not-tried' }
  | { readonly type: 'already-have'; readonly who: 'you' | 'they'; readonly allowedBy: string }
  /** The same person has the same at that time, by this request. */
  | { readonly type: 'has-it-then'; readonly request: RequestId; readonly until: Temporal.Instant }
  | { readonly type: 'too-many'; readonly limit: number; readonly of: 'yours' | 'all' | 'unasked' }
  | { readonly type: 'filed-before'; readonly id: RequestId };

const passing: readonly SubmitRefusal['type'][] = ['lookup-failed', 'not-tried', 'policies-differ', 'too-many'];

/** Whether the same ask may well be filed in a moment, though nobody does anything about it. */
export const passes = ({ type }: SubmitRefusal): boolean => passing.includes(type);

export const unclear = (field: Extract<SubmitRefusal, { type: 'unclear' }>['field'], why: string): SubmitRefusal => ({
  type: 'unclear',
  field,
  why,
});

/** As it was typed, cut to what can be read. */
export const quote = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
