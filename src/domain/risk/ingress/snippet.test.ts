import { made, noted, object, ruleTest } from '#test/build/risk.ts';
import { ingressSnippet } from './snippet.ts';

ruleTest(ingressSnippet, {
  hits: [
    ...made(noted('configuration-snippet'), noted('server-snippet'), noted('Auth-Snippet'), noted('stream-SNIPPET')),
    ...made(object('networking.k8s.io/v1', 'Ingress', {}, { 'nginx.org/location-snippets': 'x' })),
    ...made(object('extensions/v1beta1', 'Ingress', {}, { 'configuration-snippet': 'x' })),
    ...made(object('networking.k8s.io/v1', 'Ingress', {}, { 'acme.test/deep/server-snippet': 'x' })),
    ...made(object('networking.k8s.io/v1', 'Ingress', {}, { 'haproxy-ingress.github.io/config-backend': 'x' })),
    [object('networking.k8s.io/v1', 'Ingress', {}, { 'nowhere.test/server-snippet': 'x' }), noted('server-snippet')],
  ],
  misses: made(
    noted('config-map-name'),
    noted('snippet-of-mine'),
    object('v1', 'Service', {}, { 'nginx.ingress.kubernetes.io/server-snippet': 'x' }),
  ),
});
