import type { Manifest } from '#domain/plan.ts';
import { quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { enforced, isNamespace } from './namespace.ts';

/** The strictest last. */
const levels = ['privileged', 'baseline', 'restricted'];

export const namespaceSecurity: Rule = {
  name: 'namespace-security',
  severity: 'high',
  sources: [
    'https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces',
  ],
  between: (before, after) => {
    if (after === undefined || !isNamespace(after)) return [];
    const [was, is] = [levelOf(before), levelOf(after)];
    if (levels.indexOf(is) >= levels.indexOf(was) || was === 'privileged') return [];
    const how = is === '' ? `${quoted(was)} is removed` : `goes from ${quoted(was)} to ${quoted(is)}`;
    const says = `pods that may do more to their nodes: ${enforced} ${how}`;
    return [{ says, path: ['metadata', 'labels', enforced] }];
  },
};

const levelOf = (object: Manifest): string => textAt(object.metadata, 'labels', enforced).toLowerCase();
