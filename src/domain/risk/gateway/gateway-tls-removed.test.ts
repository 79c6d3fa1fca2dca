import { gateway, listening, ruleTest } from '#test/build/risk.ts';
import { gatewayTlsRemoved } from './gateway-tls-removed.ts';

ruleTest(gatewayTlsRemoved, {
  hits: [
    [listening({}), listening({ name: 'other', protocol: 'HTTP', port: 80 })],
    [listening({}), listening({ name: 'other', protocol: 'HTTP', port: 80, hostname: null })],
    [listening({}), listening({ protocol: 'HTTP' })],
    [listening({ protocol: 'TLS' }), listening({ protocol: 'TCP' })],
    [listening({ protocol: 'TLS' }), listening({ protocol: 'TLS', tls: { mode: 'Passthrough' } })],
    [listening({ tls: { frontendValidation: { caCertificateRefs: [{ name: 'ca' }] } } }), listening({ tls: {} })],
    [gateway({ tls: { frontend: { default: { validation: {} } } } }), gateway({})],
    [
      gateway({ tls: { frontend: { default: { validation: {} } } } }),
      gateway({ tls: { frontend: { default: { validation: { mode: 'AllowInsecureFallback' } } } } }),
    ],
    [
      gateway({ tls: { frontend: { perPort: [{ port: 8443, tls: { validation: {} } }] } } }),
      gateway({ tls: { frontend: {} } }),
    ],
    [
      gateway({ tls: { frontend: { default: { validation: {} } } } }),
      gateway({ tls: { frontend: { default: { validation: {} }, perPort: [{ port: 443, tls: {} }] } } }),
    ],
  ],
  misses: [
    [listening({ protocol: 'HTTP' }), listening({})],
    [listening({ protocol: 'HTTP' }), listening({ protocol: 'HTTP', port: 8080 })],
    [listening({}), listening({ name: 'other' })],
    [listening({}), listening({ name: 'other', protocol: 'HTTP', hostname: 'elsewhere.test' })],
    [
      listening({}),
      gateway({
        listeners: [
          { name: 'new', protocol: 'HTTPS', port: 443, hostname: 'shop.test' },
          { name: 'plain', protocol: 'HTTP', port: 80, hostname: 'shop.test' },
        ],
      }),
    ],
    [listening({ tls: { mode: 'Passthrough' } }), listening({ tls: { mode: 'Terminate' } })],
    [gateway({}), gateway({ tls: { frontend: { default: { validation: {} } } } })],
    [
      gateway({
        tls: { frontend: { default: { validation: {} }, perPort: [{ port: 8443, tls: { validation: {} } }] } },
      }),
      gateway({ tls: { frontend: { default: { validation: {} } } } }),
    ],
    [listening({}), undefined],
  ],
});
