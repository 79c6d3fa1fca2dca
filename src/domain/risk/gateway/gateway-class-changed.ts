import { changedAt, textChangedAt } from '#domain/risk/changed.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isGateway } from './gateway.ts';
import { gatewayDocument, isOfGateway } from './route.ts';

/** Another controller, or another configuration of it, serves all of it then. */
export const gatewayClassChanged: Rule = {
  name: 'gateway-class-changed',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/gatewayclass/')],
  between: (before, after) => {
    if (after === undefined) return [];
    if (isGateway(after))
      return textChangedAt(
        before,
        after,
        ['spec', 'gatewayClassName'],
        'another controller for this Gateway: its class',
      );
    if (!isOfGateway(after) || after.kind !== 'GatewayClass') return [];
    const parameters = 'another configuration for every Gateway of this class: its parameters change';
    return [
      ...textChangedAt(
        before,
        after,
        ['spec', 'controllerName'],
        'another controller for every Gateway of this class: it',
      ),
      ...changedAt(before, after, ['spec', 'parametersRef'], parameters),
    ];
  },
};
