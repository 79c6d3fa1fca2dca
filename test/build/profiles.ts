import { access } from '#kinds/access/access.ts';
import type { Kind } from '#kinds/kind.ts';

const networking = 'networking.k8s.io';

/** As in `profiles.yaml`: view and edit Ingresses, debug them with the controller's logs, and read classes cluster-wide. */
export const profiles = [
  {
    name: 'ingress-view',
    title: 'View Ingresses',
    bindings: [
      {
        in: 'requested',
        rules: [{ apiGroups: [networking], resources: ['ingresses'], verbs: ['get', 'list'], narrowable: true }],
      },
    ],
  },
  {
    name: 'ingress-edit',
    title: 'Edit Ingresses',
    caution: 'Can send traffic elsewhere.',
    bindings: [
      {
        in: 'requested',
        rules: [
          {
            apiGroups: [networking],
            resources: ['ingresses'],
            verbs: ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'],
            narrowable: true,
          },
          { apiGroups: [''], resources: ['services'], verbs: ['get', 'list'] },
        ],
      },
    ],
  },
  {
    name: 'ingress-debug',
    title: 'Debug Ingresses',
    bindings: [
      {
        in: 'requested',
        rules: [{ apiGroups: [networking], resources: ['ingresses'], verbs: ['get'], narrowable: true }],
      },
      { in: 'ingress-nginx', rules: [{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }] },
    ],
  },
  {
    name: 'classes',
    title: 'See ingress classes',
    bindings: [
      { in: 'cluster', rules: [{ apiGroups: [networking], resources: ['ingressclasses'], verbs: ['get', 'watch'] }] },
    ],
  },
] as const;

/** The access kind over these profiles; throws when they are refused. */
export const accessOver = (list: readonly unknown[] = profiles): Kind => {
  const kind = access.configure({ profiles: list });
  if (kind.ok) return kind.value;
  throw new Error(kind.error.map(({ message }) => message).join('; '));
};
