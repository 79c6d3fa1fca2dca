import type { AccessProbe, KubernetesIdentity, Manifest, Plan } from '#domain/plan.ts';
import { byStrength } from '#domain/request/rights.ts';
import type { PlanContext } from '#kinds/kind.ts';
import { type Binding, type GrantedRule, narrow, type Profile } from './profiles.ts';

const rbac = 'rbac.authorization.k8s.io';

/** The Roles and bindings of a grant: one pair for each binding of the profile, the role first. */
export const planAccess = (profile: Profile, objects: readonly string[], context: PlanContext): Plan => {
  const pairs = profile.bindings.map((binding, index) => pair(binding, index, objects, context));
  return {
    create: pairs.flatMap(({ role, binding }) => [role, binding]),
    edits: [],
    notes: [],
    cautions: [],
    probes: pairs.flatMap(({ probes }) => probes),
    // One telling question for each binding: the authorizer's answer is about the binding, not about the verb.
    proofs: pairs.flatMap(({ probes }) => probes.slice(0, 1)),
  };
};

const pair = (binding: Binding, index: number, objects: readonly string[], context: PlanContext) => {
  const namespace = namespaceOf(binding, context.namespace);
  const scope = namespace === undefined ? 'Cluster' : '';
  const metadata = { name: `hallpass-${context.request}-${index}`, ...(namespace === undefined ? {} : { namespace }) };
  const rules = binding.rules.flatMap((rule) => narrow(rule, objects));
  const role: Manifest = {
    apiVersion: `${rbac}/v1`,
    kind: `${scope}Role`,
    metadata,
    rules: rules.map(({ narrowable: _, ...rule }) => rule),
  };
  const bound: Manifest = {
    apiVersion: `${rbac}/v1`,
    kind: `${scope}RoleBinding`,
    metadata,
    roleRef: { apiGroup: rbac, kind: `${scope}Role`, name: metadata.name },
    subjects: [subject(context.identity)],
  };
  return { role, binding: bound, probes: rules.flatMap((rule) => probesIn(rule, namespace)) };
};

export const namespaceOf = (binding: Binding, requested: string): string | undefined => {
  if (binding.in === 'cluster') return undefined;
  return binding.in === 'requested' ? requested : binding.in;
};

const subject = ({ user }: KubernetesIdentity) => ({ apiGroup: rbac, kind: 'User', name: user });

const probesIn = (
  rule: GrantedRule & { readonly resourceNames?: readonly string[] },
  namespace: string | undefined,
): readonly AccessProbe[] =>
  rule.verbs.toSorted(byStrength).flatMap((verb) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((path) => {
        const [resource = path, subresource] = path.split('/');
        const probe = {
          verb,
          group,
          resource,
          ...(subresource === undefined ? {} : { subresource }),
          ...(namespace === undefined ? {} : { namespace }),
        };
        return (rule.resourceNames ?? [undefined]).map((name) => (name === undefined ? probe : { ...probe, name }));
      }),
    ),
  );

/** What a binding of a profile lets somebody do, as questions to the authorizer. */
export const probesOf = (binding: Binding, objects: readonly string[], requested: string): readonly AccessProbe[] =>
  binding.rules
    .flatMap((rule) => narrow(rule, objects))
    .flatMap((rule) => probesIn(rule, namespaceOf(binding, requested)));
