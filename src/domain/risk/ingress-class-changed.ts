import type { Manifest } from '#domain/plan.ts';
import { annotationsOf, isIngress } from './ingress.ts';
import { quoted, textAt } from './read.ts';
import type { Rule } from './rule.ts';

/** Another controller serves it then, perhaps one that the internet reaches. */
export const ingressClassChanged: Rule = {
  name: 'ingress-class-changed',
  severity: 'high',
  between: (before, after) => {
    if (after === undefined || !isIngress(after)) return [];
    const [was, is] = [classOf(before), classOf(after)];
    return was === is ? [] : [`another ingress controller: the class goes from ${quoted(was)} to ${quoted(is)}`];
  },
};

const classOf = (object: Manifest): string =>
  textAt(object, 'spec', 'ingressClassName') ||
  (annotationsOf(object).find(({ name }) => name === 'ingress.class')?.value ?? '');
