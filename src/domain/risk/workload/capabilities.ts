import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { capabilitiesOf, podDocument } from './workload.ts';

/** Those that lead out of a container, or to the traffic or the memory of others. The standards allow none of them. */
export const dangerous = new Set([
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
    capabilitiesOf(object)
      .filter(({ capability }) => dangerous.has(capability))
      .map(({ name, capability, path }) => ({
        key: `${name} ${capability}`,
        says: `a container with power over its node, ${capability}: ${quoted(name)}`,
        path,
      })),
};
