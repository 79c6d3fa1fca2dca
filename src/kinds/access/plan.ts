import type { AccessProbe, Plan } from '#domain/plan.ts';
import type { PlanContext } from '#kinds/kind.ts';
import { probesIn, rolePair } from '#kinds/role-pair.ts';
import { type Binding, narrow, type Profile } from './profiles.ts';

/** The Roles and bindings of a grant: one pair for each binding of the profile, the role first. */
export const planAccess = (profile: Profile, objects: readonly string[], context: PlanContext): Plan => {
  const pairs = profile.bindings.map((binding, index) => pair(binding, index, objects, context));
  return {
    create: pairs.flatMap(({ made }) => made),
    edits: [],
    notes: [],
    cautions: [],
    probes: pairs.flatMap(({ probes }) => probes),
    // One telling question for each binding: the authorizer's answer is about the binding, not about the verb.
    proofs: pairs.flatMap(({ probes }) => probes.slice(0, 1)),
  };
};

const pair = (binding: Binding, index: number, objects: readonly string[], context: PlanContext) => {
  const namespace = namespaceOf(binding, context.namespace);
  const metadata = { name: `hallpass-${context.request}-${index}`, ...(namespace === undefined ? {} : { namespace }) };
  const rules = binding.rules.flatMap((rule) => narrow(rule, objects)).map(({ narrowable: _, ...rule }) => rule);
  const made = rolePair(metadata, rules, context.identity);
  return { made, probes: rules.flatMap((rule) => probesIn(rule, namespace)) };
};

export const namespaceOf = (binding: Binding, requested: string): string | undefined => {
  if (binding.in === 'cluster') return undefined;
  return binding.in === 'requested' ? requested : binding.in;
};

/** What a binding of a profile lets somebody do, as questions to the authorizer. */
export const probesOf = (binding: Binding, objects: readonly string[], requested: string): readonly AccessProbe[] =>
  binding.rules
    .flatMap((rule) => narrow(rule, objects))
    .flatMap((rule) => probesIn(rule, namespaceOf(binding, requested)));
