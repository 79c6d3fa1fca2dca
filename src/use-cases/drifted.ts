import { type Agreed, asNew, type Watched } from '#domain/guard/agreed.ts';
import { fingerprintOf } from '#domain/guard/fingerprint.ts';
import type { Protection } from '#domain/guard/protection.ts';
import type { Manifest, Target } from '#domain/plan.ts';
import { apiVersionOf, type Held } from '#kinds/kind.ts';
import type { DriftPorts } from './drift-ports.ts';

/** One sort of objects in one namespace that is protected. */
export type Scope = Watched & { readonly sort: Held; readonly protection: Protection };

/** An object that is another than was agreed to last. */
export type Drifted = {
  readonly scope: Scope;
  readonly target: Target;
  readonly live: Manifest | undefined;
  readonly agreed: Agreed | undefined;
  /** What would put it back; undefined where that is a deletion. */
  readonly after: Manifest | undefined;
  readonly fingerprint: string;
};

/** How an object differs, as the write that would put it back. */
export const driftOf = (
  { trust }: DriftPorts,
  scope: Scope,
  name: string,
  live: Manifest | undefined,
  agreed: Agreed | undefined,
): Drifted => {
  const { sort, namespace, cluster, protection } = scope;
  const content = agreed?.content as Manifest | undefined;
  const after = live === undefined && content !== undefined ? asNew(content) : content;
  const { group, resource } = sort;
  const operation = live === undefined ? 'create' : agreed === undefined ? 'delete' : 'update';
  const write = { operation, group, resource, namespace, name, before: live, after } as const;
  return {
    scope,
    target: { apiVersion: apiVersionOf(sort), kind: sort.kind, namespace, name },
    live,
    agreed,
    after,
    fingerprint: fingerprintOf(cluster, write, protection.ignoreAnnotations, trust.digest),
  };
};
