import type { Comparison } from '#domain/content/comparison.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { type Manifest, type ObjectRef, targetOf } from '#domain/plan.ts';
import type { SealedEdit } from '#domain/seal.ts';
import type { Draft } from './ports.ts';

/** One change of somebody else's object, tried but not done. */
export type PreparedEdit = SealedEdit & {
  /** As it is now; absent when it is not there. */
  readonly live?: Manifest;
  /** What is to be written: made from the live object, with its resourceVersion. Absent for a deletion. */
  readonly wanted?: Manifest;
  /** What the API server would make of that, by its dry run. */
  readonly made?: Manifest;
  /** It is deleted as what it is, whatever it is like: nothing of its content is shown, compared or kept. */
  readonly byUid?: true;
  /** Once it is made it stays so, whatever becomes of the others of its request. */
  readonly staysDone?: true;
  readonly comparison: Comparison;
};

/** What would be done now, with all that doing it needs. */
export type Prepared = Omit<Draft, 'edits' | 'content' | 'judged'> & { readonly edits: readonly PreparedEdit[] };

/** What approvers agree to of it. */
export const sealedPart = ({ op, target, uid, delta }: SealedEdit): SealedEdit => ({
  op,
  target,
  ...(uid === undefined ? {} : { uid }),
  delta,
});

/** The name under which the API server keeps which fields a request has changed. */
export const managerOf = (request: RequestId): string => `hallpass-${request}`;

// As the server has them in every object; typed nowhere, for objects are raw JSON.
export const uidOf = ({ metadata }: Manifest): string | undefined =>
  'uid' in metadata && typeof metadata.uid === 'string' ? metadata.uid : undefined;
export const versionOf = ({ metadata }: Manifest): string | undefined =>
  'resourceVersion' in metadata && typeof metadata.resourceVersion === 'string' ? metadata.resourceVersion : undefined;
/** `metadata.managedFields`, raw. */
export const ownersIn = ({ metadata }: Manifest): Json | undefined =>
  'managedFields' in metadata ? (metadata.managedFields as Json) : undefined;

/** Names a live object. */
export const refTo = (live: Manifest): ObjectRef => ({ ...targetOf(live), uid: uidOf(live) ?? '' });
