import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { at, itemsAt, textAt } from '#domain/risk/read.ts';

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
