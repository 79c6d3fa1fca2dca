import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf } from './ingress.ts';

export const ingressUpstreamVhost: Rule = {
  name: 'ingress-upstream-vhost',
  severity: 'high',
  sources: [annotationDocument('custom-nginx-upstream-vhost')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'upstream-vhost' && value !== '',
      ({ key, value }) => `another host’s name towards the backend, ${quoted(value)}: ${key}`,
    ),
};
