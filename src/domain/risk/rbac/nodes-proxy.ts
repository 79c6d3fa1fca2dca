import type { Rule } from '#domain/risk/rule.ts';
import { dangersOf, practiceDocument } from './rbac.ts';

/** Reading is enough: the kubelet runs commands for a GET that becomes a WebSocket. */
export const rbacNodesProxy: Rule = {
  name: 'rbac-nodes-proxy',
  severity: 'critical',
  sources: [practiceDocument('access-to-proxy-subresource-of-nodes')],
  inside: (object) =>
    dangersOf(object, 'the right to run commands in every pod of a node, past audit and admission: nodes/proxy', {
      group: '',
      resources: ['nodes/proxy'],
    }),
};
