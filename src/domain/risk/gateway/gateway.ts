import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { itemsAt, textAt } from '#domain/risk/read.ts';
import { isOfGateway } from './route.ts';

export const isGateway = (object: Manifest): boolean => isOfGateway(object) && object.kind === 'Gateway';

/** What adds listeners to a Gateway of somebody else's; the X is of its time as an experiment. */
export const isListenerSet = (object: Manifest): boolean => isOfGateway(object) && /^X?ListenerSet$/.test(object.kind);

export type Listener = {
  readonly name: string;
  readonly protocol: string;
  readonly raw: Json;
  readonly path: Place;
};

export const listenersOf = (object: Manifest): readonly Listener[] =>
  isGateway(object) || isListenerSet(object)
    ? itemsAt(object, 'spec', 'listeners').map(({ item, path }) => ({
        name: textAt(item, 'name'),
        protocol: textAt(item, 'protocol').toUpperCase(),
        raw: item,
        path,
      }))
    : [];
