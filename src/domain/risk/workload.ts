import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { at, listAt, textAt } from './read.ts';

/** The pods that an object runs: its own spec, or its template's, whatever its kind. */
export const podSpecOf = (object: Manifest): Json | undefined =>
  object.kind === 'Pod'
    ? at(object, 'spec')
    : (at(object, 'spec', 'template', 'spec') ?? at(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec'));

export type Container = { readonly name: string; readonly image: string; readonly raw: Json };

export const containersOf = (object: Manifest): readonly Container[] =>
  ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
    listAt(podSpecOf(object), list).map((raw) => ({
      name: textAt(raw, 'name'),
      image: textAt(raw, 'image').trim(),
      raw,
    })),
  );
