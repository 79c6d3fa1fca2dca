import { canonical, type Json } from '#domain/json.ts';
import type { Path } from './comparison.ts';
import { isMap, memberOf } from './tree.ts';

/** What identifies an item of a list, as text by the name of the field; fields that it may lack are then left out. */
export type By = Readonly<Record<string, string>>;
type KeyField = { readonly name: string; readonly type: 'string' | 'number'; readonly optional?: true };
export type Key = readonly KeyField[];

const text = (name: string): KeyField => ({ name, type: 'string' });
const number = (name: string): KeyField => ({ name, type: 'number' });
const optional = (field: KeyField): KeyField => ({ ...field, optional: true });

/** Parts of a pod, wherever its template is. */
const podLists: ReadonlyMap<string, Key> = new Map([
  ['containers', [text('name')]],
  ['initContainers', [text('name')]],
  ['ephemeralContainers', [text('name')]],
  ['volumes', [text('name')]],
  ['env', [text('name')]],
  ['imagePullSecrets', [text('name')]],
  ['volumeMounts', [text('mountPath')]],
]);
const containerLists = new Set<unknown>(['containers', 'initContainers', 'ephemeralContainers']);
const hosts: Key = [optional(text('host'))];
const routes: Key = [optional(text('path')), optional(text('pathType'))];
const servicePorts: Key = [number('port'), optional(text('protocol'))];
const containerPorts: Key = [number('containerPort'), optional(text('protocol'))];

/**
 * By what the items of the list at a path are told apart, as the Kubernetes API has it for objects of its own; undefined
 * for lists that are one value. Ingress rules are one value to the API server, yet people own them by host.
 */
export const keyAt = (kind: string, path: Path): Key | undefined => {
  const last = path.at(-1);
  if (typeof last !== 'string') return undefined;
  if (kind === 'Ingress' && isAt(path, 'spec', 'rules')) return hosts;
  if (kind === 'Ingress' && isAt(path, 'spec', 'rules', undefined, 'http', 'paths')) return routes;
  if (kind === 'Service' && isAt(path, 'spec', 'ports')) return servicePorts;
  if (last === 'ports' && typeof path.at(-2) === 'object' && containerLists.has(path.at(-3))) return containerPorts;
  return podLists.get(last);
};

/** `undefined` stands for an item of a list. */
const isAt = (path: Path, ...steps: readonly (string | undefined)[]): boolean =>
  path.length === steps.length &&
  steps.every((step, index) => (step === undefined ? typeof path[index] === 'object' : path[index] === step));

/** Undefined when the item lacks what would identify it. */
export const identify = (item: Json | undefined, key: Key): By | undefined => {
  if (!isMap(item)) return undefined;
  const by: Record<string, string> = {};
  for (const { name, type, optional } of key) {
    const value = memberOf(item, name);
    if (value === undefined && optional) continue;
    if (typeof value !== type || (type === 'number' && !Number.isSafeInteger(value))) return undefined;
    by[name] = String(value);
  }
  return by;
};

/** One spelling of what identifies an item. */
export const keyText = (by: By): string => canonical(by);

/** The fields that identify an item, as they stand in it. */
export const keyFields = (by: By, key: Key): readonly (readonly [string, Json])[] =>
  key.flatMap(({ name, type }) => {
    const value = by[name];
    if (value === undefined) return [];
    return [[name, type === 'number' ? Number(value) : value] as const];
  });

/** Maps that are as good as absent when they are empty, so that each of their members is a place of its own. */
export const isLoose = (path: Path): boolean =>
  isAt(path, 'metadata', 'annotations') || isAt(path, 'metadata', 'labels');

/**
 * Maps whose members make sense only together: the Service and the port that an Ingress sends to. Half of it taken back
 * would send traffic where nobody ever meant it to go.
 */
export const isWhole = (kind: string, path: Path): boolean =>
  kind === 'Ingress' && (path.at(-1) === 'backend' || isAt(path, 'spec', 'defaultBackend'));
