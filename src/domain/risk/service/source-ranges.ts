import type { Manifest } from '#domain/plan.ts';
import { annotationsIn } from '#domain/risk/annotations.ts';
import { holds } from '#domain/risk/blocks.ts';
import type { Place } from '#domain/risk/finding.ts';
import { asText, listAt, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { isBalanced } from './service.ts';

/** Who may come to the load balancer; without a list it is everybody. */
export const serviceSourceRanges: Rule = {
  name: 'service-source-ranges',
  severity: 'high',
  sources: [
    'https://kubernetes.io/docs/tasks/access-application-cluster/configure-cloud-provider-firewall/#restrict-access-for-loadbalancer-service',
  ],
  between: (before, after) => {
    if (after === undefined || !isBalanced(after) || !isBalanced(before)) return [];
    const [was, is] = [rangesOf(before), rangesOf(after)];
    if (was.all.length === 0) return [];
    const { path } = is.all.length === 0 ? was : is;
    const old = quoted(was.all.join(', '));
    if (is.all.length === 0)
      return [{ says: `traffic from every address: the list of those let in is removed, which was ${old}`, path }];
    const says = `traffic from more addresses: the list of those let in goes from ${old} to ${quoted(is.all.join(', '))}`;
    return holds(was.all, is.all) ? [] : [{ says, path }];
  },
};

type SourceRanges = { readonly all: readonly string[]; readonly path: Place };

/** The field goes first; the annotation is older. */
const rangesOf = (object: Manifest): SourceRanges => {
  const field = listAt(object, 'spec', 'loadBalancerSourceRanges').map((range) => asText(range).trim());
  const annotation = annotationsIn(object).find(
    ({ key }) => key.toLowerCase() === 'service.beta.kubernetes.io/load-balancer-source-ranges',
  );
  if (field.length > 0 || annotation === undefined) return { all: field, path: ['spec', 'loadBalancerSourceRanges'] };
  const all = annotation.value.split(',').map((range) => range.trim());
  return { all: all.filter((range) => range !== ''), path: annotation.path };
};
