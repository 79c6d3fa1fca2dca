import { type AccessProbe, type KubernetesIdentity, sayProbe } from '#domain/plan.ts';
import type { Proof } from '#domain/request/events.ts';
import type { ClusterReader, Review, WorkerPorts } from './ports.ts';

/**
 * The authorizer learns of a binding by a watch: measured 1 to 3 ms on one server, more where there are several.
 * Milliseconds between two questions; five seconds in all.
 */
const pauses = [4, 8, 16, 32, 64, 128, 256, 512, 1_024, 1_024, 1_024, 1_024];

/**
 * Of two bindings the later one is named in one of eight answers (measured, kube-apiserver 1.36): asked so often, it is
 * missed once in three thousand times.
 */
const besidePauses = Array.from({ length: 60 }, () => 4);

/** About whom the authorizer is asked, in which cluster. */
export type Asked = {
  readonly cluster: ClusterReader;
  readonly who: KubernetesIdentity;
  readonly pause: WorkerPorts['pause'];
};

/** Whether the authorizer names one of these objects as what allows it. */
export const namesOneOf = (names: readonly string[], { reason }: Review): boolean =>
  names.some((name) => reason.includes(`"${name}"`) || reason.includes(`"${name}/`));

/**
 * Resolves once every probe is allowed; refuses after five seconds, naming the first that is not. `beside` are objects
 * that allow it as well: the authorizer names one of several, in no fixed order, and is asked until that is another one.
 * One that keeps naming these is believed at last, for it learns of a later binding before it forgets an earlier one.
 */
export const confirmAllowed = async (
  asked: Asked,
  probes: readonly AccessProbe[],
  beside: readonly string[] = [],
): Promise<void> => {
  await Promise.all(
    probes.map(async (probe) => {
      const review = await reviewUntil(asked, probe, ({ allowed }) => allowed);
      const isOther = (said: Review): boolean => !namesOneOf(beside, said);
      if (review.allowed) return void (isOther(review) || (await reviewUntil(asked, probe, isOther, besidePauses)));
      throw Object.assign(
        new Error(`The API server does not allow "${sayProbe(probe)}" although the binding is there.`),
        {
          refused: { status: 403, call: 'review' },
        },
      );
    }),
  );
};

/**
 * Asks until every probe is denied. One that is still allowed after the removal was seen is allowed by something else,
 * which the proof names in the authorizer's own words. Throws when it is still one of ours, which is `names`.
 */
export const confirmDenied = async (
  asked: Asked,
  probes: readonly AccessProbe[],
  names: readonly string[],
): Promise<readonly Proof[]> => {
  const byOurs = (review: Review): boolean => namesOneOf(names, review);
  return Promise.all(
    probes.map(async (probe) => {
      const review = await reviewUntil(asked, probe, (said) => !said.allowed || (said.reason !== '' && !byOurs(said)));
      const said = sayProbe(probe);
      if (!review.allowed) return { probe: said };
      if (byOurs(review)) throw new Error(`The API server still allows "${said}" by a binding that is gone`);
      return { probe: said, stillAllowedBy: review.reason };
    }),
  );
};

const reviewUntil = async (
  { cluster, who, pause }: Asked,
  probe: AccessProbe,
  settled: (review: Review) => boolean,
  between: readonly number[] = pauses,
): Promise<Review> => {
  for (const milliseconds of between) {
    const review = await cluster.review(who, probe);
    if (settled(review)) return review;
    await pause(milliseconds);
  }
  return cluster.review(who, probe);
};
