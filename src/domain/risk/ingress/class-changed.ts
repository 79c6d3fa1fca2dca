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
    const was = classesOf(before);
    const [changed] = classesOf(after).flatMap(({ name, path }, index) => {
      const old = was[index]?.name ?? '';
      const says = `another ingress controller: the class goes from ${quoted(old)} to ${quoted(name)}`;
      return old === name ? [] : [{ says, path }];
    });
    return changed === undefined ? [] : [changed];
  },
};

/** As a controller reads it that looks at the annotation first, and as one that looks at the field first. */
const classesOf = (object: Manifest) => {
  const annotation = annotationsOf(object).find(({ key }) => key === 'kubernetes.io/ingress.class');
  const field = { name: textAt(object, 'spec', 'ingressClassName'), path: ['spec', 'ingressClassName'] };
  const noted = annotation === undefined ? field : { name: annotation.value, path: annotation.path };
  return [noted, field.name === '' ? noted : field];
};
