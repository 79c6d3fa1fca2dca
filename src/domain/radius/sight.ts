import type { Pod } from '#domain/networkpolicy/pod.ts';
import type { NetworkPolicy } from '#domain/networkpolicy/policy.ts';
import type { Labels } from '#domain/networkpolicy/selector.ts';
import type { Target } from '#domain/plan.ts';
import type { Routing } from './routes.ts';
import type { ServiceSeen } from './services.ts';
import type { Store } from './stores.ts';

/** A pod, whether it takes traffic of Services now, and what data it keeps. */
export type SeenPod = {
  readonly pod: Pod;
  readonly ready: boolean;
  /** The data that it seems to keep. */
  readonly stores: readonly Store[];
};

/** What stands around a change, as it is now, as far as it was looked for. */
export type Sight = {
  /** Ingresses and routes of all namespaces. */
  readonly routes: readonly Routing[];
  readonly services: readonly ServiceSeen[];
  readonly pods: readonly SeenPod[];
  /** NetworkPolicies of all namespaces. */
  readonly policies: readonly NetworkPolicy[];
  /** All namespaces with their labels. */
  readonly namespaces: ReadonlyMap<string, Labels>;
};

/** What has to be looked at to tell how far changes reach. */
export type Wanted = {
  /** The Services and pods of these namespaces. */
  readonly behind: readonly string[];
  /** Other objects that take traffic, of these sorts among others; where there are none, none at all. */
  readonly routes: readonly Pick<Target, 'apiVersion' | 'kind'>[];
  /** NetworkPolicies of the whole cluster; and all its pods and namespaces too. */
  readonly policies: boolean;
  readonly network: boolean;
};
