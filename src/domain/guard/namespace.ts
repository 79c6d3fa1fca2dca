import type { Manifest } from '#domain/plan.ts';
import type { Write } from './write.ts';

/** Whether a sort is that of namespaces themselves. */
export const isOfNamespaces = ({ group, resource }: Pick<Write, 'group' | 'resource'>): boolean =>
  group === '' && resource === 'namespaces';

/** Whether an object is being deleted already: nobody takes that back, so that one more deletion of a namespace changes nothing. */
export const isGoing = ({ metadata }: Manifest): boolean => 'deletionTimestamp' in metadata;

/** By what a namespace is told from a later one of its name; undefined where it is not said. */
export const namespaceUid = ({ metadata }: Manifest): string | undefined =>
  'uid' in metadata && typeof metadata.uid === 'string' && metadata.uid !== '' ? metadata.uid : undefined;
