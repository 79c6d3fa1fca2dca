import { z } from 'zod';
import { isReading } from '#domain/request/rights.ts';

const word = z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'not a Kubernetes name');
const list = (item: z.ZodType<string>) => z.array(item).min(1);

/** Verbs that `resourceNames` cannot narrow: `create` has no name yet, `deletecollection` fails under it. */
const unnamed = ['create', 'deletecollection'];

/** RBAC rules of a binding. Wildcards are not written: what is granted is what stands here. */
export const grantedRule = z
  .strictObject({
    apiGroups: list(z.string().regex(/^[a-z0-9.-]*$/, 'not an API group; the core group is ""')),
    resources: list(z.string().regex(/^[a-z]+(\/[a-z]+)?$/, 'not a resource, as in "ingresses" or "pods/log"')),
    verbs: list(z.enum(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'])),
    narrowable: z.boolean().default(false).describe('May be narrowed to the objects that the requester names.'),
  })
  .refine(({ narrowable, verbs }) => !narrowable || verbs.some((verb) => !unnamed.includes(verb)), {
    path: ['narrowable'],
    message: 'none of these verbs can be narrowed to names; leave "narrowable" out',
  });
export type GrantedRule = z.infer<typeof grantedRule>;

export const binding = z.strictObject({
  in: z
    .union([z.literal('requested'), z.literal('cluster'), word])
    .describe('"requested": the namespace asked for; "cluster": cluster-wide; anything else is a namespace\'s name.'),
  rules: z.array(grantedRule).min(1),
});
export type Binding = z.infer<typeof binding>;

export const profile = z.strictObject({
  name: word.describe('What rules name under match.profiles, and what people type.'),
  title: z.string().min(1).max(70).describe('What the form offers and the card shows, as in "Edit Ingresses".'),
  caution: z.string().max(300).optional().describe('What an approver should know beside the powers themselves.'),
  bindings: z.array(binding).min(1),
});
export type Profile = z.infer<typeof profile>;

export const profilesFile = z
  .strictObject({ profiles: z.array(profile).min(1) })
  .describe('What can be granted for a time, as lists of bindings. It is the ceiling of what can ever be granted.');

/** What runs pods. */
export const workloads = [
  'deployments',
  'daemonsets',
  'statefulsets',
  'replicasets',
  'jobs',
  'cronjobs',
  'pods',
  'replicationcontrollers',
];

const anyOf = (words: readonly string[], ...wanted: readonly string[]): boolean =>
  words.some((word) => wanted.includes(word));
const writes = (verbs: readonly string[]): boolean => !verbs.every(isReading);

/**
 * Says why a rule must not be in a profile: its power would outlive the grant, or let its holder make more of it.
 * Revocation then proves nothing.
 */
export const outlives = ({ apiGroups, resources, verbs }: GrantedRule): string | undefined => {
  if (anyOf(resources, 'serviceaccounts/token')) return 'tokens made under it stay valid after the grant has ended';
  if (anyOf(resources, 'secrets') && anyOf(verbs, 'create'))
    return 'a Secret can be the token of a ServiceAccount, and tokens made under it stay valid after the grant has ended';
  if (anyOf(apiGroups, 'rbac.authorization.k8s.io') && writes(verbs)) {
    return 'its holder could write roles and bindings that stay; ask for such changes one by one, as changes';
  }
  if (anyOf(resources, 'secrets') && anyOf(verbs, 'watch'))
    return 'an open watch on secrets goes on after the grant has ended';
  if (anyOf(resources, 'nodes/proxy')) return 'it reaches every pod of a node past the API server’s authorization';
  if (anyOf(apiGroups, 'apiregistration.k8s.io') && writes(verbs))
    return 'its holder could put a server of their own in the API’s place';
  if (anyOf(apiGroups, 'admissionregistration.k8s.io') && writes(verbs)) return 'its holder could switch admission off';
  if (anyOf(apiGroups, 'certificates.k8s.io') && writes(verbs))
    return 'certificates signed under it stay valid after the grant has ended';
  return undefined;
};

const inward = ['configmaps', 'pods', 'pods/exec', 'pods/attach', 'pods/ephemeralcontainers', 'serviceaccounts'];

/**
 * Says why a rule must not be cluster-wide: it would reach into Hallpass's own namespaces, where its keys, its policy
 * and its markers are.
 */
export const reachesHallpass = ({ resources, verbs }: GrantedRule): string | undefined => {
  if (anyOf(resources, 'secrets')) return 'in the whole cluster are Hallpass’s own keys among the secrets';
  return writes(verbs) && anyOf(resources, ...inward, ...workloads)
    ? 'in the whole cluster its holder could change Hallpass itself, its policy or its markers'
    : undefined;
};

/** Splits a rule into what can be narrowed to names and what cannot. */
export const narrow = (
  rule: GrantedRule,
  objects: readonly string[],
): readonly (GrantedRule & { readonly resourceNames?: string[] })[] => {
  if (objects.length === 0 || !rule.narrowable) return [rule];
  const verbs = rule.verbs.filter((verb) => !unnamed.includes(verb));
  return verbs.length === 0 ? [] : [{ ...rule, verbs, resourceNames: [...objects] }];
};
