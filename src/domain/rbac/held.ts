import type { Held, RbacRule, Right } from './rules.ts';

const has = (list: readonly string[], wanted: string): boolean => list.includes('*') || list.includes(wanted);

/** `*` is every resource with every subresource; `*` before a slash is every resource's subresource of that name. */
const reaches = (resources: readonly string[], wanted: string): boolean => {
  const [, subresource] = wanted.split('/');
  return has(resources, wanted) || (subresource !== undefined && resources.includes(`*/${subresource}`));
};

/**
 * Calls of these verbs name no object, so a rule for named ones never allows them (`ResourceNameMatches` of Kubernetes'
 * RBAC authorizer). What is created below an object, such as `pods/exec`, has that object's name.
 */
const isNameless = ({ verb, resource }: Right): boolean =>
  verb === 'deletecollection' || (verb === 'create' && !resource.includes('/'));

/**
 * What these rules together give of one right, as the RBAC authorizer decides (pkg/apis/rbac/v1/evaluation_helpers.go):
 * it allows when any one rule does, so rules for names never add up to all of them.
 */
export const heldOf = (right: Right, rules: readonly RbacRule[]): Held => {
  const speaking = rules.filter(
    ({ apiGroups, resources, verbs }) =>
      has(verbs, right.verb) && has(apiGroups, right.group) && reaches(resources, right.resource),
  );
  if (speaking.some(({ resourceNames }) => resourceNames.length === 0)) return { type: 'whole' };
  if (isNameless(right)) return { type: 'nothing' };
  const names = [...new Set(speaking.flatMap(({ resourceNames }) => resourceNames))].sort();
  return names.length === 0 ? { type: 'nothing' } : { type: 'named', names };
};
