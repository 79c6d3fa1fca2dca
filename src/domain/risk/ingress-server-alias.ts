import { dangersOf } from './ingress.ts';
import { quoted } from './read.ts';
import type { Rule } from './rule.ts';

export const ingressServerAlias: Rule = {
  name: 'ingress-server-alias',
  severity: 'high',
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'server-alias' && value !== '',
      ({ key, value }) => `further hosts that its rules do not name, ${quoted(value)}: ${key}`,
    ),
};
