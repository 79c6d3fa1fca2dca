import { stringify } from 'yaml';
import { z } from 'zod';

const object = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});
export type LiveObject = z.infer<typeof object>;

/** An object as the API server answers it; undefined for anything else. */
export const readLiveObject = (body: unknown): LiveObject | undefined => object.safeParse(body).data;

const mask = '••••••';
const masked = (values: unknown): unknown =>
  typeof values === 'object' && values !== null
    ? Object.fromEntries(Object.keys(values).map((key) => [key, mask]))
    : mask;

/** Repeats the whole object, a Secret's values included. */
const applied = 'kubectl.kubernetes.io/last-applied-configuration';

/** A Secret shows which keys it has, never what is in them; annotations are free text and may repeat values. */
const withoutSecrets = (live: LiveObject): LiveObject => {
  if (live.kind !== 'Secret') return live;
  const { annotations } = live.metadata;
  return {
    ...live,
    ...('data' in live ? { data: masked(live.data) } : {}),
    ...('stringData' in live ? { stringData: masked(live.stringData) } : {}),
    metadata: {
      ...live.metadata,
      ...(annotations === undefined
        ? {}
        : { annotations: z.record(z.string(), z.string()).parse(masked(annotations)) }),
    },
  };
};

/**
 * An object as people read it: what it does first and its metadata last, without bookkeeping, and without the values of a
 * Secret.
 */
export const yamlOf = (live: LiveObject): string => {
  const { metadata, apiVersion, kind, ...rest } = withoutSecrets(live);
  const { managedFields: _, selfLink: __, annotations, ...shown } = metadata;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => name !== applied);
  const named = kept.length === 0 ? shown : { ...shown, annotations: Object.fromEntries(kept) };
  return stringify({ apiVersion, kind, ...rest, metadata: named }, { lineWidth: 0, aliasDuplicateObjects: false });
};
