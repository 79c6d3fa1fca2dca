import { isOff, listIn } from '#domain/risk/annotations.ts';
import { holds } from '#domain/risk/blocks.ts';
import { quoted } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { annotationsOf, valuesOf } from './ingress.ts';

/** Whether what an annotation kept away is kept away by another value too; an empty one is none. */
type Guard = (was: string, is: string) => boolean;

const isOn = (value: string): boolean => value !== '' && value.toLowerCase() !== 'none' && !isOff(value);

const same: Guard = (was, is) => !isOn(was) || was === is;
const on: Guard = (was, is) => !isOn(was) || isOn(is);
/** A list of addresses that may come: an empty one lets all of them in. */
const letsIn: Guard = (was, is) =>
  listIn(was).length === 0 || (listIn(is).length > 0 && holds(listIn(was), listIn(is)));
const keepsOut: Guard = (was, is) => holds(listIn(is), listIn(was));
/** A list of names of what every request goes through. */
const goesThrough: Guard = (was, is) => {
  const left = new Set(listIn(is));
  return listIn(was).every((name) => left.has(name));
};

/** What holds back who comes, of controllers that have other names for it than ingress-nginx, under the keys that they read. */
const guards: ReadonlyMap<string, Guard> = new Map([
  ['alb.ingress.kubernetes.io/inbound-cidrs', letsIn],
  ['alb.ingress.kubernetes.io/wafv2-acl-arn', same],
  ['alb.ingress.kubernetes.io/waf-acl-id', same],
  ['alb.ingress.kubernetes.io/mutual-authentication', same],
  ['alb.ingress.kubernetes.io/security-groups', same],
  ['appgw.ingress.kubernetes.io/use-private-ip', on],
  ['appgw.ingress.kubernetes.io/waf-policy-for-path', same],
  ['haproxy.org/allow-list', letsIn],
  ['haproxy.org/whitelist', letsIn],
  ['haproxy.org/deny-list', keepsOut],
  ['haproxy.org/blacklist', keepsOut],
  ['haproxy.org/client-ca', same],
  ['nginx.org/basic-auth-secret', same],
  ['nginx.org/policies', goesThrough],
  ['nginx.com/jwt-key', same],
  ['nginx.com/policies', goesThrough],
  ['appprotect.f5.com/app-protect-enable', on],
  ['appprotect.f5.com/app-protect-policy', same],
  ['konghq.com/plugins', goesThrough],
  ['traefik.ingress.kubernetes.io/router.middlewares', goesThrough],
  ['traefik.ingress.kubernetes.io/router.tls', on],
  ['traefik.ingress.kubernetes.io/router.tls.options', same],
]);

export const ingressGuardRemoved: Rule = {
  name: 'ingress-guard-removed',
  severity: 'high',
  sources: [
    'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#access-control',
    'https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations/',
    'https://www.haproxy.com/documentation/kubernetes-ingress/community/configuration-reference/ingress/',
    'https://developer.konghq.com/kubernetes-ingress-controller/reference/annotations/',
    'https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/',
  ],
  between: (before, after) => {
    if (after === undefined) return [];
    const is = valuesOf(after);
    return annotationsOf(before).flatMap(({ key, value, path }) => {
      const now = is.get(key) ?? '';
      if (guards.get(key)?.(value, now) ?? true) return [];
      const how = now === '' ? `${key} is removed, which was ${quoted(value)}` : sayChange(key, value, now);
      return [{ says: `traffic that less holds back: ${how}`, path }];
    });
  },
};

const sayChange = (key: string, was: string, is: string): string => `${key} goes from ${quoted(was)} to ${quoted(is)}`;
