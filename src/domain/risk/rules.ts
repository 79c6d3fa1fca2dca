import { admissionPolicyChanged } from '#domain/risk/cluster/admission-policy-changed.ts';
import { admissionPolicyMutates } from '#domain/risk/cluster/admission-policy-mutates.ts';
import { namespaceDeleted } from '#domain/risk/cluster/namespace-deleted.ts';
import { namespaceLabels } from '#domain/risk/cluster/namespace-labels.ts';
import { namespacePrivileged } from '#domain/risk/cluster/namespace-privileged.ts';
import { namespaceSecurity } from '#domain/risk/cluster/namespace-security.ts';
import { webhookChanged } from '#domain/risk/cluster/webhook-changed.ts';
import { webhookConfiguration } from '#domain/risk/cluster/webhook-configuration.ts';
import { gatewayAddresses } from '#domain/risk/gateway/gateway-addresses.ts';
import { gatewayCertificateChanged } from '#domain/risk/gateway/gateway-certificate-changed.ts';
import { gatewayClassChanged } from '#domain/risk/gateway/gateway-class-changed.ts';
import { gatewayListenerHostname } from '#domain/risk/gateway/gateway-listener-hostname.ts';
import { gatewayRoutesFromAll } from '#domain/risk/gateway/gateway-routes-from-all.ts';
import { gatewayTlsRemoved } from '#domain/risk/gateway/gateway-tls-removed.ts';
import { referenceGrant } from '#domain/risk/gateway/reference-grant.ts';
import { routeAuthRemoved } from '#domain/risk/gateway/route-auth-removed.ts';
import { routeBackendSwitched } from '#domain/risk/gateway/route-backend-switched.ts';
import { routeFilters } from '#domain/risk/gateway/route-filters.ts';
import { routeHeaders } from '#domain/risk/gateway/route-headers.ts';
import { routeHostnames } from '#domain/risk/gateway/route-hostnames.ts';
import { routeOtherNamespace } from '#domain/risk/gateway/route-other-namespace.ts';
import { routeParentChanged } from '#domain/risk/gateway/route-parent-changed.ts';
import { routePathWidened } from '#domain/risk/gateway/route-path-widened.ts';
import { ingressAnnotationCharacters } from '#domain/risk/ingress/annotation-characters.ts';
import { ingressAuthMethod } from '#domain/risk/ingress/auth-method.ts';
import { ingressAuthProxySetHeaders } from '#domain/risk/ingress/auth-proxy-set-headers.ts';
import { ingressAuthRemoved } from '#domain/risk/ingress/auth-removed.ts';
import { ingressAuthTlsMatchCn } from '#domain/risk/ingress/auth-tls-match-cn.ts';
import { ingressAuthUrl } from '#domain/risk/ingress/auth-url.ts';
import { ingressBackendSwitched } from '#domain/risk/ingress/backend-switched.ts';
import { ingressCanary } from '#domain/risk/ingress/canary.ts';
import { ingressClassChanged } from '#domain/risk/ingress/class-changed.ts';
import { ingressClassController } from '#domain/risk/ingress/class-controller.ts';
import { ingressClassDefault } from '#domain/risk/ingress/class-default.ts';
import { ingressControllerGuards } from '#domain/risk/ingress/controller-guards.ts';
import { ingressControllerSettings } from '#domain/risk/ingress/controller-settings.ts';
import { ingressCors } from '#domain/risk/ingress/cors.ts';
import { ingressDefaultBackend } from '#domain/risk/ingress/default-backend.ts';
import { ingressGlobalAuthOff } from '#domain/risk/ingress/global-auth-off.ts';
import { ingressGuardRemoved } from '#domain/risk/ingress/guard-removed.ts';
import { ingressHost } from '#domain/risk/ingress/host.ts';
import { ingressInternetFacing } from '#domain/risk/ingress/internet-facing.ts';
import { ingressMirror } from '#domain/risk/ingress/mirror.ts';
import { ingressModsecurityOff } from '#domain/risk/ingress/modsecurity-off.ts';
import { ingressModsecurityRemoved } from '#domain/risk/ingress/modsecurity-removed.ts';
import { ingressPathCharacters } from '#domain/risk/ingress/path-characters.ts';
import { ingressPathWidened } from '#domain/risk/ingress/path-widened.ts';
import { ingressProxySslVerifyOff } from '#domain/risk/ingress/proxy-ssl-verify-off.ts';
import { ingressRateLimitsRemoved } from '#domain/risk/ingress/rate-limits-removed.ts';
import { ingressRedirect } from '#domain/risk/ingress/redirect.ts';
import { ingressRewriteTarget } from '#domain/risk/ingress/rewrite-target.ts';
import { ingressSatisfyAny } from '#domain/risk/ingress/satisfy-any.ts';
import { ingressServerAlias } from '#domain/risk/ingress/server-alias.ts';
import { ingressSnippet } from '#domain/risk/ingress/snippet.ts';
import { ingressSourceRange } from '#domain/risk/ingress/source-range.ts';
import { ingressSslPassthrough } from '#domain/risk/ingress/ssl-passthrough.ts';
import { ingressSslRedirect } from '#domain/risk/ingress/ssl-redirect.ts';
import { ingressTlsRemoved } from '#domain/risk/ingress/tls-removed.ts';
import { ingressTlsSecretChanged } from '#domain/risk/ingress/tls-secret-changed.ts';
import { ingressUpstreamVhost } from '#domain/risk/ingress/upstream-vhost.ts';
import { ingressUseRegex } from '#domain/risk/ingress/use-regex.ts';
import { policyDeleted } from '#domain/risk/network-policy/deleted.ts';
import { policyEveryNamespace } from '#domain/risk/network-policy/every-namespace.ts';
import { policyExceptRemoved } from '#domain/risk/network-policy/except-removed.ts';
import { policyLetsAll } from '#domain/risk/network-policy/lets-all.ts';
import { policyMetadata } from '#domain/risk/network-policy/metadata.ts';
import { policyOpenBlock } from '#domain/risk/network-policy/open-block.ts';
import { policyPluginOpen } from '#domain/risk/network-policy/plugin-open.ts';
import { policySelectorNarrowed } from '#domain/risk/network-policy/selector-narrowed.ts';
import { policyTypesRemoved } from '#domain/risk/network-policy/types-removed.ts';
import { policyUnreadable } from '#domain/risk/network-policy/unreadable.ts';
import { policyWideBlock } from '#domain/risk/network-policy/wide-block.ts';
import { rbacAddresses } from '#domain/risk/rbac/addresses.ts';
import { rbacAdminRole } from '#domain/risk/rbac/admin-role.ts';
import { rbacAggregation } from '#domain/risk/rbac/aggregation.ts';
import { rbacApiServices } from '#domain/risk/rbac/api-services.ts';
import { rbacBindingSubjects } from '#domain/risk/rbac/binding-subjects.ts';
import { rbacClusterAdmin } from '#domain/risk/rbac/cluster-admin.ts';
import { rbacCsr } from '#domain/risk/rbac/csr.ts';
import { rbacEditRole } from '#domain/risk/rbac/edit-role.ts';
import { rbacEscalation } from '#domain/risk/rbac/escalation.ts';
import { rbacEverybody } from '#domain/risk/rbac/everybody.ts';
import { rbacEverything } from '#domain/risk/rbac/everything.ts';
import { rbacNamespaces } from '#domain/risk/rbac/namespaces.ts';
import { rbacNetworkPolicies } from '#domain/risk/rbac/network-policies.ts';
import { rbacNodesProxy } from '#domain/risk/rbac/nodes-proxy.ts';
import { rbacPersistentVolumes } from '#domain/risk/rbac/persistent-volumes.ts';
import { rbacPodAccess } from '#domain/risk/rbac/pod-access.ts';
import { rbacPods } from '#domain/risk/rbac/pods.ts';
import { rbacRoleWrites } from '#domain/risk/rbac/role-writes.ts';
import { rbacSecretWrites } from '#domain/risk/rbac/secret-writes.ts';
import { rbacSecrets } from '#domain/risk/rbac/secrets.ts';
import { rbacSystemRole } from '#domain/risk/rbac/system-role.ts';
import { rbacToken } from '#domain/risk/rbac/token.ts';
import { rbacTraffic } from '#domain/risk/rbac/traffic.ts';
import { rbacWebhooks } from '#domain/risk/rbac/webhooks.ts';
import { rbacWholeNamespace } from '#domain/risk/rbac/whole-namespace.ts';
import { rbacWildcard } from '#domain/risk/rbac/wildcard.ts';
import { endpointAddresses } from '#domain/risk/service/endpoint-addresses.ts';
import { serviceExposed } from '#domain/risk/service/exposed.ts';
import { externalDns } from '#domain/risk/service/external-dns.ts';
import { serviceExternalIps } from '#domain/risk/service/external-ips.ts';
import { serviceExternalName } from '#domain/risk/service/external-name.ts';
import { serviceInternalLoadBalancerRemoved } from '#domain/risk/service/internal-load-balancer-removed.ts';
import { servicePortOpened } from '#domain/risk/service/port-opened.ts';
import { serviceSelectorChanged } from '#domain/risk/service/selector-changed.ts';
import { serviceSourceRanges } from '#domain/risk/service/source-ranges.ts';
import { serviceTargetChanged } from '#domain/risk/service/target-changed.ts';
import { workloadCapabilities } from '#domain/risk/workload/capabilities.ts';
import { workloadDigestRemoved } from '#domain/risk/workload/digest-removed.ts';
import { workloadEscalation } from '#domain/risk/workload/escalation.ts';
import { workloadExtraCapabilities } from '#domain/risk/workload/extra-capabilities.ts';
import { workloadGitRepo } from '#domain/risk/workload/git-repo.ts';
import { workloadHardeningRemoved } from '#domain/risk/workload/hardening-removed.ts';
import { workloadHostNamespaces } from '#domain/risk/workload/host-namespaces.ts';
import { workloadHostPath } from '#domain/risk/workload/host-path.ts';
import { workloadHostPort } from '#domain/risk/workload/host-port.ts';
import { workloadHostProcess } from '#domain/risk/workload/host-process.ts';
import { workloadImageFloating } from '#domain/risk/workload/image-floating.ts';
import { workloadImageOwner } from '#domain/risk/workload/image-owner.ts';
import { workloadPrivileged } from '#domain/risk/workload/privileged.ts';
import { workloadProcMount } from '#domain/risk/workload/proc-mount.ts';
import { workloadRegistry } from '#domain/risk/workload/registry.ts';
import { workloadRunsAsRoot } from '#domain/risk/workload/runs-as-root.ts';
import { workloadSelinux } from '#domain/risk/workload/selinux.ts';
import { workloadServiceAccount } from '#domain/risk/workload/service-account.ts';
import { workloadUnconfined } from '#domain/risk/workload/unconfined.ts';
import type { Rule } from './rule.ts';

/** Every rule: a new one is a file beside these and a line here. Of the same severity, the worse one first. */
export const rules: readonly Rule[] = [
  ingressSnippet,
  ingressAuthMethod,
  ingressAuthProxySetHeaders,
  ingressAuthUrl,
  ingressAuthTlsMatchCn,
  ingressMirror,
  ingressRewriteTarget,
  ingressPathCharacters,
  ingressAnnotationCharacters,
  rbacEverything,
  rbacClusterAdmin,
  rbacEverybody,
  rbacEscalation,
  rbacToken,
  rbacNodesProxy,
  rbacCsr,
  rbacWebhooks,
  rbacApiServices,
  workloadPrivileged,
  workloadHostNamespaces,
  workloadHostPath,
  workloadCapabilities,
  workloadHostProcess,
  workloadGitRepo,
  namespaceDeleted,
  webhookChanged,
  admissionPolicyChanged,
  policyLetsAll,
  policyOpenBlock,
  policyMetadata,
  policyDeleted,
  policyTypesRemoved,
  policySelectorNarrowed,
  policyExceptRemoved,
  policyEveryNamespace,
  policyWideBlock,
  policyPluginOpen,
  policyUnreadable,
  rbacSecrets,
  rbacWildcard,
  rbacAdminRole,
  rbacSystemRole,
  rbacRoleWrites,
  rbacPods,
  rbacPodAccess,
  rbacPersistentVolumes,
  rbacNamespaces,
  rbacNetworkPolicies,
  rbacTraffic,
  rbacAggregation,
  rbacBindingSubjects,
  webhookConfiguration,
  admissionPolicyMutates,
  namespaceSecurity,
  ingressAuthRemoved,
  ingressGlobalAuthOff,
  ingressGuardRemoved,
  ingressControllerSettings,
  ingressControllerGuards,
  ingressInternetFacing,
  ingressModsecurityOff,
  ingressModsecurityRemoved,
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
  ingressRedirect,
  ingressServerAlias,
  ingressUpstreamVhost,
  ingressUseRegex,
  routeHostnames,
  routeOtherNamespace,
  routeFilters,
  routeParentChanged,
  routeBackendSwitched,
  routePathWidened,
  routeAuthRemoved,
  referenceGrant,
  gatewayTlsRemoved,
  gatewayRoutesFromAll,
  gatewayListenerHostname,
  gatewayClassChanged,
  serviceExternalName,
  endpointAddresses,
  serviceExternalIps,
  serviceSelectorChanged,
  serviceExposed,
  servicePortOpened,
  serviceInternalLoadBalancerRemoved,
  serviceSourceRanges,
  ingressClassController,
  ingressClassDefault,
  workloadRegistry,
  workloadImageOwner,
  workloadProcMount,
  workloadServiceAccount,
  rbacWholeNamespace,
  rbacEditRole,
  rbacSecretWrites,
  rbacAddresses,
  workloadRunsAsRoot,
  workloadEscalation,
  workloadUnconfined,
  workloadExtraCapabilities,
  workloadSelinux,
  workloadHardeningRemoved,
  workloadHostPort,
  workloadImageFloating,
  workloadDigestRemoved,
  namespaceLabels,
  namespacePrivileged,
  ingressTlsSecretChanged,
  gatewayCertificateChanged,
  routeHeaders,
  serviceTargetChanged,
  externalDns,
  ingressProxySslVerifyOff,
  ingressCanary,
  ingressRateLimitsRemoved,
  gatewayAddresses,
];
