import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf } from './ingress.ts';

export const ingressServerAlias: Rule = {
  name: 'ingress-server-alias',
  severity: 'high',
  sources: [annotationDocument('server-alias')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'server-alias' && value !== '',
      ({ key, value }) => `further hosts that its rules do not name, ${quoted(value)}: ${key}`,
    ),
};
