import { fingerprintOf } from '#domain/guard/fingerprint.ts';
import { namespaceUid } from '#domain/guard/namespace.ts';
import { protectionOfNamespace } from '#domain/guard/protection.ts';
import { sayWritten } from '#domain/guard/words.ts';
import type { Write } from '#domain/guard/write.ts';
import { appliesTo, fitsSource } from '#domain/policy/policy.ts';
import type { GuardPorts } from './guard-ports.ts';
import type { Guarded } from './guarded.ts';
import { isOurs } from './home.ts';

/**
 * The deletion of a namespace as something that can be asked for; undefined where no rule lets anybody ask for it there. A rule has
 * to name the sort of namespaces for that: whoever may decide on what is in one need not decide on all of it.
 */
export const heldNamespace = ({ settings, cluster, home, trust }: GuardPorts, write: Write): Guarded | undefined => {
  const { policy, kinds } = settings();
  const { name: namespace, before } = write;
  const uid = before && namespaceUid(before);
  if (uid === undefined || write.subresource !== undefined || isOurs(home, namespace)) return undefined;
  for (const kind of kinds) {
    const sort = kind.holds?.sorts.find(({ group, resource }) => group === write.group && resource === write.resource);
    if (sort === undefined) continue;
    const { profile } = sort;
    const place = { cluster: cluster.name, namespace, profile };
    const protection = protectionOfNamespace(policy.protect, place);
    const named = { ...place, kind: kind.name, reachesFurther: true };
    const mayBeAsked = policy.rules.some(
      (rule) =>
        rule.permanent &&
        rule.refuse === undefined &&
        fitsSource(rule, { source: 'kubectl' }) &&
        appliesTo(rule, named),
    );
    if (protection === undefined || !mayBeAsked) return undefined;
    const fingerprint = fingerprintOf(cluster.name, write, protection.ignoreAnnotations, trust.digest);
    return { write: { ...write, namespace }, sort, protection, fingerprint, what: sayWritten(write) };
  }
  return undefined;
};
