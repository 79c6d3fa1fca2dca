import { z } from 'zod';
import type { Manifest } from '#domain/plan.ts';
import { type RbacRule, rbacRule } from './rules.ts';

/** Whom a binding gives its role: a User or Group by its name, or a ServiceAccount in its namespace. */
export type Subject = {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly name: string;
  readonly namespace?: string;
};

/** A RoleBinding, which has a namespace, or a ClusterRoleBinding, and what its role allows there to everybody it names. */
export type Bound = {
  readonly name: string;
  readonly namespace?: string;
  readonly role: string;
  readonly rules: readonly RbacRule[];
  readonly subjects: readonly Subject[];
};

const role = z.object({ rules: z.array(rbacRule).nullish() });
const binding = z.object({
  roleRef: z.object({ kind: z.enum(['Role', 'ClusterRole']), name: z.string() }),
  subjects: z
    .array(
      z.object({
        kind: z.enum(['User', 'Group', 'ServiceAccount']),
        name: z.string(),
        namespace: z.string().optional(),
      }),
    )
    .nullish(),
});

const keyOf = (kind: string, name: string, namespace: string | undefined): string =>
  [kind, kind === 'Role' ? namespace : '', name].join(' ');

/**
 * Reads bindings with the rules of their roles. One whose role is missing gives nothing; a ClusterRole has its aggregated
 * rules already, as the API server fills them in. Throws for what no API server can have sent.
 */
export const boundIn = (bindings: readonly Manifest[], roles: readonly Manifest[]): readonly Bound[] => {
  const rules = new Map(
    roles.map((live) => [
      keyOf(live.kind, live.metadata.name, live.metadata.namespace),
      role.parse(live).rules ?? ([] as readonly RbacRule[]),
    ]),
  );
  return bindings.map((live) => {
    const { name, namespace } = live.metadata;
    const { roleRef, subjects } = binding.parse(live);
    return {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      role: `${roleRef.kind} ${roleRef.name}`,
      rules: rules.get(keyOf(roleRef.kind, roleRef.name, namespace)) ?? [],
      subjects: (subjects ?? []).flatMap((one) => subjectsOf(one, namespace)),
    };
  });
};

type Read = { readonly kind: Subject['kind']; readonly name: string; readonly namespace?: string | undefined };

/**
 * A ServiceAccount without a namespace is of its binding's, and nobody where that has none. One that is named as the user
 * it is to the authorizer is the same one.
 */
const subjectsOf = ({ kind, name, namespace }: Read, within: string | undefined): readonly Subject[] => {
  const [, home, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(kind === 'User' ? name : '') ?? [];
  if (home !== undefined && account !== undefined) return [{ kind: 'ServiceAccount', namespace: home, name: account }];
  if (kind !== 'ServiceAccount') return [{ kind, name }];
  const place = namespace || within;
  return place === undefined ? [] : [{ kind, namespace: place, name }];
};

export const subjectKey = ({ kind, namespace = '', name }: Subject): string => [kind, namespace, name].join(' ');

/** `ServiceAccount shop/deployer`, `Group platform`. */
export const saySubject = ({ kind, namespace, name }: Subject): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
