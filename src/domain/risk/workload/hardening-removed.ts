import type { Json } from '#domain/json.ts';
import { at, listAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { type Container, capabilityOf, containersOf, contextDocument, podDocument } from './workload.ts';

/** What holds a container back. Whether that does is known only where it is said; where the opposite is said is another danger, and where it is held otherwise, none. */
type Hold = {
  readonly says: string;
  readonly holds: (container: Container) => boolean;
  readonly isSaidOtherwise?: (container: Container) => boolean;
};

/** What a container says itself counts more than what its pod says for all. */
const saidIn = ({ raw, pod }: Container, field: string): Json | undefined =>
  at(raw, 'securityContext', field) ?? at(pod.spec, 'securityContext', field);

const isProfile = (container: Container, field: string): boolean => {
  const type = textAt(saidIn(container, field), 'type').toLowerCase();
  return type !== '' && type !== 'unconfined';
};

const dropped = ({ raw }: Container): ReadonlySet<string> =>
  new Set(listAt(raw, 'securityContext', 'capabilities', 'drop').map(capabilityOf));

const holds: readonly Hold[] = [
  {
    says: 'that it is not root: runAsNonRoot',
    holds: (one) => saidIn(one, 'runAsNonRoot') === true,
    isSaidOtherwise: (one) => saidIn(one, 'runAsNonRoot') === false || !isRoot(saidIn(one, 'runAsUser')),
  },
  {
    says: 'that it is another user than root: runAsUser',
    holds: (one) => !isRoot(saidIn(one, 'runAsUser')),
    isSaidOtherwise: (one) => saidIn(one, 'runAsUser') === 0 || saidIn(one, 'runAsNonRoot') === true,
  },
  {
    says: 'that it gets no more rights: allowPrivilegeEscalation',
    holds: ({ raw }) => at(raw, 'securityContext', 'allowPrivilegeEscalation') === false,
    isSaidOtherwise: ({ raw }) => at(raw, 'securityContext', 'allowPrivilegeEscalation') === true,
  },
  {
    says: 'what it may ask the kernel for: seccompProfile',
    holds: (one) => isProfile(one, 'seccompProfile'),
    isSaidOtherwise: (one) => textAt(saidIn(one, 'seccompProfile'), 'type').toLowerCase() === 'unconfined',
  },
  {
    says: 'what it may open: appArmorProfile',
    holds: (one) => isProfile(one, 'appArmorProfile'),
    isSaidOtherwise: (one) => textAt(saidIn(one, 'appArmorProfile'), 'type').toLowerCase() === 'unconfined',
  },
  { says: 'that all capabilities are dropped', holds: (one) => dropped(one).has('ALL') },
  {
    says: 'that its files stay as they are: readOnlyRootFilesystem',
    holds: (one) => at(one.raw, 'securityContext', 'readOnlyRootFilesystem') === true,
  },
  { says: 'that root in it is nobody on its node: hostUsers', holds: ({ pod }) => at(pod.spec, 'hostUsers') === false },
  {
    says: 'that it gets no token: automountServiceAccountToken',
    holds: ({ pod }) => at(pod.spec, 'automountServiceAccountToken') === false,
  },
];

const isRoot = (user: Json | undefined): boolean => typeof user !== 'number' || user === 0;

/** A container that is new is compared with all there were: it may be one of them under another name. */
export const workloadHardeningRemoved: Rule = {
  name: 'workload-hardening-removed',
  severity: 'medium',
  sources: [contextDocument, podDocument],
  between: (before, after) => {
    if (after === undefined) return [];
    const was = containersOf(before);
    const held = heldBy(was);
    const byName = new Map([...Map.groupBy(was, ({ name }) => name)].map(([name, some]) => [name, heldBy(some)]));
    return containersOf(after).flatMap((one) =>
      [...(byName.get(one.name) ?? held)]
        .filter((hold) => !hold.holds(one) && !(hold.isSaidOtherwise?.(one) ?? false))
        .map((hold) => ({
          says: `container ${quoted(one.name)} without what held it: nothing says any more ${hold.says}`,
          path: [...one.path, 'securityContext'],
        })),
    );
  },
};

/** What holds all of some containers. */
const heldBy = (containers: readonly Container[]): readonly Hold[] =>
  containers.length === 0 ? [] : holds.filter((hold) => containers.every((one) => hold.holds(one)));
