import { asText, itemsAt, quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { containersOf, podDocument } from './workload.ts';

/** Those that lead out of a container, or to the traffic or the memory of others. The standards allow none of them. */
const dangerous = new Set([
  'ALL',
  'SYS_ADMIN',
  'SYS_MODULE',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'SYS_BOOT',
  'BPF',
  'PERFMON',
  'CHECKPOINT_RESTORE',
  'DAC_READ_SEARCH',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'NET_ADMIN',
]);

export const workloadCapabilities: Rule = {
  name: 'workload-capabilities',
  severity: 'critical',
  sources: [podDocument, 'https://man7.org/linux/man-pages/man7/capabilities.7.html'],
  inside: (object) =>
    containersOf(object).flatMap(({ name, raw, path }) =>
      itemsAt(raw, 'securityContext', 'capabilities', 'add').flatMap(({ item, path: inner }) => {
        const capability = asText(item).trim().toUpperCase().replace(/^CAP_/, '');
        if (!dangerous.has(capability)) return [];
        const says = `a container with power over its node, ${capability}: ${quoted(name)}`;
        return [{ key: `${name} ${capability}`, says, path: [...path, ...inner] }];
      }),
    ),
};
