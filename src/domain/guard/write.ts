import type { Manifest } from '#domain/plan.ts';

/** A write as the API server asks about it (admission.k8s.io/v1, `AdmissionReview.request`). It proves nothing about who sent it. */
export type Write = {
  /** Of the review; another one for each call, also about the same write. */
  readonly uid: string;
  readonly operation: 'create' | 'update' | 'delete';
  /** What the rule of the webhook names, converted to that version; of the object that has the subresource. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** As in `status` or `scale`; absent for the object itself. */
  readonly subresource?: string | undefined;
  /** Absent for what belongs to no namespace. */
  readonly namespace?: string | undefined;
  /** Empty where the API server has yet to make one (`generateName`). Of a deletion of many it is each object's own. */
  readonly name: string;
  readonly user: string;
  readonly groups: readonly string[];
  /** As it is, and as it shall be; raw JSON. */
  readonly before?: Manifest | undefined;
  readonly after?: Manifest | undefined;
  readonly dryRun: boolean;
  /** It leaves behind what belongs to the object (`propagationPolicy: Orphan`). */
  readonly orphans?: true;
};

/** What is answered. */
export type Admission = (
  | { readonly allowed: true; readonly warnings: readonly string[] }
  /**
   * `message` may have several lines; it is printed by kubectl. The code is 403 for everybody: some clients delete and create anew on
   * others. Our own worker is told with 503 that it may try again.
   */
  | { readonly allowed: false; readonly message: string; readonly code: 403 | 503 }
) & {
  /** It could not be looked up in time, so that nobody has decided anything. */
  readonly undecided?: true;
};

export const admit = (...warnings: readonly string[]): Admission => ({ allowed: true, warnings });
export const forbid = (message: string): Admission => ({ allowed: false, message, code: 403 });
export const unready = (message: string): Admission => ({ allowed: false, message, code: 503 });
