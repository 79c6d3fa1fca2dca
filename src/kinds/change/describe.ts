import { isOfNamespaces } from '#domain/guard/namespace.ts';
import type { Json } from '#domain/json.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { type Aimed, sayAimed } from './aim.ts';
import type { IngressEdit } from './ask.ts';
import { sayHost, sayPath } from './ingress.ts';
import { isList, isMembers, textAt } from './raw.ts';

/** How a change reads before anything is looked at: its diff says the rest. */
export const describeChange = (aimed: readonly Aimed[]): Description => ({
  profiles: [...new Set(aimed.map(({ resource }) => resource.name))].sort(),
  noun: 'change',
  reachesFurther: aimed.some(({ resource }) => isOfNamespaces(resource)),
  title: plain(titleOf(aimed), 150),
  objects: aimed.map(({ resource, name }) => `${resource.resource}/${name}`),
  powers: aimed.flatMap((one) => powersOf(one).map((power) => plain(power, 300))),
  cautions: aimed.flatMap(cautionsOf),
});

/** What somebody typed is in these lines. */
const plain = (text: string, limit: number): string => cut(oneLine(text), limit);

const titleOf = (aimed: readonly Aimed[]): string => {
  const [only, ...more] = aimed;
  if (only === undefined || more.length > 0) {
    const deletes = aimed.every(({ edit }) => edit.do === 'delete');
    return `${deletes ? 'Delete' : 'Change'} ${aimed.length} objects`;
  }
  const { edit } = only;
  switch (edit.do) {
    case 'ingress':
      return `${ingressTitle(edit.edit)} Ingress ${only.name}`;
    case 'held':
      return `${heldTitles[edit.operation]} ${sayAimed(only)}`;
    case 'manifest':
    case 'patch':
      return `Change ${sayAimed(only)}`;
    case 'delete':
      return `Delete ${sayAimed(only)}`;
  }
};

const heldTitles = { create: 'Create', update: 'Change', delete: 'Delete' } as const;

const ingressTitle = (edit: IngressEdit): string => {
  switch (edit.type) {
    case 'add-path':
      return 'Add a path to';
    case 'add-host':
      return 'Add a host to';
    case 'remove-path':
      return 'Remove a path from';
    case 'switch-backend':
      return 'Switch a backend of';
    case 'remove-host':
      return 'Remove a host from';
    case 'annotate':
      return edit.value === null ? 'Remove an annotation of' : 'Set an annotation of';
    case 'tls':
      return 'Set TLS of';
    case 'no-tls':
      return 'Remove TLS from';
  }
};

const powersOf = (one: Aimed): readonly string[] => {
  const { edit } = one;
  switch (edit.do) {
    case 'ingress':
      return [ingressPower(one.name, edit.edit)];
    case 'manifest':
      return [`Set what its manifest says of ${sayAimed(one)}, or create it`];
    case 'patch':
      return listed(isList(edit.patch) ? operationPowers(one, edit.patch) : mergePowers(one, edit.patch));
    case 'held':
      // Title and diff say all of it.
      return edit.replicas === undefined ? [] : [`Scale ${sayAimed(one)} to ${edit.replicas}`];
    case 'delete':
      return [`Delete ${sayAimed(one)}`];
  }
};

const ingressPower = (name: string, edit: IngressEdit): string => {
  switch (edit.type) {
    case 'add-path':
    case 'add-host':
      return `Send ${sayPath(edit)} (${edit.pathType}) to ${edit.service}:${edit.port}`;
    case 'remove-path':
      return `Remove ${sayPath(edit)}${typed(edit)} from Ingress ${name}`;
    case 'switch-backend':
      return `Send ${sayPath(edit)}${typed(edit)} to ${edit.service}:${edit.port} instead`;
    case 'remove-host':
      return `Remove ${sayHost(edit.host)} with all its paths from Ingress ${name}`;
    case 'annotate':
      return edit.value === null
        ? `Remove annotation ${edit.key} of Ingress ${name}`
        : `Set annotation ${edit.key} of Ingress ${name} to "${edit.value}"`;
    case 'tls':
      return `Serve ${edit.hosts.join(', ')} with the certificate of Secret "${edit.secretName}"`;
    case 'no-tls':
      return `Serve ${edit.host} without a certificate of Ingress ${name}`;
  }
};

const typed = ({ pathType }: { readonly pathType?: string | undefined }): string =>
  pathType === undefined ? '' : ` (${pathType})`;

const operationPowers = (one: Aimed, operations: readonly Json[]): readonly string[] =>
  operations.map(
    (operation) =>
      `Patch ${sayAimed(one)}: ${textAt(operation, 'op') ?? '?'} ${textAt(operation, 'path') ?? '?'}${
        textAt(operation, 'op') === 'move' ? ` from ${textAt(operation, 'from') ?? '?'}` : ''
      }`,
  );

const mergePowers = (one: Aimed, patch: Json): readonly string[] =>
  leaves(patch, '').map(({ path, removed }) => `${removed ? 'Remove' : 'Set'} ${path} of ${sayAimed(one)}`);

type Leaf = { readonly path: string; readonly removed: boolean };

const leaves = (patch: Json | undefined, path: string): readonly Leaf[] => {
  if (!isMembers(patch) || Object.keys(patch).length === 0)
    return path === '' ? [] : [{ path, removed: patch === null }];
  return Object.entries(patch).flatMap(([key, value]) => leaves(value, path === '' ? key : `${path}.${key}`));
};

const mostListed = 8;

const listed = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostListed
    ? lines
    : [...lines.slice(0, mostListed), `… and ${lines.length - mostListed} more, which the diff shows`];

const cautionsOf = (one: Aimed): readonly string[] => {
  const isGone = one.edit.do === 'delete' || (one.edit.do === 'held' && one.edit.operation === 'delete');
  if (!isGone) return [];
  const { kind } = one.resource;
  const consequence = Object.hasOwn(consequences, kind) ? consequences[kind] : undefined;
  return [`Deletes ${sayAimed(one)}${consequence === undefined ? '' : `: ${consequence}`}.`];
};

const consequences: Readonly<Record<string, string>> = {
  Ingress: 'none of its hosts and paths is served by it any more',
  HTTPRoute: 'none of its hosts and paths is served by it any more',
  Service: 'whatever calls it by name fails, and a new one gets another address',
  ConfigMap: 'pods that mount it or read it at their start fail to start',
  Deployment: 'its pods are ended',
  Namespace: 'all that is in it goes with it, and nothing brings it back',
};
