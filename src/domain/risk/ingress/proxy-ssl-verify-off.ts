import { isOff } from '#domain/risk/annotations.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationDocument, dangersOf } from './ingress.ts';

export const ingressProxySslVerifyOff: Rule = {
  name: 'ingress-proxy-ssl-verify-off',
  severity: 'medium',
  sources: [annotationDocument('backend-certificate-authentication')],
  inside: (object) =>
    dangersOf(
      object,
      ({ name, value }) => name === 'proxy-ssl-verify' && isOff(value),
      ({ key }) => `a backend that need not prove who it is: ${key} is off`,
    ),
};
