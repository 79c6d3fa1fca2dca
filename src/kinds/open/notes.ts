import { numbersOf } from '#domain/networkpolicy/reach.ts';
import { type Ask, isFromPods, type Port } from './ask.ts';
import type { Ends } from './ends.ts';
import { type Half, letByAddress, letByOurs } from './halves.ts';
import { sayNames, sayPort } from './say.ts';
import type { Sight } from './sight.ts';

/** How things stand now, beside who reaches whom newly: what a name of a port stands for, and what holds traffic back until then. */
export const notesOf = (asked: Ask, sight: Sight, ends: Ends, halves: readonly Half[]): readonly string[] => {
  const said = [
    ...asked.ports.map((port) => sayAt(port, ends)),
    ...halves.map(sayHalf),
    halves.some(({ direction, needed }) => direction === 'egress' && needed)
      ? 'Name look-ups (DNS) are not part of it: where they are held back, they stay so.'
      : undefined,
    ends.onNode.length > 0
      ? `Not concerned: ${sayNames(ends.onNode.map(({ name }) => name))}, on the network of their node, which NetworkPolicies do not see.`
      : undefined,
    letByOurs(asked, sight, ends) ? 'Another opening of Hallpass lets all of this through at the moment.' : undefined,
    isFromPods(asked.from) && letByAddress(asked, sight, ends)
      ? 'Blocks of addresses in the policies that are there hold these pods’ addresses: with some network plugins it is let through already.'
      : undefined,
  ];
  return said.filter((line) => line !== undefined);
};

/** A port by name, with the numbers that it has at the pods, and those that lack it. */
const sayAt = (port: Port, { targets }: Ends): string | undefined => {
  if (typeof port.port === 'number') return undefined;
  const numbers = targets.flatMap((pod) => numbersOf(port, pod).map(({ first }) => String(first)));
  const without = targets.filter((pod) => numbersOf(port, pod).length === 0);
  const lack = without.length === 0 ? '' : `, which ${sayNames(without.map(({ name }) => name))} lack`;
  return `${sayPort(port)} is ${sayNames(numbers)} there${lack}.`;
};

const sayHalf = ({ direction, needed, by }: Half): string => {
  const [pods, way] = direction === 'ingress' ? ['The pods to be reached', 'in'] : ['The pods that get through', 'out'];
  if (needed)
    return `${pods} are isolated for ${direction} by ${sayNames(by)}: a policy of Hallpass’s own lets this ${way}.`;
  return by.length === 0
    ? `${pods} are isolated for ${direction} by nothing: no policy is needed there.`
    : `What is there lets this ${way} already at ${pods.toLowerCase()}: no policy is needed there.`;
};

/** More pods than anybody would look at one by one. */
const many = 20;

export const cautionsOf = ({ targets, sources }: Ends): readonly string[] =>
  [
    { pods: targets, what: 'can be reached' },
    { pods: sources, what: 'get through' },
  ]
    .filter(({ pods }) => pods.length > many)
    .map(({ pods, what }) => `${pods.length} pods ${what}: are all of them meant?`);
