import type { Target } from '#domain/plan.ts';
import { type ClusterWriter, isClusterRefusal } from './ports.ts';

/**
 * A cluster as a worker meets it that is bound in each namespace by itself: with a namespace goes the right to look there, and the API
 * server says 403 of what is gone. In a namespace that is not there, nothing is.
 */
export const withGoneNamespaces = (cluster: ClusterWriter): ClusterWriter => {
  const orGone = async <T>({ namespace }: Target, work: () => Promise<T>, gone: T): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (namespace === undefined || !isClusterRefusal(cause) || cause.refused.status !== 403) throw cause;
      if ((await cluster.namespace(namespace)) !== undefined) throw cause;
      return gone;
    }
  };
  return {
    ...cluster,
    get: (target) => orGone(target, () => cluster.get(target), undefined),
    remove: (ref) => orGone<'removed' | 'gone' | 'replaced'>(ref, () => cluster.remove(ref), 'gone'),
    delete: (ref, version) => orGone<'deleted' | 'gone' | 'moved'>(ref, () => cluster.delete(ref, version), 'gone'),
  };
};
