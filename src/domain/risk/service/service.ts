import type { Manifest } from '#domain/plan.ts';
import { textAt } from '#domain/risk/read.ts';

/** What Kubernetes says of Services. */
export const serviceDocument = (anchor: string): string =>
  `https://kubernetes.io/docs/concepts/services-networking/service/#${anchor}`;

export const isService = ({ apiVersion, kind }: Manifest): boolean => kind === 'Service' && apiVersion === 'v1';

/** In lower case. */
export const typeOf = (object: Manifest): string =>
  isService(object) ? textAt(object, 'spec', 'type').toLowerCase() : '';

export const isBalanced = (object: Manifest): boolean => typeOf(object) === 'loadbalancer';
