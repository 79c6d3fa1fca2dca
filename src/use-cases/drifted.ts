import { type Agreed, asNew, markOf, type Watched } from '#domain/guard/agreed.ts';
import { fingerprintOf } from '#domain/guard/fingerprint.ts';
import type { Protection } from '#domain/guard/protection.ts';
import { isFreelyScaled, stateMark, withoutReplicas } from '#domain/guard/state-mark.ts';
import { canonical } from '#domain/json.ts';
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
  /** `stateMark` of both, and what names the two. */
  readonly from: string;
  readonly to: string;
  readonly difference: string;
};

export const driftOf = (
  { trust: { digest } }: Pick<DriftPorts, 'trust'>,
  scope: Scope,
  name: string,
  live: Manifest | undefined,
  agreed: Agreed | undefined,
): Drifted => {
  const { sort, namespace, protection } = scope;
  const [from, to] = [markOf(agreed, protection, digest), stateMark(live, protection, digest)];
  return {
    scope,
    target: { apiVersion: apiVersionOf(sort), kind: sort.kind, namespace, name },
    live,
    agreed,
    from,
    to,
    difference: digest(canonical([from, to])),
  };
};

/** The write that would put it back. How many there are stays as it is where anybody may say that. */
export const putBackOf = (
  { trust: { digest } }: Pick<DriftPorts, 'trust'>,
  { scope, target, live, agreed }: Drifted,
) => {
  const { sort, cluster, namespace, protection } = scope;
  const content = agreed?.content as Manifest | undefined;
  const after = live === undefined && content !== undefined ? asNew(content) : content;
  const operation = live === undefined ? 'create' : agreed === undefined ? 'delete' : 'update';
  const scales = operation === 'update' && isFreelyScaled(target, protection);
  const [was, shall] = scales ? [live, after].map((one) => one && withoutReplicas(one)) : [live, after];
  const { group, resource } = sort;
  const write = { operation, group, resource, namespace, name: target.name, before: was, after: shall } as const;
  const fingerprint = fingerprintOf(cluster, write, protection.ignoreAnnotations, digest);
  return { operation, after, scales, fingerprint } as const;
};
