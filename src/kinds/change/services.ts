import type { Json } from '#domain/json.ts';
import type { Edit } from '#domain/plan.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Look, Seen, Sort } from '#kinds/kind.ts';
import type { Aimed } from './aim.ts';
import { at, isList, textAt } from './raw.ts';
import type { Resource } from './resources.ts';

const services: Sort = { group: '', version: 'v1', resource: 'services', kind: 'Service', namespaced: true };
export const listsServices = { apiGroups: [services.group], resources: [services.resource], verbs: ['list'] };

/** Sorts that send traffic to Services by their names, which the API server takes whether or not there is such a one. */
export const isRouting = ({ group, kind }: Resource): boolean =>
  (group === 'networking.k8s.io' && kind === 'Ingress') ||
  (group === 'gateway.networking.k8s.io' && kind === 'HTTPRoute');

/** A change of where traffic goes is looked at together with the Services of its namespace; it is the last look. */
export const looksForServices = (aimed: readonly Aimed[], namespace: string): readonly Look[] =>
  aimed.some(({ resource, edit }) => isRouting(resource) && !isDeletion(edit))
    ? [{ type: 'list', of: services, namespace }]
    : [];

const isDeletion = (edit: Aimed['edit']): boolean =>
  edit.do === 'delete' || (edit.do === 'held' && edit.operation === 'delete');

type Backend = { readonly service: string; readonly port: number | string | undefined };

/** Cautions about backends that are new in the edits and that no Service stands for, there now or made along with them. */
export const unserved = (
  aimed: readonly Aimed[],
  edits: readonly Edit[],
  seen: Seen,
  namespace: string,
): readonly string[] => {
  const found = seen[aimed.length];
  if (found === undefined) return [];
  const written = edits.flatMap((edit) => (edit.op === 'write' ? [edit.content] : []));
  const deleted = edits.flatMap((edit) =>
    edit.op === 'delete' && edit.target.kind === 'Service' ? [edit.target.name] : [],
  );
  const there = new Map<string, Json>(
    [...found, ...written.filter(({ kind }) => kind === 'Service')]
      .filter(({ metadata }) => !deleted.includes(metadata.name))
      .map((one) => [one.metadata.name, one]),
  );
  const before = seen.slice(0, aimed.length).flatMap(([live]) => live ?? []);
  const added = addedTo(before, written, namespace);
  const problems = added.flatMap(({ service, port }) => {
    const one = there.get(service);
    if (one === undefined) return [`There is no Service ${service} in ${namespace} now.`];
    return hasPort(one, port) ? [] : [`Service ${service} in ${namespace} has no port ${String(port)} now.`];
  });
  return [...new Set(problems)].map((text) => cut(oneLine(text), 300));
};

/** Backends of what is written that nothing before had. Rules that were taken over as they are add none, and are most. */
const addedTo = (before: readonly Json[], written: readonly Json[], namespace: string): readonly Backend[] => {
  const shared = new Set(before.flatMap(rulesOf));
  const added = new Map(
    written
      .flatMap((one) =>
        backendsIn(
          one,
          rulesOf(one).filter((rule) => !shared.has(rule)),
          namespace,
        ),
      )
      .map((one) => [keyOf(one), one]),
  );
  if (added.size === 0) return [];
  const services = new Set([...added.values()].map(({ service }) => service));
  for (const one of before)
    for (const backend of backendsIn(one, rulesOf(one), namespace))
      if (services.has(backend.service)) added.delete(keyOf(backend));
  return [...added.values()];
};

const keyOf = ({ service, port }: Backend): string => JSON.stringify([service, port]);

/** An ExternalName need not name its ports. */
const hasPort = (service: Json, port: Backend['port']): boolean => {
  if (port === undefined || textAt(service, 'spec', 'type') === 'ExternalName') return true;
  return listAt(service, 'spec', 'ports').some((one) => at(one, typeof port === 'number' ? 'port' : 'name') === port);
};

const listAt = (value: Json | undefined, ...keys: readonly string[]): readonly Json[] => {
  const list = at(value, ...keys);
  return isList(list) ? list : [];
};

const rulesOf = (manifest: Json): readonly Json[] => listAt(manifest, 'spec', 'rules');

/** The backends of these of its rules, and of none. */
const backendsIn = (manifest: Json, rules: readonly Json[], namespace: string): readonly Backend[] => {
  switch (textAt(manifest, 'kind')) {
    case 'Ingress':
      return [
        at(manifest, 'spec', 'defaultBackend'),
        ...rules.flatMap((rule) => listAt(rule, 'http', 'paths').map((one) => at(one, 'backend'))),
      ].flatMap((backend) => {
        const port = at(backend, 'service', 'port');
        return toBackend(at(backend, 'service', 'name'), at(port, 'number') ?? at(port, 'name'));
      });
    case 'HTTPRoute':
      return rules
        .flatMap((rule) => listAt(rule, 'backendRefs'))
        .filter((ref) => (textAt(ref, 'kind') ?? 'Service') === 'Service' && (textAt(ref, 'group') ?? '') === '')
        .filter((ref) => (textAt(ref, 'namespace') ?? namespace) === namespace)
        .flatMap((ref) => toBackend(at(ref, 'name'), at(ref, 'port')));
    default:
      return [];
  }
};

const toBackend = (service: Json | undefined, port: Json | undefined): readonly Backend[] =>
  typeof service === 'string'
    ? [{ service, port: typeof port === 'number' || typeof port === 'string' ? port : undefined }]
    : [];
