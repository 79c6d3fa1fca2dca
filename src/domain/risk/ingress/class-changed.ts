import type { Manifest } from '#domain/plan.ts';
import { quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationsOf, ingressDocument, isIngress } from './ingress.ts';

/** Another controller serves it then, perhaps one that the internet reaches. */
export const ingressClassChanged: Rule = {
  name: 'ingress-class-changed',
  severity: 'high',
  sources: [ingressDocument('ingress-class')],
  between: (before, after) => {
    if (after === undefined || !isIngress(after)) return [];
    const [was, is] = [classOf(before), classOf(after)];
    const says = `another ingress controller: the class goes from ${quoted(was.name)} to ${quoted(is.name)}`;
    return was.name === is.name ? [] : [{ says, path: is.path }];
  },
};

const classOf = (object: Manifest) => {
  const annotation = annotationsOf(object).find(({ name }) => name === 'ingress.class');
  const field = textAt(object, 'spec', 'ingressClassName');
  return field === '' && annotation !== undefined
    ? { name: annotation.value, path: annotation.path }
    : { name: field, path: ['spec', 'ingressClassName'] };
};
