import { z } from 'zod';
import type { Finding } from '#domain/risk/finding.ts';
import type { Json } from './json.ts';

/** A Kubernetes object as raw JSON. Cluster-scoped objects have no namespace. */
export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    /** Of what a server has: another one with each change. */
    readonly resourceVersion?: string | undefined;
  };
  readonly [field: string]: Json | undefined;
};

/** Names one object of a cluster; `uid` tells it from a later one of the same name. */
export const objectRef = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  uid: z.string(),
});
export type ObjectRef = z.infer<typeof objectRef>;

/** Names an object whether or not there is one now. */
export const target = objectRef.omit({ uid: true });
export type Target = z.infer<typeof target>;

/** The name of the object that a manifest describes. */
export const targetOf = ({ apiVersion, kind, metadata: { name, namespace } }: Manifest): Target => ({
  apiVersion,
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

/** One spelling of a target, to compare it with others. */
export const targetKey = ({ apiVersion, kind, namespace, name }: Target): string =>
  [apiVersion, kind, namespace ?? '', name].join(' ');

/** Says a target as people do: `Ingress shop-front/shop`. */
export const sayTarget = ({ kind, namespace, name }: Target): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

/** One question to the authorizer, as in `SubjectAccessReview.spec.resourceAttributes` (authorization.k8s.io/v1). */
export const accessProbe = z.strictObject({
  verb: z.string(),
  group: z.string(),
  resource: z.string(),
  subresource: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string().optional(),
});
export type AccessProbe = z.infer<typeof accessProbe>;

/** Whom access is for, in Kubernetes' own terms. A review needs the groups as well as the user. */
export type KubernetesIdentity = { readonly user: string; readonly groups: readonly string[] };

/**
 * What an object that is not Hallpass's own shall be: written as it stands here (whole, raw, made from the live one where
 * there is one; created where there is none), or gone.
 */
export type Edit = (
  | { readonly op: 'write'; readonly content: Manifest }
  | { readonly op: 'delete'; readonly target: Target }
) & {
  /** Only its author makes it, and Hallpass may not even try it. */
  readonly byAuthor?: true;
};

/**
 * What approval does, as generic changes that the Kubernetes adapter runs: the objects are created in this order and
 * deleted in the reverse one. Every probe must be allowed once active; every proof must be denied once ended.
 */
export type Plan = {
  /** Objects of Hallpass's own, which carry its stamp. */
  readonly create: readonly Manifest[];
  /** Changes of other objects, each of another one; applied in this order, taken back in the reverse one. */
  readonly edits: readonly Edit[];
  /** What an approver should know of how things stand now, in plain text: facts, and what to beware of. */
  readonly notes: readonly string[];
  readonly cautions: readonly string[];
  /** What is dangerous in objects that are there and stay as they are, where it comes to whoever gets into them. */
  readonly findings?: readonly Finding[];
  readonly probes: readonly AccessProbe[];
  readonly proofs: readonly AccessProbe[];
};

/** Says a probe as people do: `update ingresses.networking.k8s.io/web in shop-front`. */
export const sayProbe = (probe: AccessProbe): string => {
  const resource = [probe.resource, probe.group].filter((part) => part !== '').join('.');
  const path = [resource, probe.subresource, probe.name].filter((part) => part !== undefined).join('/');
  return `${probe.verb} ${path} ${probe.namespace === undefined ? 'in the whole cluster' : `in ${probe.namespace}`}`;
};
