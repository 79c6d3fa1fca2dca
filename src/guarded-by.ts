import { type GuardAddress, webhookConfiguration } from '#domain/guard/webhook.ts';
import type { Manifest } from '#domain/plan.ts';
import { heldSorts } from '#kinds/kind.ts';
import { markersBeside } from '#use-cases/home.ts';
import type { Settings } from '#use-cases/ports.ts';

export type GuardedCluster = {
  readonly cluster: string;
  /** The namespace that Hallpass lives in. */
  readonly home: string;
  readonly at: GuardAddress;
  readonly selectsNamespaces: boolean;
};

/** What the API server of a cluster has to ask its guard about, by this policy; undefined where nothing is protected. */
export const webhookBy = ({ policy, kinds }: Settings, { home, ...where }: GuardedCluster): Manifest | undefined =>
  webhookConfiguration({
    ...where,
    protections: policy.protect,
    held: heldSorts(kinds),
    own: [home, markersBeside(home)],
  });
