import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { asText, at, itemsAt, listAt, textAt } from '#domain/risk/read.ts';
import { typeOf } from './service.ts';

/** `says` as in `TCP 443`. */
export type ServicePort = { readonly says: string; readonly target: string; readonly path: Place };

/** Whether addresses outside of the cluster's network may lead to it. */
export const isOutside = (object: Manifest): boolean =>
  ['loadbalancer', 'nodeport'].includes(typeOf(object)) ||
  (typeOf(object) !== 'externalname' && listAt(object, 'spec', 'externalIPs').length > 0);

/** With what the API server fills in. */
export const servicePortsOf = (object: Manifest): readonly ServicePort[] =>
  itemsAt(object, 'spec', 'ports').map(({ item, path }) => {
    const port = written(at(item, 'port'));
    const says = `${textAt(item, 'protocol').toUpperCase() || 'TCP'} ${port}`;
    return { says, target: written(at(item, 'targetPort')) || port, path };
  });

const written = (value: Json | undefined): string =>
  value === undefined || value === null || value === 0 ? '' : asText(value);
