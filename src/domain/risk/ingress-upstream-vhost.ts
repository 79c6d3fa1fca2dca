import { dangersOf } from './ingress.ts';
import { quoted } from './read.ts';
import type { Rule } from './rule.ts';

export const ingressUpstreamVhost: Rule = {
  name: 'ingress-upstream-vhost',
  severity: 'high',
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'upstream-vhost' && value !== '',
      ({ key, value }) => `another host’s name towards the backend, ${quoted(value)}: ${key}`,
    ),
};
