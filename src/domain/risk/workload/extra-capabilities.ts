import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { dangerous } from './capabilities.ts';
import { capabilitiesOf, podDocument } from './workload.ts';

/** What the standard called baseline lets containers have; runtimes give most of them without being asked. */
const ordinary = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);

export const workloadExtraCapabilities: Rule = {
  name: 'workload-extra-capabilities',
  severity: 'medium',
  sources: [podDocument],
  inside: (object) =>
    capabilitiesOf(object)
      .filter(({ capability }) => !ordinary.has(capability) && !dangerous.has(capability))
      .map(({ name, capability, path }) => ({
        key: `${name} ${capability}`,
        says: `a container with rights that no standard allows, ${quoted(capability)}: ${quoted(name)}`,
        path,
      })),
};
