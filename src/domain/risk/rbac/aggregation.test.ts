import { made, role, ruleTest, whole } from '#test/build/risk.ts';
import { rbacAggregation } from './aggregation.ts';

ruleTest(rbacAggregation, {
  hits: made(
    whole(
      'rbac.authorization.k8s.io/v1',
      'ClusterRole',
      { rules: [] },
      { labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    ),
    whole('rbac.authorization.k8s.io/v1', 'ClusterRole', { aggregationRule: { clusterRoleSelectors: [] } }),
  ),
  misses: made(
    role(),
    whole(
      'rbac.authorization.k8s.io/v1',
      'ClusterRole',
      { aggregationRule: null },
      { labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'false' } },
    ),
    whole(
      'rbac.authorization.k8s.io/v1',
      'Role',
      { rules: [] },
      { labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    ),
  ),
});
