import { ingressAuthRemoved } from './ingress-auth-removed.ts';
import { ingressAuthTlsMatchCn } from './ingress-auth-tls-match-cn.ts';
import { ingressAuthUrl } from './ingress-auth-url.ts';
import { ingressBackendSwitched } from './ingress-backend-switched.ts';
import { ingressClassChanged } from './ingress-class-changed.ts';
import { ingressCors } from './ingress-cors.ts';
import { ingressDefaultBackend } from './ingress-default-backend.ts';
import { ingressHost } from './ingress-host.ts';
import { ingressMirror } from './ingress-mirror.ts';
import { ingressPathCharacters } from './ingress-path-characters.ts';
import { ingressPathWidened } from './ingress-path-widened.ts';
import { ingressRewriteTarget } from './ingress-rewrite-target.ts';
import { ingressSatisfyAny } from './ingress-satisfy-any.ts';
import { ingressServerAlias } from './ingress-server-alias.ts';
import { ingressSnippet } from './ingress-snippet.ts';
import { ingressSourceRange } from './ingress-source-range.ts';
import { ingressSslPassthrough } from './ingress-ssl-passthrough.ts';
import { ingressSslRedirect } from './ingress-ssl-redirect.ts';
import { ingressTlsRemoved } from './ingress-tls-removed.ts';
import { ingressUpstreamVhost } from './ingress-upstream-vhost.ts';
import { ingressUseRegex } from './ingress-use-regex.ts';
import { policyDeleted } from './policy-deleted.ts';
import { policyEveryNamespace } from './policy-every-namespace.ts';
import { policyExceptRemoved } from './policy-except-removed.ts';
import { policyLetsAll } from './policy-lets-all.ts';
import { policyMetadata } from './policy-metadata.ts';
import { policyOpenBlock } from './policy-open-block.ts';
import { policySelectorNarrowed } from './policy-selector-narrowed.ts';
import { policyTypesRemoved } from './policy-types-removed.ts';
import { routeFilters } from './route-filters.ts';
import { routeHostnames } from './route-hostnames.ts';
import { routeOtherNamespace } from './route-other-namespace.ts';
import type { Rule } from './rule.ts';
import { serviceExternalIps } from './service-external-ips.ts';
import { serviceExternalName } from './service-external-name.ts';
import { workloadHostNamespaces } from './workload-host-namespaces.ts';
import { workloadHostPath } from './workload-host-path.ts';
import { workloadPrivileged } from './workload-privileged.ts';
import { workloadRegistry } from './workload-registry.ts';
import { workloadServiceAccount } from './workload-service-account.ts';

/** Every rule: a new one is a file beside these and a line here. Of the same severity, the worse one first. */
export const rules: readonly Rule[] = [
  ingressSnippet,
  ingressAuthUrl,
  ingressAuthTlsMatchCn,
  ingressMirror,
  ingressRewriteTarget,
  ingressPathCharacters,
  workloadPrivileged,
  workloadHostNamespaces,
  workloadHostPath,
  policyLetsAll,
  policyOpenBlock,
  policyMetadata,
  policyDeleted,
  policyTypesRemoved,
  policySelectorNarrowed,
  policyExceptRemoved,
  policyEveryNamespace,
  ingressAuthRemoved,
  ingressSourceRange,
  ingressTlsRemoved,
  ingressSatisfyAny,
  ingressSslRedirect,
  ingressSslPassthrough,
  ingressCors,
  ingressHost,
  ingressDefaultBackend,
  ingressPathWidened,
  ingressClassChanged,
  ingressBackendSwitched,
  ingressServerAlias,
  ingressUpstreamVhost,
  ingressUseRegex,
  routeHostnames,
  routeOtherNamespace,
  routeFilters,
  serviceExternalName,
  serviceExternalIps,
  workloadRegistry,
  workloadServiceAccount,
];
