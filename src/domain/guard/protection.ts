import { matches, type Risk, risks } from '#domain/policy/policy.ts';

/** Somebody who writes in the cluster and is nobody in Slack: a pipeline, a GitOps controller. */
export type Writer = {
  /** As the API server knows it; `*` stands for any run of characters. */
  readonly user: string;
  /** How approvers are told of it, as in "Flux". */
  readonly name: string;
  /** Who answers for it: is asked and told, and never decides on what it writes. A Slack user id. */
  readonly responsible: string;
  /** It puts back by itself what others change. */
  readonly selfHeals: boolean;
};

/** How a held write may come to pass: its author does it again, or Hallpass does it once they have said that it is theirs. */
export const completions = ['retry', 'confirm'] as const;
export type Completion = (typeof completions)[number];

/** What may end a grant whose card showed less; and from which of them on a protection wants that. */
export const misuses = ['high', 'critical'] as const;
export type Misuse = (typeof misuses)[number];
export const revokeAts = [...misuses, 'never'] as const;
export type RevokeAt = (typeof revokeAts)[number];

/** Objects of which a direct write is held until somebody agrees. Patterns know `*` only. */
export type Protection = {
  readonly name: string;
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  /** What kinds of requests call the sorts of objects (`Held.profile`). */
  readonly resources: readonly string[];
  /** Annotations that make no difference: pipelines stamp them anew each time. */
  readonly ignoreAnnotations: readonly string[];
  /** Who may set how many there are (`…/scale`) without being held, as autoscalers do. */
  readonly scalers: readonly string[];
  readonly complete: readonly Completion[];
  /** So long an approval waits to be used. */
  readonly retryWithin: Temporal.Duration;
  readonly writers: readonly Writer[];
  /** From which risk on a write that is worse than its grant's card ends that grant. */
  readonly revokeAt: RevokeAt;
};

/** Where a write goes, by the names that a protection speaks of. */
export type Place = { readonly cluster: string; readonly namespace: string; readonly profile: string };

/** The first protection that speaks of a place; undefined where anybody with the right may write. */
export const protectionOf = (protections: readonly Protection[], place: Place): Protection | undefined =>
  protections.find(
    ({ clusters, namespaces, resources }) =>
      any(clusters, place.cluster) && any(namespaces, place.namespace) && resources.includes(place.profile),
  );

/** Whether anything in a namespace is protected. */
export const protectsIn = (
  protections: readonly Protection[],
  { cluster, namespace }: Pick<Place, 'cluster' | 'namespace'>,
): boolean => protections.some((one) => any(one.clusters, cluster) && any(one.namespaces, namespace));

/**
 * By which the deletion of a namespace is held: the first that names the sort of namespaces there, or else the first that protects
 * anything in it.
 */
export const protectionOfNamespace = (protections: readonly Protection[], place: Place): Protection | undefined =>
  protectionOf(protections, place) ??
  protections.find(({ clusters, namespaces }) => any(clusters, place.cluster) && any(namespaces, place.namespace));

/** Whom a user of the cluster is written down as; the first that fits. */
export const writerOf = ({ writers }: Protection, user: string): Writer | undefined =>
  writers.find((one) => matches(one.user, user));

/** Whether a user may scale what is protected. */
export const mayScale = ({ scalers }: Protection, user: string): boolean => any(scalers, user);

/** Whether a write of this risk, worse than its grant's card, ends that grant; below that it is only held. */
export const revokesAt = ({ revokeAt }: Pick<Protection, 'revokeAt'>, risk: Risk): risk is Misuse =>
  revokeAt !== 'never' && risks.indexOf(risk) >= risks.indexOf(revokeAt);

const any = (patterns: readonly string[], text: string): boolean => patterns.some((pattern) => matches(pattern, text));
