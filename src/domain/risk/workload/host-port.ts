import { asText, at, itemsAt, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { containersOf, podDocument } from './workload.ts';

export const workloadHostPort: Rule = {
  name: 'workload-host-port',
  severity: 'medium',
  sources: [podDocument],
  inside: (object) =>
    containersOf(object).flatMap(({ name, raw, path }) =>
      itemsAt(raw, 'ports').flatMap(({ item, path: inner }) => {
        const port = asText(at(item, 'hostPort') ?? 0);
        if (port === '0' || port === '') return [];
        const says = `a port of the node that leads to container ${quoted(name)}: ${quoted(port)}`;
        return [{ key: `${name} ${port}`, says, path: [...path, ...inner, 'hostPort'] }];
      }),
    ),
};
