import { isSameJson } from '#domain/json.ts';
import { at, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isGateway } from './gateway.ts';
import { gatewayDocument, isOfGateway } from './route.ts';

/** Another controller, or another configuration of it, serves all of it then. */
export const gatewayClassChanged: Rule = {
  name: 'gateway-class-changed',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/gatewayclass/')],
  between: (before, after) => {
    if (after === undefined || !isOfGateway(after)) return [];
    const changed = (field: string, what: string) => {
      const [was, is] = [textAt(before, 'spec', field), textAt(after, 'spec', field)];
      const says = `${what}: ${field} goes from ${quoted(was)} to ${quoted(is)}`;
      return was === is ? [] : [{ says, path: ['spec', field] }];
    };
    if (isGateway(after)) return changed('gatewayClassName', 'another controller for this Gateway');
    if (after.kind !== 'GatewayClass') return [];
    const [was, is] = [before, after].map((one) => at(one, 'spec', 'parametersRef') ?? null);
    return [
      ...changed('controllerName', 'another controller for every Gateway of this class'),
      ...(isSameJson(was, is)
        ? []
        : [
            {
              says: 'another configuration for every Gateway of this class: parametersRef changes',
              path: ['spec', 'parametersRef'],
            },
          ]),
    ];
  },
};
