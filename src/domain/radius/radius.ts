import { z } from 'zod';

const count = z.int().min(0).default(0);
const names = z.array(z.string()).default([]);

/**
 * How far a request reaches, in figures that the conditions of rules can speak of (`radius.…`). What it does not touch is
 * empty, nought or false.
 */
export const radius = z.strictObject({
  /** Hosts with paths that were not served before, in lower case; "" is every host that no other rule names. */
  hosts: names,
  /** How many pairs of host and path that is. */
  paths: count,
  /** Services that get traffic which they did not get before, as `namespace/name`. */
  backends: names,
  /** Of those Services, the ones without a ready pod, as `namespace/name`. */
  unready: names,
  /** Ingresses and routes of other namespaces whose hosts and paths it takes from, as `namespace/name`. */
  elsewhere: names,
  /** Pods that can be reached by what could not reach them before, and the other way round. */
  opened: count,
  closed: count,
  /** Whether addresses outside of the cluster are among what reaches them newly, and whether those are all of IPv4 or IPv6. */
  fromOutside: z.boolean().default(false),
  fromEverywhere: z.boolean().default(false),
  /** The same of addresses that pods can reach newly. */
  toOutside: z.boolean().default(false),
  toEverywhere: z.boolean().default(false),
  /** Namespaces whose pods reach them newly. */
  fromNamespaces: names,
  /** On which ports, as `TCP 5432` or `TCP 8000-8100`. */
  ports: names,
  /** Pods that no NetworkPolicy isolates any more in a direction in which one did. */
  notIsolated: count,
  /** Rights that somebody gets who does not have them now, as `update ingresses.networking.k8s.io/web in shop`. */
  gains: names,
});
export type Radius = z.infer<typeof radius>;

export const nothingReached: Radius = radius.parse({});

/** One fact about what a request reaches, for people: plain text on one line. */
export const reachLine = z.strictObject({
  /** Something can be reached, or done, that could not; no longer can; or is as it was and worth knowing; or was not seen. */
  change: z.enum(['opens', 'closes', 'stays', 'unseen']),
  text: z.string(),
});
export type ReachLine = z.infer<typeof reachLine>;

const order: readonly ReachLine['change'][] = ['opens', 'closes', 'stays', 'unseen'];

/** What opens before what closes, and at last what was not seen. */
export const opensFirst = (lines: readonly ReachLine[]): readonly ReachLine[] =>
  lines.toSorted((one, other) => order.indexOf(one.change) - order.indexOf(other.change));
