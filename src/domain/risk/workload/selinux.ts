import { quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { contextsOf, podDocument } from './workload.ts';

/** The types that the standard called baseline allows. */
const confined = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

export const workloadSelinux: Rule = {
  name: 'workload-selinux',
  severity: 'medium',
  sources: [podDocument],
  inside: (object) =>
    contextsOf(object).flatMap(({ key, raw, says, path }) => {
      const options = [
        ...(confined.includes(textAt(raw, 'seLinuxOptions', 'type')) ? [] : ['type']),
        ...['user', 'role'].filter((field) => textAt(raw, 'seLinuxOptions', field) !== ''),
      ];
      return options.map((field) => {
        const value = textAt(raw, 'seLinuxOptions', field);
        return {
          key: `${key} ${field} ${value}`,
          says: `processes that SELinux does not keep to themselves as others: ${field} ${quoted(value)} for ${says}`,
          path: [...path, 'seLinuxOptions', field],
        };
      });
    }),
};
