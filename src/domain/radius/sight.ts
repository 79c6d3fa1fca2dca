import type { Pod } from '#domain/networkpolicy/pod.ts';
import type { NetworkPolicy } from '#domain/networkpolicy/policy.ts';
import type { Labels } from '#domain/networkpolicy/selector.ts';
import type { Routing } from './routes.ts';
import type { ServiceSeen } from './services.ts';

/** A pod, whether it takes traffic of Services now, and what it listens on. */
export type SeenPod = {
  readonly pod: Pod;
  readonly ready: boolean;
  /** The ports that its containers say they listen on. */
  readonly listens: readonly number[];
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
  /** Other routes, and the Services and pods of these namespaces. */
  readonly behind: readonly string[];
  readonly routes: boolean;
  /** Pods, NetworkPolicies and namespaces of the whole cluster. */
  readonly network: boolean;
};
