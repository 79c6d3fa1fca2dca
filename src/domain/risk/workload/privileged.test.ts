import { cronJob, deployment, made, object, ruleTest, whole } from '#test/build/risk.ts';
import { workloadPrivileged } from './privileged.ts';

/** A set of jobs, each with a pod that is privileged or not. */
const jobs = (...list: readonly (readonly [name: string, privileged: boolean])[]) =>
  object('jobset.x-k8s.io/v1alpha2', 'JobSet', {
    replicatedJobs: list.map(([name, privileged]) => ({
      name,
      template: { spec: { template: { spec: { containers: [{ name: 'main', securityContext: { privileged } }] } } } },
    })),
  });

ruleTest(workloadPrivileged, {
  hits: [
    [jobs(['a', true], ['b', false]), jobs(['a', true], ['b', true])],
    ...made(
      deployment({}, { securityContext: { privileged: true } }),
      deployment({ initContainers: [{ name: 'init', securityContext: { privileged: true } }] }),
      cronJob({ containers: [{ name: 'job', securityContext: { privileged: true } }] }),
      whole('v1', 'PodTemplate', {
        template: { spec: { containers: [{ name: 'x', securityContext: { privileged: true } }] } },
      }),
      jobs(['a', true]),
      object('acme.test/v1', 'Thing', {
        template: { spec: { containers: [{ name: 'main' }] } },
        other: { containers: [{ name: 'main', securityContext: { privileged: true } }] },
      }),
      object('v1', 'Pod', { containers: [{ name: 'x', securityContext: { privileged: true } }] }),
    ),
  ],
  misses: [
    [jobs(['a', true], ['b', false]), jobs(['b', false], ['a', true])],
    ...made(
      deployment({}, { securityContext: { privileged: false } }),
      deployment({ securityContext: { privileged: true } }),
      object('acme.test/v1', 'Schema', { properties: { containers: { privileged: true } }, containers: ['x'] }),
    ),
  ],
});
