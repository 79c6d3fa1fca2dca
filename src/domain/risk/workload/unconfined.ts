import type { Manifest } from '#domain/plan.ts';
import { entriesAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Danger, Rule } from '#domain/risk/rule.ts';
import { contextsOf, podDocument, podSpecsOf } from './workload.ts';

const profiles = [
  ['seccompProfile', 'calls to the kernel that are kept from containers otherwise: seccomp'],
  ['appArmorProfile', 'files and rights that are kept from containers otherwise: AppArmor'],
] as const;

export const workloadUnconfined: Rule = {
  name: 'workload-unconfined',
  severity: 'medium',
  sources: [podDocument],
  inside: (object) => [
    ...contextsOf(object).flatMap(({ key, raw, says, path }) =>
      profiles
        .filter(([field]) => textAt(raw, field, 'type').toLowerCase() === 'unconfined')
        .map(
          ([field, what]): Danger => ({
            key: `${field} ${key}`,
            says: `${what} is Unconfined for ${says}`,
            path: [...path, field, 'type'],
          }),
        ),
    ),
    ...annotated(object),
  ],
};

/** AppArmor was an annotation of the pod before Kubernetes 1.30, and still is obeyed. */
const annotated = (object: Manifest): readonly Danger[] => {
  const [pod] = podSpecsOf(object);
  const place = (pod?.path ?? []).slice(0, -1).flatMap((step) => (typeof step === 'string' ? [step] : []));
  place.push('metadata', 'annotations');
  return (pod === undefined ? [] : entriesAt(object, ...place)).flatMap(([key, value]) => {
    const [domain, container = ''] = key.split('/');
    const isMeant =
      domain?.toLowerCase() === 'container.apparmor.security.beta.kubernetes.io' && value === 'unconfined';
    if (!isMeant) return [];
    const says = `${profiles[1][1]} is Unconfined for container ${quoted(container)}`;
    return [{ key: `appArmorProfile container ${container}`, says, path: [...place, key] }];
  });
};
