import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { itemsAt, listAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Danger } from '#domain/risk/rule.ts';
import { cut, few, oneLine } from '#domain/text.ts';

/** What Kubernetes says of RBAC. */
export const rbacDocument = (anchor: string): string =>
  `https://kubernetes.io/docs/reference/access-authn-authz/rbac/#${anchor}`;

/** What Kubernetes says of rights that lead to more rights. */
export const practiceDocument = (anchor: string): string =>
  `https://kubernetes.io/docs/concepts/security/rbac-good-practices/#${anchor}`;

export const rbacGroup = 'rbac.authorization.k8s.io';

const isRbac = ({ apiVersion, kind }: Manifest, ...kinds: readonly string[]): boolean =>
  apiVersion.startsWith(`${rbacGroup}/`) && kinds.includes(kind);
export const isRole = (object: Manifest): boolean => isRbac(object, 'Role', 'ClusterRole');
export const isBinding = (object: Manifest): boolean => isRbac(object, 'RoleBinding', 'ClusterRoleBinding');

/** One entry of a role's rules. */
export type Grant = {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly names: readonly string[];
  readonly path: Place;
};

export const grantsOf = (object: Manifest): readonly Grant[] =>
  isRole(object)
    ? itemsAt(object, 'rules').map(({ item, path }) => ({
        groups: textsAt(item, 'apiGroups'),
        resources: textsAt(item, 'resources'),
        verbs: textsAt(item, 'verbs'),
        names: textsAt(item, 'resourceNames'),
        path,
      }))
    : [];

const textsAt = (item: Json, key: string): readonly string[] =>
  listAt(item, key).flatMap((text) => (typeof text === 'string' ? [text] : []));

/** Rights to look for. `signers/*` stands for every subresource; without `verbs` any will do. */
export type Right = {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs?: readonly string[];
};

/** The dangers of roles that grant one of some rights, whatever else they grant; to each object alone where some are named. */
export const dangersOf = (object: Manifest, says: string, ...rights: readonly Right[]): readonly Danger[] =>
  grantsOf(object)
    .filter((grant) => rights.some((right) => isGranted(grant, right)))
    .flatMap(({ names, path }) => {
      if (names.length === 0) return [{ key: says, says, path }];
      const place = [...path, 'resourceNames'];
      return names.map((name) => ({
        key: `${says} ${name}`,
        says: `${says}, only of the one named ${quoted(name)}`,
        path: place,
      }));
    });

const isGranted = (grant: Grant, { group, resources, verbs }: Right): boolean =>
  has(grant.groups, group) &&
  resources.some(
    (resource) =>
      grant.resources.some((one) => isOf(resource, one)) &&
      (verbs === undefined ? grant.verbs.length > 0 : verbs.some((verb) => isDone(grant, verb, resource))),
  );

/** All that may be done with all there is: of every API group, or of the one with Secrets and pods. */
export const isEverything = ({ groups, resources, verbs, names }: Grant): boolean =>
  has(groups, '') && resources.includes('*') && verbs.includes('*') && names.length === 0;

export const sayGroups = ({ groups }: Grant): string => {
  if (groups.includes('*')) return '';
  const named = groups.filter((group) => group !== '').map(quoted);
  return ` of ${few([...(groups.includes('') ? ['the core group'] : []), ...named], 3) || 'no group'}`;
};

const has = (all: readonly string[], one: string): boolean => all.includes('*') || all.includes(one);

/** As the authorizer compares them: `*` is all with their subresources, and `*` before a slash any kind that has such. */
const isOf = (resource: string, granted: string): boolean => {
  if (granted === '*' || granted === resource) return true;
  const [kind = '', sub = ''] = resource.split('/');
  if (sub === '*') return granted.startsWith(`${kind}/`) || granted.startsWith('*/');
  return sub !== '' && granted === `*/${sub}`;
};

/** What is created has no name yet: rights to some names are none to create, unless by a patch that creates. */
const isDone = ({ verbs, names }: Grant, verb: string, resource: string): boolean =>
  has(verbs, verb) && (verb !== 'create' || names.length === 0 || resource.includes('/') || has(verbs, 'patch'));

/** Whom a binding is for. */
export type Subject = {
  readonly kind: string;
  readonly name: string;
  readonly key: string;
  readonly says: string;
  readonly path: Place;
};

/** Users and groups have no namespace, whatever is written. */
export const subjectsOf = (object: Manifest): readonly Subject[] =>
  isBinding(object)
    ? itemsAt(object, 'subjects').map(({ item, path }) => {
        const [kind, name, namespace] = [textAt(item, 'kind'), textAt(item, 'name'), textAt(item, 'namespace')];
        const whole = kind === 'ServiceAccount' ? `${namespace}/${name}` : name;
        return { kind, name, key: `${kind} ${whole}`, says: `${cut(oneLine(kind), 40)} ${quoted(whole)}`, path };
      })
    : [];

/** The dangers of a binding to a ClusterRole of this name: whoever is in it has its rights. */
export const boundTo = (object: Manifest, role: string, says: string): readonly Danger[] => {
  const isBound = textAt(object, 'roleRef', 'kind') === 'ClusterRole' && textAt(object, 'roleRef', 'name') === role;
  const where = object.kind === 'ClusterRoleBinding' ? 'cluster' : 'namespace';
  return (isBound ? subjectsOf(object) : []).map((subject) => ({
    key: subject.key,
    says: `${says} in the ${where}, by the role ${role}, for ${subject.says}`,
    path: subject.path,
  }));
};
