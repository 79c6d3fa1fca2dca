import { z } from 'zod';
import type { Manifest } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Cidr, parseCidr } from './cidr.ts';
import { type Protocol, protocol } from './pod.ts';
import { type LabelSelector, labelSelector } from './selector.ts';

export type Direction = 'ingress' | 'egress';

/** Who is at the other end. One that this version knows nothing of fits nobody. */
export type Peer =
  | { readonly type: 'pods'; readonly pods: LabelSelector; readonly namespaces: LabelSelector | undefined }
  | { readonly type: 'block'; readonly cidr: Cidr; readonly except: readonly Cidr[] }
  | { readonly type: 'unknown' };

/** Without a port: all of the protocol. `endPort` closes a range. */
export type PortEntry = {
  readonly protocol: Protocol;
  readonly port?: number | string | undefined;
  readonly endPort?: number | undefined;
};

/** One rule lets through what fits one of its peers and one of its ports. */
export type Rule = { readonly peers: readonly Peer[] | 'any'; readonly ports: readonly PortEntry[] | 'any' };

/** What a NetworkPolicy means. A direction that is not there is not isolated by it; one without rules lets nothing through. */
export type NetworkPolicy = {
  readonly name: string;
  readonly namespace: string;
  readonly pods: LabelSelector;
} & Readonly<Partial<Record<Direction, readonly Rule[]>>>;

const cidr = z.string().transform((text, context): Cidr => {
  const block = parseCidr(text);
  if (block !== undefined) return block;
  context.addIssue({ code: 'custom', message: 'not a CIDR' });
  return z.NEVER;
});
const peers = z
  .array(
    z.object({
      podSelector: labelSelector.nullish(),
      namespaceSelector: labelSelector.nullish(),
      ipBlock: z.object({ cidr, except: z.array(cidr).nullish() }).nullish(),
    }),
  )
  .nullish();
const ports = z
  .array(
    z.object({
      protocol: protocol.nullish(),
      port: z.union([z.int(), z.string()]).nullish(),
      endPort: z.int().nullish(),
    }),
  )
  .nullish();
const shape = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    podSelector: labelSelector.nullish(),
    policyTypes: z.array(z.enum(['Ingress', 'Egress'])).nullish(),
    ingress: z.array(z.object({ from: peers, ports })).nullish(),
    egress: z.array(z.object({ to: peers, ports })).nullish(),
  }),
});

/**
 * Reads a NetworkPolicy (networking.k8s.io/v1) as the API server sends it. Without `policyTypes` it is about ingress, and
 * about egress only where it has egress rules (the API server's own defaulting).
 */
export const readPolicy = (manifest: Manifest): Result<NetworkPolicy, string> => {
  const read = shape.safeParse(manifest);
  if (!read.success)
    return err(`NetworkPolicy ${manifest.metadata.namespace ?? ''}/${manifest.metadata.name} cannot be read.`);
  const { metadata, spec } = read.data;
  const ingress = (spec.ingress ?? []).map((rule) => ruleOf(rule.from, rule.ports));
  const egress = (spec.egress ?? []).map((rule) => ruleOf(rule.to, rule.ports));
  const types = spec.policyTypes ?? [];
  const isAbout = (type: 'Ingress' | 'Egress', otherwise: boolean): boolean =>
    types.length === 0 ? otherwise : types.includes(type);
  return ok({
    name: metadata.name,
    namespace: metadata.namespace,
    pods: spec.podSelector ?? {},
    ...(isAbout('Ingress', true) ? { ingress } : {}),
    ...(isAbout('Egress', egress.length > 0) ? { egress } : {}),
  });
};

const ruleOf = (from: z.infer<typeof peers>, through: z.infer<typeof ports>): Rule => ({
  peers: isEmpty(from) ? 'any' : from.map(peerOf),
  ports: isEmpty(through)
    ? 'any'
    : through.map(({ protocol: spoken, port, endPort }) => ({
        protocol: spoken ?? 'TCP',
        ...(port === null || port === undefined ? {} : { port }),
        ...(endPort === null || endPort === undefined ? {} : { endPort }),
      })),
});

const isEmpty = <T>(list: readonly T[] | null | undefined): list is readonly [] | null | undefined =>
  list === null || list === undefined || list.length === 0;

const peerOf = ({ podSelector, namespaceSelector, ipBlock }: NonNullable<z.infer<typeof peers>>[number]): Peer => {
  if (ipBlock !== null && ipBlock !== undefined)
    return { type: 'block', cidr: ipBlock.cidr, except: ipBlock.except ?? [] };
  if ((podSelector ?? namespaceSelector ?? undefined) === undefined) return { type: 'unknown' };
  return { type: 'pods', pods: podSelector ?? {}, namespaces: namespaceSelector ?? undefined };
};
