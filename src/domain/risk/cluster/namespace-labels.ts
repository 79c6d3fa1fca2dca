import { isSameJson, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { practiceDocument } from '#domain/risk/rbac/rbac.ts';
import { asText, entriesAt, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { enforced, isNamespace } from './namespace.ts';

/** NetworkPolicies, webhooks and Gateways choose namespaces by their labels. */
export const namespaceLabels: Rule = {
  name: 'namespace-labels',
  severity: 'medium',
  sources: [practiceDocument('namespace-modification')],
  between: (before, after) => {
    if (after === undefined || !isNamespace(after)) return [];
    const [was, is] = [labelsOf(before), labelsOf(after)];
    return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
      const [old, now] = [was.get(key), is.get(key)];
      const how = `${quoted(key)} goes from ${say(old)} to ${say(now)}`;
      const says = `a namespace that other NetworkPolicies and webhooks may select: ${how}`;
      return isSameJson(old, now) ? [] : [{ says, path: ['metadata', 'labels', key] }];
    });
  },
};

const labelsOf = ({ metadata }: Manifest): ReadonlyMap<string, Json> =>
  new Map(
    entriesAt(metadata, 'labels').filter(
      ([key]) => key !== enforced && !/^pod-security\.kubernetes\.io\/(warn|audit)/.test(key),
    ),
  );

const say = (value: Json | undefined): string => (value === undefined ? 'nothing' : quoted(asText(value)));
