import { matches } from '#domain/policy/policy.ts';
import { requestEvent } from '#domain/request/events.ts';
import type { AuditLine } from './cloud-event.ts';

/** What stands in a log and cannot be believed goes out as this, to whom asks for it. */
export const unreadable = 'unreadable';

/** All that can be asked for by name, and `*` for everything, also what later versions add. */
export const eventNames: readonly string[] = [
  '*',
  ...requestEvent.options.map(({ shape }) => shape.type.value),
  unreadable,
];

/** Where events go, as `webhooks.yaml` has it; files by absolute paths. */
export type Destination = {
  readonly name: string;
  readonly url: string;
  /** Names of events, or `*`. */
  readonly events: readonly string[];
  /** Patterns as in `rules.yaml`: `*` stands for any run of characters. */
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  readonly kinds: readonly string[];
  readonly rules: readonly string[];
  readonly signingKeyFile: string;
  /** Only a server with a certificate of this authority is believed; absent: those that Node knows. */
  readonly caFile?: string;
  /** The first time it gets all there is, and not only what happens from then on. */
  readonly history: boolean;
  /** Ids of events that are left out: a receiver refuses them for ever, and others wait behind. */
  readonly skip: readonly string[];
  /** It may be at an address where clouds keep credentials of the machine. */
  readonly linkLocal: boolean;
};

/** Everything that `webhooks.yaml` says. */
export type Outgoing = { readonly source: string; readonly destinations: readonly Destination[] };

/** Whether a destination wants this. What is of no known request has no cluster: only `*` fits it. */
export const wants = (
  { events, clusters, namespaces, kinds, rules, skip }: Destination,
  { id, event, cluster, namespace, kind, rule }: AuditLine,
): boolean =>
  !skip.includes(id) &&
  (events.includes('*') || events.includes(event)) &&
  any(clusters, cluster) &&
  any(namespaces, namespace) &&
  any(kinds, kind) &&
  any(rules, rule);

const any = (patterns: readonly string[], text: string | null): boolean =>
  patterns.some((pattern) => matches(pattern, text ?? ''));
