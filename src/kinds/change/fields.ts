import { apiVersionOf, type Field } from '#kinds/kind.ts';
import type { Resource, Resources } from './resources.ts';

/** Stands for no resource in particular; a name never looks like this. */
export const several = '+';
/** Slack: at most 3,000 characters in a text input. */
const longest = 3000;

type Options = readonly { readonly value: string; readonly label: string }[];

const ingressEdits: Options = [
  { value: 'add-path', label: 'Add a path' },
  { value: 'remove-path', label: 'Remove a path' },
  { value: 'switch-backend', label: 'Switch a backend' },
  { value: 'remove-host', label: 'Remove a host' },
  { value: 'annotate', label: 'Set an annotation' },
  { value: 'remove-annotation', label: 'Remove an annotation' },
  { value: 'tls', label: 'TLS for a host' },
  { value: 'no-tls', label: 'No TLS for a host' },
];
const manifest = { value: 'manifest', label: 'Manifest' };

const isIngress = (resource: Resource): boolean =>
  resource.kind === 'Ingress' && apiVersionOf(resource) === 'networking.k8s.io/v1';

/** What may be done with a resource; nothing in particular is known of what a manifest of several objects holds. */
const editsOf = (resource: Resource | undefined): Options => {
  if (resource === undefined) return [manifest];
  const may = (operation: 'create' | 'update' | 'delete') => resource.operations.includes(operation);
  return [
    ...(may('update') && isIngress(resource) ? ingressEdits : []),
    ...(may('update') ? [{ value: 'patch', label: 'Patch' }] : []),
    ...(may('update') || may('create') ? [manifest] : []),
    ...(may('delete') ? [{ value: 'delete', label: 'Delete' }] : []),
  ];
};

/** The edit that is meant when there is only one, which the form then does not ask for. */
export const onlyEdit = (resource: Resource | undefined): string | undefined => {
  const [only, ...more] = editsOf(resource);
  return more.length === 0 ? only?.value : undefined;
};

export const changeFields = (
  { all, named }: Resources,
  chosen: Readonly<Record<string, string>>,
  offered: readonly string[],
): readonly Field[] => {
  const mine = all.filter(({ name, byAuthor }) => byAuthor === undefined && offered.includes(name));
  const options = [
    ...mine.map(({ name, title }) => ({ value: name, label: title })),
    ...(mine.length > 1 ? [{ value: several, label: 'Several objects, or another sort: manifest' }] : []),
  ];
  const what: Field = { name: 'profile', label: 'What to change', again: true, input: { type: 'choice', options } };
  const { profile } = chosen;
  if (!options.some(({ value }) => value === profile)) return [what];
  const resource = named(profile ?? '');
  const edits = editsOf(resource);
  const edit = onlyEdit(resource) ?? edits.find(({ value }) => value === chosen.edit)?.value;
  const how: Field = { name: 'edit', label: 'How', again: true, input: { type: 'choice', options: edits } };
  return [
    what,
    ...(edits.length > 1 ? [how] : []),
    ...(edit === undefined ? [] : [...objectField(edit, resource), ...details(edit, resource)]),
  ];
};

/** Whoever lists ConfigMaps reads them: the bot does not, and their names are typed. */
const unlisted = ['configmaps', 'secrets'];

const objectField = (edit: string, resource: Resource | undefined): readonly Field[] => {
  if (edit === 'manifest' || resource === undefined) return [];
  const { group, version, resource: sort, kind } = resource;
  const field = { name: 'object', label: `Which ${kind}`.slice(0, 48) };
  return unlisted.includes(sort)
    ? [{ ...field, hint: 'Its name in this namespace.', input: { type: 'text', longest: 253 } }]
    : [{ ...field, input: { type: 'object', resources: [{ group, version, resource: sort }] } }];
};

const text = (name: string, label: string, placeholder: string, more: Omit<Partial<Field>, 'input'> = {}): Field => ({
  name,
  label,
  ...more,
  input: { type: 'text', longest: 300, placeholder },
});

const long = (name: string, label: string, hint: string, placeholder: string): Field => ({
  name,
  label,
  hint,
  input: { type: 'text', multiline: true, longest, placeholder },
});

const host = text('host', 'Host', 'shop.acme.test');
const maybeHost: Field = { ...host, optional: true, hint: 'Leave empty for the rule without a host.' };
const path = text('path', 'Path', '/beta');
const backend: readonly Field[] = [
  text('service', 'Send it to Service', 'web'),
  text('port', 'Port of the Service', '80', { hint: 'Its number, or its name in the Service.' }),
];
const pathType = (hint: string): Field => ({
  name: 'pathType',
  label: 'Type of path',
  optional: true,
  hint,
  input: {
    type: 'choice',
    options: ['Prefix', 'Exact', 'ImplementationSpecific'].map((value) => ({ value, label: value })),
  },
});
const whichType = pathType('Only needed where the path is there with several types.');
const annotation = text('key', 'Annotation', 'nginx.ingress.kubernetes.io/proxy-body-size');

/** A patch that makes sense for an object of this kind; for others one that makes sense for all. */
const patches: Readonly<Record<string, string>> = {
  Ingress: '{"spec": {"ingressClassName": "nginx"}}',
  NetworkPolicy: '{"spec": {"policyTypes": ["Ingress", "Egress"]}}',
  ConfigMap: '{"data": {"banner": "Back at noon"}}',
  Service: '{"spec": {"sessionAffinity": "ClientIP"}}',
  Deployment: '{"spec": {"replicas": 3}}',
  StatefulSet: '{"spec": {"replicas": 3}}',
};
const patchOf = (kind = ''): string =>
  (Object.hasOwn(patches, kind) ? patches[kind] : undefined) ?? '{"metadata": {"labels": {"team": "shop"}}}';

const details = (edit: string, resource: Resource | undefined): readonly Field[] => {
  switch (edit) {
    case 'add-path':
      return [maybeHost, path, pathType('Prefix, if you choose none.'), ...backend];
    case 'remove-path':
      return [maybeHost, path, whichType];
    case 'switch-backend':
      return [maybeHost, path, whichType, ...backend];
    case 'remove-host':
      return [maybeHost];
    case 'annotate':
      return [annotation, long('value', 'Value', 'Exactly as it shall be.', '16m')];
    case 'remove-annotation':
      return [annotation];
    case 'tls':
      return [
        { ...host, hint: 'Several with commas between.' },
        text('secret', 'Secret with the certificate', 'shop-tls', { hint: 'Its name; Hallpass does not read it.' }),
      ];
    case 'no-tls':
      return [host];
    case 'patch':
      return [
        long(
          'patch',
          'Patch',
          'An object is merged, with null to remove; a list is a JSON patch (RFC 6902). YAML or JSON, at most 3,000 characters.',
          patchOf(resource?.kind),
        ),
      ];
    case 'manifest':
      return [
        long(
          'manifest',
          'Manifest',
          'YAML or JSON, at most 3,000 characters, several with --- between. What it leaves out stays; lists are taken as a whole.',
          'apiVersion: …',
        ),
      ];
  }
  return [];
};
