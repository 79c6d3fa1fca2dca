import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { type Place, sayPlace } from '#domain/risk/finding.ts';
import { asText, at, entriesAt, type Item, itemsAt, listAt, quoted, textAt } from '#domain/risk/read.ts';

/** What Kubernetes says pods should not do. */
export const podDocument = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/';

export type PodSpec = {
  /** Which of several it is; empty where an object has but one. */
  readonly name: string;
  readonly spec: Json | undefined;
  readonly path: Place;
};

const places: readonly (readonly string[])[] = [
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['template', 'spec'],
];

/** The pods that an object runs: its own spec, or its template's, whatever its kind; of a kind that Kubernetes does not know, all there are in it. */
export const podSpecsOf = (object: Manifest): readonly PodSpec[] => {
  const known = (object.kind === 'Pod' ? [['spec']] : places)
    .map((path) => ({ name: '', spec: at(object, ...path), path }))
    .filter(({ spec }) => spec !== undefined)
    .slice(0, 1);
  if (isOfKubernetes(object)) return known;
  return [...known, ...templatesIn(object, known)];
};

/** Groups without a dot are its own, and those of its domain but for the ones of its working groups. */
const isOfKubernetes = ({ apiVersion }: Manifest): boolean => {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return !group.includes('.') || (group.endsWith('.k8s.io') && !group.endsWith('x-k8s.io'));
};

/** Looks at everything in an object that has a list of containers. Each is called as the way to it is, by names where there are any. */
const templatesIn = (object: Manifest, known: readonly PodSpec[]): readonly PodSpec[] => {
  const found: PodSpec[] = [];
  const taken = new Set(known.map(({ name }) => name));
  const left: (Item & { readonly name: string })[] = ['spec', 'template'].flatMap((key) => {
    const item = at(object, key);
    return item === undefined ? [] : [{ item, path: [key], name: '' }];
  });
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { item, path, name } = one;
    // Deeper than any template of a template is nothing that runs.
    if (path.length > 20) continue;
    if (known.some(({ spec }) => spec === item)) continue;
    if (listAt(item, 'containers').some((container) => entriesAt(container).length > 0)) {
      found.push({ name: taken.has(name) ? sayPlace(path) : name, spec: item, path });
      taken.add(name);
      continue;
    }
    const inner: readonly (readonly [string | number, string, Json])[] = Array.isArray(item)
      ? item.map((value: Json, index) => [index, textAt(value, 'name') || String(index), value] as const)
      : entriesAt(item).map(([key, value]) => [key, key, value] as const);
    for (const [key, called, value] of inner)
      if (typeof value === 'object') left.push({ item: value, path: [...path, key], name: nameOf(name, called) });
  }
  return found;
};

const nameOf = (name: string, called: string): string => {
  if (['spec', 'template', 'jobTemplate'].includes(called)) return name;
  const short = called.slice(0, 63);
  return name === '' ? short : `${name}/${short}`;
};

export type Container = {
  /** With the name of the pod before it where an object has several. */
  readonly name: string;
  readonly image: string;
  readonly raw: Json;
  readonly path: Place;
  readonly pod: PodSpec;
};

export const containersOf = (object: Manifest): readonly Container[] => podSpecsOf(object).flatMap(containersIn);

const containersIn = (pod: PodSpec): readonly Container[] =>
  ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
    itemsAt(pod.spec, list).map(({ item, path: inner }) => ({
      name: `${pod.name}${pod.name === '' ? '' : '/'}${textAt(item, 'name')}`,
      image: textAt(item, 'image').trim(),
      raw: item,
      path: [...pod.path, ...inner],
      pod,
    })),
  );

/** What a pod, or one of its containers, says of its security; it is there too where nothing is said. */
export type Context = {
  readonly key: string;
  readonly raw: Json | undefined;
  readonly says: string;
  readonly path: Place;
};

export const contextsOf = (object: Manifest): readonly Context[] =>
  podSpecsOf(object).flatMap((pod) => [
    {
      key: `pod${pod.name}`,
      raw: at(pod.spec, 'securityContext'),
      says: `every container${ofPod(pod)}`,
      path: [...pod.path, 'securityContext'],
    },
    ...containersIn(pod).map((one) => ({
      key: `container ${one.name}`,
      raw: at(one.raw, 'securityContext'),
      says: `container ${quoted(one.name)}`,
      path: [...one.path, 'securityContext'],
    })),
  ]);

/** Which pod is meant, where there are several. */
export const ofPod = ({ name }: PodSpec): string => (name === '' ? '' : ` of ${quoted(name)}`);

/** The capabilities that containers are given, in one spelling. */
export const capabilitiesOf = (object: Manifest) =>
  containersOf(object).flatMap(({ name, raw, path }) =>
    itemsAt(raw, 'securityContext', 'capabilities', 'add').map(({ item, path: inner }) => ({
      name,
      capability: capabilityOf(item),
      path: [...path, ...inner],
    })),
  );

export const capabilityOf = (value: Json): string => asText(value).trim().toUpperCase().replace(/^CAP_/, '');

/** What Kubernetes says of security contexts. */
export const contextDocument = 'https://kubernetes.io/docs/tasks/configure-pod-container/security-context/';
