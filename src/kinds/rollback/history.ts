import { z } from 'zod';
import { entriesOf, isList, isMap, type JsonMap, mapOf, memberOf, same } from '#domain/content/tree.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { WorkKind } from '#kinds/workloads/sorts.ts';

/** A template that a workload had, or has. */
export type Revision = {
  readonly revision: number;
  /** Raw, as it would be written. */
  readonly template: JsonMap;
  /** What keeps it, as in `web-6d4cf56db6`. */
  readonly keptIn: string;
  /** ISO 8601. */
  readonly made: string;
  readonly annotations: Readonly<Record<string, string>>;
};

const texts = z.record(z.string(), z.string());
const shape = z.object({
  metadata: z.object({
    name: z.string(),
    creationTimestamp: z.iso.datetime(),
    annotations: texts.nullish(),
    ownerReferences: z.array(z.object({ uid: z.string(), controller: z.boolean().nullish() })).nullish(),
  }),
});

export const revisionKey = 'deployment.kubernetes.io/revision';
/** A ReplicaSet knows its pods by it; in the template of a Deployment it is not. */
const hashLabel = 'pod-template-hash';

/** The revisions that are kept for the workload of this uid, the oldest first; what is not of it, or says no revision, is left out. */
export const revisionsOf = (kind: WorkKind, uid: string, found: readonly Manifest[]): readonly Revision[] =>
  found
    .flatMap((manifest) => {
      const read = shape.safeParse(manifest);
      if (!read.success) return [];
      const { metadata } = read.data;
      const isOurs = metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid);
      const kept = kind === 'Deployment' ? keptByReplicaSet(manifest) : keptByControllerRevision(manifest);
      if (isOurs !== true || kept === undefined) return [];
      const { name, creationTimestamp: made, annotations } = metadata;
      return [{ ...kept, keptIn: name, made, annotations: annotations ?? {} }];
    })
    .sort((one, other) => one.revision - other.revision);

type Kept = Pick<Revision, 'revision' | 'template'>;

const keptByReplicaSet = ({ metadata, spec }: Manifest): Kept | undefined => {
  const revision = /^[1-9][0-9]{0,14}$/.exec(metadata.annotations?.[revisionKey] ?? '')?.[0];
  const template = isMap(spec) ? memberOf(spec, 'template') : undefined;
  return revision === undefined || !isMap(template)
    ? undefined
    : { revision: Number.parseInt(revision, 10), template: withoutHash(template) };
};

/** Its data is a patch that puts the template in the place of another (`k8s.io/kubernetes/pkg/controller/history`). */
const keptByControllerRevision = (manifest: Manifest): Kept | undefined => {
  const { revision, data } = manifest;
  const spec = isMap(data) ? memberOf(data, 'spec') : undefined;
  const template = isMap(spec) ? memberOf(spec, 'template') : undefined;
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 1 || !isMap(template))
    return undefined;
  return { revision, template: without(template, '$patch') };
};

const without = (map: JsonMap, key: string): JsonMap => mapOf(entriesOf(map).filter(([name]) => name !== key));

const withoutHash = (template: JsonMap): JsonMap => {
  const { metadata } = template;
  if (!isMap(metadata) || !isMap(metadata.labels)) return template;
  return { ...template, metadata: { ...metadata, labels: without(metadata.labels, hashLabel) } };
};

/** Whether a template is this one; what is empty, or only says when nothing was made, makes no difference. */
export const isOfTemplate = (template: Json | undefined, { template: kept }: Revision): boolean =>
  isMap(template) && same(plain(withoutHash(template)), plain(kept));

const plain = (template: JsonMap): JsonMap => {
  const { metadata } = template;
  if (!isMap(metadata)) return template;
  const entries = entriesOf(metadata).filter(
    ([, value]) => value !== null && !(isMap(value) && entriesOf(value).length === 0),
  );
  return { ...without(template, 'metadata'), metadata: mapOf(entries) };
};

/** Whether no integer in it is beyond what JavaScript holds: of lists nobody else looks whether the server has another one. */
export const isExact = (value: Json): boolean => {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  if (isList(value)) return value.every(isExact);
  return !isMap(value) || entriesOf(value).every(([, member]) => isExact(member));
};
