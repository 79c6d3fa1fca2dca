import type { Flow, FlowEnd } from '#domain/networkpolicy/flow.ts';
import { cut } from '#domain/text.ts';
import { isEverywhere, largestFirst, portsIn, stemOf } from './say-flow.ts';

/**
 * What opens, part by part, each always in the same words: `pay/db from front/web on TCP 5432`. How many replicas there are makes
 * no difference, nor which pods there are where everybody may come, or everywhere may be gone to.
 */
export const openingsIn = (flows: readonly Flow[]): readonly string[] => {
  const opens = flows.filter(({ change }) => change === 'opens');
  const whole = new Set(
    opens.flatMap(({ from, to, ports }) => [
      ...(from.type === 'addresses' && isEverywhere(from)
        ? wordsOf(to).map((one) => `to ${one} ${portsIn(ports)}`)
        : []),
      ...(to.type === 'addresses' && isEverywhere(to)
        ? wordsOf(from).map((one) => `from ${one} ${portsIn(ports)}`)
        : []),
    ]),
  );
  const isImplied = ({ from, to, ports }: Flow, [source, target]: readonly [string, string]): boolean =>
    from.type === 'pods' &&
    to.type === 'pods' &&
    (whole.has(`to ${target} ${portsIn(ports)}`) || whole.has(`from ${source} ${portsIn(ports)}`));
  return [
    ...new Set(
      opens.flatMap((flow) =>
        wordsOf(flow.to).flatMap((target) =>
          wordsOf(flow.from)
            .filter((source) => !isImplied(flow, [source, target]))
            .map((source) => `${target} from ${source} on ${portsIn(flow.ports).join(', ')}`),
        ),
      ),
    ),
  ];
};

const wordsOf = (end: FlowEnd): readonly string[] =>
  end.type === 'pods'
    ? [...new Set(end.pods.map(({ namespace, name }) => `${namespace}/${stemOf(name)}`))]
    : [`${end.family} ${cut(largestFirst(end).join(','), longestBlocks)}`];
/** Of one end's blocks; more than anybody writes. */
const longestBlocks = 500;
