import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { at, itemsAt, quoted, textAt } from '#domain/risk/read.ts';

/** What Kubernetes says pods should not do. */
export const podDocument = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/';

type PodSpec = { readonly spec: Json | undefined; readonly path: readonly string[] };

const places: readonly (readonly string[])[] = [
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
];

/** The pods that an object runs: its own spec, or its template's, whatever its kind. */
export const podSpecOf = (object: Manifest): PodSpec => {
  const all = object.kind === 'Pod' ? [['spec']] : places;
  const path = all.find((keys) => at(object, ...keys) !== undefined) ?? all[0] ?? [];
  return { spec: at(object, ...path), path };
};

export type Container = {
  readonly name: string;
  readonly image: string;
  readonly raw: Json;
  readonly path: Place;
};

export const containersOf = (object: Manifest): readonly Container[] => {
  const { spec, path } = podSpecOf(object);
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
    itemsAt(spec, list).map(({ item, path: inner }) => ({
      name: textAt(item, 'name'),
      image: textAt(item, 'image').trim(),
      raw: item,
      path: [...path, ...inner],
    })),
  );
};

/** What a pod, or one of its containers, says of its security; it is there too where nothing is said. */
export type Context = {
  readonly key: string;
  readonly raw: Json | undefined;
  readonly says: string;
  readonly path: Place;
};

export const contextsOf = (object: Manifest): readonly Context[] => {
  const { spec, path } = podSpecOf(object);
  const pod: Context = {
    key: 'pod',
    raw: at(spec, 'securityContext'),
    says: 'every container',
    path: [...path, 'securityContext'],
  };
  const own = containersOf(object).map(
    (one): Context => ({
      key: `container ${one.name}`,
      raw: at(one.raw, 'securityContext'),
      says: `container ${quoted(one.name)}`,
      path: [...one.path, 'securityContext'],
    }),
  );
  return [pod, ...own];
};

/** What Kubernetes says of security contexts. */
export const contextDocument = 'https://kubernetes.io/docs/tasks/configure-pod-container/security-context/';
