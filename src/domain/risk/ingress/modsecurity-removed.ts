import { isOn } from '#domain/risk/annotations.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, annotationsOf, firewall, removedFrom } from './ingress.ts';

/** The whole controller may have it on by itself, or not. What is turned off instead is another danger. */
export const ingressModsecurityRemoved: Rule = {
  name: 'ingress-modsecurity-removed',
  severity: 'high',
  sources: [annotationDocument('modsecurity')],
  between: (before, after) => {
    const left = new Set((after === undefined ? [] : annotationsOf(after)).map(({ key }) => key));
    return removedFrom(before, after, ({ name, value }) => firewall.includes(name) && isOn(value))
      .filter(({ key }) => !left.has(key))
      .map(({ key, path }) => ({
        says: `traffic that the web application firewall may not look at any more: ${key} is removed`,
        path,
      }));
  },
};
