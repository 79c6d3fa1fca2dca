import { z } from 'zod';
import type { AccessProbe, KubernetesIdentity, Manifest } from '#domain/plan.ts';
import type { Review } from '#use-cases/ports.ts';

const rule = z.object({
  apiGroups: z.array(z.string()).default([]),
  resources: z.array(z.string()).default([]),
  verbs: z.array(z.string()),
  resourceNames: z.array(z.string()).default([]),
});
type Rule = z.infer<typeof rule>;
const role = z.object({ rules: z.array(rule).nullish() });
const binding = z.object({
  roleRef: z.object({ kind: z.string(), name: z.string() }),
  subjects: z.array(z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() })).nullish(),
});
type Subject = NonNullable<z.infer<typeof binding>['subjects']>[number];

const has = (words: readonly string[], wanted: string): boolean => words.includes('*') || words.includes(wanted);

/** As `RuleAllows` of Kubernetes' pkg/registry/rbac/validation, without non-resource URLs. */
const allows = ({ verbs, apiGroups, resources, resourceNames }: Rule, probe: AccessProbe): boolean => {
  const { verb, group, resource, subresource, name } = probe;
  const path = subresource === undefined ? resource : `${resource}/${subresource}`;
  const anyOf = subresource === undefined ? [] : [`*/${subresource}`];
  const reaches = has(resources, path) || anyOf.some((pattern) => resources.includes(pattern));
  const named = resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name));
  return has(verbs, verb) && has(apiGroups, group) && reaches && named;
};

const isSubject = (who: KubernetesIdentity, { kind, name, namespace }: Subject): boolean => {
  if (kind === 'User') return name === who.user;
  if (kind === 'Group') return who.groups.includes(name);
  return who.user === `system:serviceaccount:${namespace}:${name}`;
};

const sayWhy = (bound: Manifest, { kind, name }: z.infer<typeof binding>['roleRef'], subject: Subject): string => {
  const { namespace } = bound.metadata;
  const where = namespace === undefined ? '' : `/${namespace}`;
  const whom = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace}` : subject.name;
  return `RBAC: allowed by ${bound.kind} "${bound.metadata.name}${where}" of ${kind} "${name}" to ${subject.kind} "${whom}"`;
};

/** What the RBAC authorizer says over these objects; its reason names the first binding that allows, as the real one's. */
export const evaluate = (objects: readonly Manifest[], who: KubernetesIdentity, probe: AccessProbe): Review => {
  if (who.groups.includes('system:masters')) return { allowed: true, reason: '' };
  const bindings = objects.filter(
    ({ kind, metadata }) =>
      kind === 'ClusterRoleBinding' ||
      (kind === 'RoleBinding' && probe.namespace !== undefined && metadata.namespace === probe.namespace),
  );
  for (const bound of bindings) {
    const { roleRef, subjects } = binding.parse(bound);
    const subject = (subjects ?? []).find((each) => isSubject(who, each));
    const granted = objects.find(
      ({ kind, metadata }) =>
        kind === roleRef.kind &&
        metadata.name === roleRef.name &&
        (kind === 'ClusterRole' || metadata.namespace === bound.metadata.namespace),
    );
    if (subject === undefined || granted === undefined) continue;
    if ((role.parse(granted).rules ?? []).some((each) => allows(each, probe)))
      return { allowed: true, reason: sayWhy(bound, roleRef, subject) };
  }
  return { allowed: false, reason: '' };
};
