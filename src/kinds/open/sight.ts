import { type Pod, readPod } from '#domain/networkpolicy/pod.ts';
import { type NetworkPolicy, readPolicy } from '#domain/networkpolicy/policy.ts';
import type { Labels } from '#domain/networkpolicy/selector.ts';
import type { Manifest } from '#domain/plan.ts';
import { managedBy } from '#domain/request/stamp.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Look, Seen, Sort } from '#kinds/kind.ts';
import { type Ask, isFromPods } from './ask.ts';

export const networkPolicies: Sort = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: true,
};
const pods: Sort = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };

/** A namespace as it is now: what counts are the policies of others, for Hallpass's own are there only for a time. */
export type Side = {
  readonly namespace: string;
  /** Undefined when there is no such namespace. */
  readonly labels: Labels | undefined;
  /** Those that run or will. */
  readonly pods: readonly Pod[];
  readonly others: readonly NetworkPolicy[];
  readonly ours: readonly NetworkPolicy[];
};

/** Both ends as they are now. Addresses have no side; pods of the same namespace have the target's. */
export type Sight = { readonly target: Side; readonly source: Side | undefined };

/** What must be looked at: each namespace with its pods, its policies, and its own labels, which others' policies may name. */
export const looksFor = ({ from }: Ask, namespace: string): readonly Look[] =>
  [namespace, ...(isFromPods(from) && from.namespace !== undefined ? [from.namespace] : [])].flatMap(
    (place): Look[] => [
      { type: 'list', of: pods, namespace: place },
      { type: 'list', of: networkPolicies, namespace: place },
      { type: 'object', target: { apiVersion: 'v1', kind: 'Namespace', name: place } },
    ],
  );

/** Reads what was found in the order of the looks. What cannot be read is not guessed at. */
export const readSight = ({ from }: Ask, namespace: string, seen: Seen): Result<Sight, string> => {
  const target = readSide(namespace, seen.slice(0, 3));
  if (!target.ok) return target;
  if (!isFromPods(from)) return ok({ target: target.value, source: undefined });
  if (from.namespace === undefined) return ok({ target: target.value, source: target.value });
  const source = readSide(from.namespace, seen.slice(3, 6));
  return source.ok ? ok({ target: target.value, source: source.value }) : source;
};

const readSide = (namespace: string, [podsThere = [], policies = [], places = []]: Seen): Result<Side, string> => {
  const running = readAll(podsThere, readPod);
  if (!running.ok) return running;
  const others = readAll(
    policies.filter((policy) => !isOurs(policy)),
    readPolicy,
  );
  if (!others.ok) return others;
  const ours = readAll(policies.filter(isOurs), readPolicy);
  if (!ours.ok) return ours;
  const [place] = places;
  return ok({
    namespace,
    labels: place === undefined ? undefined : (place.metadata.labels ?? {}),
    pods: running.value.filter(({ over }) => !over),
    others: others.value,
    ours: ours.value,
  });
};

/** By the label alone: whoever puts it on a policy of theirs only makes Hallpass see less isolation, and refuse. */
const isOurs = ({ metadata }: Manifest): boolean => metadata.labels?.[managedBy.label] === managedBy.value;

const readAll = <T>(
  manifests: readonly Manifest[],
  read: (manifest: Manifest) => Result<T, string>,
): Result<readonly T[], string> => {
  const all: T[] = [];
  for (const manifest of manifests) {
    const one = read(manifest);
    if (!one.ok) return err(`${one.error} An administrator should look at it; until then nothing is opened there.`);
    all.push(one.value);
  }
  return ok(all);
};
