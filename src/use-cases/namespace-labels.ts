import { appliesTo, type Labels, looksAtLabels, type Named } from '#domain/policy/policy.ts';
import type { Asker } from '#domain/policy/verdict.ts';
import type { BotPorts } from './ports.ts';

type Asked = Omit<Named, 'profile'> & { readonly profiles: readonly string[] };

/**
 * The labels of the namespace that is asked for, as the cluster has them now, if a rule looks at them that may let this
 * person ask; a namespace that is not there has none. Undefined where none does, and where the cluster does not say: then
 * such a rule decides nothing, and neither does one after it.
 */
export const labelsFor = async (
  { settings, clusters, alarm }: BotPorts,
  { profiles, ...place }: Asked,
  { groups, failed }: Asker,
): Promise<Labels | undefined> => {
  const isNeeded = settings().policy.rules.some(
    (rule) =>
      looksAtLabels(rule) &&
      [...rule.ask, ...(rule.breakGlass?.who ?? [])].some((group) => groups.has(group) || failed.includes(group)) &&
      profiles.some((profile) => appliesTo(rule, { ...place, profile })),
  );
  if (!isNeeded) return undefined;
  const { cluster, namespace } = place;
  try {
    const reader = clusters.get(cluster);
    if (reader === undefined) return undefined;
    return (await reader.namespace(namespace))?.labels ?? {};
  } catch (cause) {
    alarm('The labels of a namespace could not be looked up; what a rule may say of them is not allowed', {
      cluster,
      namespace,
      cause: String(cause),
    });
    return undefined;
  }
};
