import { quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { listenersOf } from './gateway.ts';
import { gatewayDocument } from './route.ts';

/** Listeners for plain TCP and UDP know no names. */
export const gatewayListenerHostname: Rule = {
  name: 'gateway-listener-hostname',
  severity: 'high',
  sources: [gatewayDocument('docs/concepts/hostnames/')],
  inside: (object) =>
    listenersOf(object)
      .filter(({ protocol }) => protocol !== 'TCP' && protocol !== 'UDP')
      .flatMap(({ name, raw, path }) => {
        const host = textAt(raw, 'hostname').trim().toLowerCase();
        if (host !== '' && !host.startsWith('*')) return [];
        const hosts = host === '' ? 'every host' : `many hosts at once, ${quoted(host)}`;
        return [
          { key: `${name} ${host}`, says: `a listener for ${hosts}: ${quoted(name)}`, path: [...path, 'hostname'] },
        ];
      }),
};
