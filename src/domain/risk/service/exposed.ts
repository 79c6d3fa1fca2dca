import type { Rule } from '#domain/risk/rule.ts';
import { serviceDocument, typeOf } from './service.ts';

const opened: Readonly<Record<string, string>> = {
  loadbalancer: 'a load balancer that may let the outside reach the Service: type LoadBalancer',
  nodeport: 'a port on every node that lets whoever reaches a node reach the Service: type NodePort',
};

export const serviceExposed: Rule = {
  name: 'service-exposed',
  severity: 'high',
  sources: [serviceDocument('publishing-services-service-types')],
  inside: (object) => {
    const type = typeOf(object);
    const says = Object.hasOwn(opened, type) ? opened[type] : undefined;
    return says === undefined ? [] : [{ key: type, says, path: ['spec', 'type'] }];
  },
};
