import type { Pod } from '#domain/networkpolicy/pod.ts';
import type { NetworkPolicy } from '#domain/networkpolicy/policy.ts';
import { type LabelSelector, type Labels, selects } from '#domain/networkpolicy/selector.ts';

/**
 * A pod as a policy would select it, for a policy that selects none of those that are there: whoever starts one later has it
 * open then. None where its selector cannot be met by the labels that it names.
 */
export const podFor = ({ namespace, name, pods: selector }: NetworkPolicy, pods: readonly Pod[]): readonly Pod[] => {
  const isThere = pods.some((pod) => pod.namespace === namespace && !pod.over && selects(selector, pod.labels));
  const labels = labelsFor(selector);
  if (isThere || !selects(selector, labels)) return [];
  return [
    { name: `pods yet to come (${name})`, namespace, labels, addresses: [], ports: [], onNode: false, over: false },
  ];
};

const labelsFor = ({ matchLabels, matchExpressions }: LabelSelector): Labels => ({
  ...matchLabels,
  ...Object.fromEntries(
    (matchExpressions ?? []).flatMap(({ key, operator, values }) => {
      if (operator === 'In') return [[key, values?.[0] ?? '']];
      return operator === 'Exists' ? [[key, '']] : [];
    }),
  ),
});
