import { z } from 'zod';
import type { Request } from '#domain/request/request.ts';
import type { PanelObject } from '#local/slack/page-api.ts';

const named = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  uid: z.string().optional(),
});
/** What a request may name, whichever kinds there are: all of it is optional, and what is not understood is left out. */
const mayName = z.object({
  objects: z.array(named).optional().catch(undefined),
  changed: z.array(named).optional().catch(undefined),
});
const mayTarget = z.object({
  content: z
    .object({ targets: z.array(named).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

export type Concerned = z.infer<typeof named> & { readonly why: PanelObject['why'] };

const placeOf = ({ apiVersion, kind, namespace = '', name }: z.infer<typeof named>): string =>
  [apiVersion, kind, namespace, name].join(' ');

/** The objects that a request is about: made by Hallpass for it, changed by it, or named in what was asked. Each once. */
export const concernedBy = ({ asked, state }: Request): readonly Concerned[] => {
  const { objects = [], changed = [] } = mayName.parse(state);
  const { targets = [] } = mayTarget.parse(asked).content ?? {};
  const all: readonly Concerned[] = [
    ...objects.map((one) => ({ ...one, why: 'created' as const })),
    ...changed.map((one) => ({ ...one, why: 'changed' as const })),
    ...targets.map((one) => ({ ...one, why: 'asked' as const })),
  ];
  const places = all.map(placeOf);
  return all.filter((_, index) => places.indexOf(places[index] ?? '') === index);
};
