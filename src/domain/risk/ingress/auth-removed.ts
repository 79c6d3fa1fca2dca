import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, annotationsOf } from './ingress.ts';

const weaker = ['off', 'optional', 'optional_no_ca'];

/** Whoever had to prove who they are may not have to any more. */
export const ingressAuthRemoved: Rule = {
  name: 'ingress-auth-removed',
  severity: 'high',
  sources: [annotationDocument('authentication')],
  between: (before, after) => {
    if (after === undefined) return [];
    const left = new Map(annotationsOf(after).map(({ name, value }) => [name, value]));
    return annotationsOf(before)
      .filter(({ name, value }) => name.startsWith('auth-') && value !== '')
      .flatMap(({ key, name, value, path }) => {
        const now = left.get(name) ?? '';
        if (now === '') return [{ says: `access with less proof of who comes: ${key} is removed`, path }];
        const isWeaker =
          name === 'auth-tls-verify-client' &&
          !weaker.includes(value.toLowerCase()) &&
          weaker.includes(now.toLowerCase());
        const says = `access with less proof of who comes: ${key} goes from ${quoted(value)} to ${quoted(now)}`;
        return isWeaker ? [{ says, path }] : [];
      });
  },
};
