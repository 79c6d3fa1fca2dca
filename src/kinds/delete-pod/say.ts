import { formatDuration } from '#domain/duration.ts';
import { cut, few, oneLine } from '#domain/text.ts';
import { sayName } from '#kinds/names.ts';
import type { Owner, Pod } from './pods.ts';

export const sayMoment = (instant: Temporal.Instant): string =>
  instant.toString({ smallestUnit: 'second' }).replace('T', ' ').replace('Z', ' UTC');

/** As in `pods web-0, web-1`; at most five of them. */
export const sayPods = (names: readonly string[]): string =>
  `${names.length === 1 ? 'pod' : 'pods'} ${few(names.map(sayName), 5)}`;

export const sayOwner = ({ kind, name }: Owner): string => `${sayName(kind)} ${sayName(name)}`;

/** As in `web-0: Running, ready, on node-1, since 2026-11-20 10:00:05 UTC. StatefulSet web makes another one of its name.` */
export const sayPod = (pod: Pod): string => `${sayState(pod)} ${comesAgain(pod)}`;

/** How a pod is now, as in the first sentence of that. */
export const sayState = (pod: Pod): string => {
  const { name, phase, isReady, node, made } = pod;
  const facts = [
    cut(oneLine(phase), 20),
    ...(isOver(pod) ? [] : [isReady ? 'ready' : 'not ready']),
    node === undefined ? 'on no node yet' : `on ${sayName(node)}`,
    `since ${sayMoment(made)}`,
    ...(hasLong(pod) ? [sayGrace(pod)] : []),
  ];
  return `${sayName(name)}: ${facts.join(', ')}.`;
};

/** Of one that somebody else deletes; what is open in it ends no sooner for that. */
export const sayGoing = (pod: Pod): string => {
  const said = `Pod ${sayName(pod.name)} is being deleted already`;
  return hasLong(pod) ? `${said}, and ${sayGrace(pod)}: what is open in it may go on until then.` : `${said}.`;
};

const sayGrace = ({ grace }: Pod): string => `has ${formatDuration(Temporal.Duration.from({ seconds: grace }))} to end`;

/** Seconds from which on it is said: so long what is open may go on. */
const longGrace = 60;
export const hasLong = ({ grace }: Pod): boolean => grace > longGrace;

const isOver = ({ phase }: Pod): boolean => phase === 'Succeeded' || phase === 'Failed';

const comesAgain = (pod: Pod): string => {
  const { owner } = pod;
  if (owner === undefined) return 'Nothing makes it again: it is gone.';
  switch (owner.kind) {
    case 'StatefulSet':
      return `${sayOwner(owner)} makes another one of its name.`;
    case 'DaemonSet':
      return `${sayOwner(owner)} makes another one on the same node.`;
    case 'ReplicaSet':
    case 'ReplicationController':
      return `${sayOwner(owner)} makes another one.`;
    case 'Job':
      return `${sayOwner(owner)} makes another one, unless it is done.`;
  }
  return `${sayOwner(owner)} has it, and may make another one.`;
};
