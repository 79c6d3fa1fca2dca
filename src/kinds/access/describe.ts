import { byStrength } from '#domain/request/rights.ts';
import type { Description, ResourceType } from '#kinds/kind.ts';
import { type Binding, narrow, type Profile, workloads } from './profiles.ts';

/** The sorts of objects that a request for this profile may name. */
export const nameable = (profile: Profile): readonly ResourceType[] =>
  profile.bindings
    .filter((binding) => binding.in === 'requested')
    .flatMap(({ rules }) => rules.filter((rule) => rule.narrowable))
    .flatMap(({ apiGroups, resources }) =>
      apiGroups.flatMap((group) =>
        resources.filter((resource) => !resource.includes('/')).map((resource) => ({ group, version: 'v1', resource })),
      ),
    );

/** Whether a profile binds anywhere but in the namespace asked for. */
export const reachesFurther = ({ bindings }: Profile): boolean =>
  bindings.some((binding) => binding.in !== 'requested');

export const describeAccess = (profile: Profile, objects: readonly string[]): Description => ({
  profiles: [profile.name],
  noun: 'access',
  reachesFurther: reachesFurther(profile),
  title: profile.title,
  objects,
  powers: profile.bindings.flatMap((binding) => powers(binding, objects)),
  cautions: cautions(profile),
});

const powers = (binding: Binding, objects: readonly string[]): readonly string[] =>
  binding.rules
    .flatMap((rule) => narrow(rule, objects))
    .map((rule) => {
      const names = 'resourceNames' in rule ? ` named ${rule.resourceNames.join(', ')}` : '';
      const all = names === '' && objects.length > 0 ? 'all ' : '';
      return `${rule.verbs.toSorted(byStrength).join(', ')} ${all}${rule.resources.join(', ')}${names}${place(binding)}`;
    });

const place = (binding: Binding): string => {
  if (binding.in === 'requested') return '';
  return binding.in === 'cluster' ? ', in the whole cluster' : `, in namespace ${binding.in}`;
};

const cautions = (profile: Profile): readonly string[] => {
  const rules = profile.bindings.flatMap((binding) => binding.rules.map((rule) => ({ ...rule, in: binding.in })));
  const has = (verbs: readonly string[], resources: readonly string[]): boolean =>
    rules.some(
      (rule) =>
        rule.verbs.some((verb) => verbs.includes(verb)) && rule.resources.some((name) => resources.includes(name)),
    );
  const wide = rules.filter((rule) => rule.in === 'cluster').flatMap(({ resources }) => resources);
  const said = [
    profile.caution,
    wide.length > 0 ? `Reaches the whole cluster: ${[...new Set(wide)].join(', ')}.` : undefined,
    has(['get', 'list'], ['secrets'])
      ? 'Can read secret values; what was read stays known after the end. Rotate them if in doubt.'
      : undefined,
    has(['create', 'update', 'patch'], workloads)
      ? 'Can change what runs: a workload started or changed under it goes on after the end.'
      : undefined,
    has(['create', 'get'], ['pods/exec', 'pods/portforward', 'pods/attach'])
      ? 'Open exec and port-forward streams go on after the end, until they are closed or the pod is gone.'
      : undefined,
    has(['watch'], [...rules.flatMap(({ resources }) => resources)])
      ? 'An open watch goes on after the end, until it is closed.'
      : undefined,
  ];
  return said.filter((line) => line !== undefined);
};
