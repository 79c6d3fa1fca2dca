import { bitsOf, parseAddress, parseCidr } from '#domain/networkpolicy/cidr.ts';
import { covers } from '#domain/networkpolicy/ranges.ts';
import type { Manifest } from '#domain/plan.ts';
import { annotationsOf } from './ingress.ts';
import { quoted } from './read.ts';
import type { Rule } from './rule.ts';

const letIn = ['whitelist-source-range', 'allowlist-source-range'];
const keptOut = ['denylist-source-range'];

/** Who may come at all: a list of those let in that is gone or wider, or one of those kept out that is gone or narrower. */
export const ingressSourceRange: Rule = {
  name: 'ingress-source-range',
  severity: 'high',
  between: (before, after) => {
    if (after === undefined) return [];
    const [was, is] = [listed(before, letIn), listed(after, letIn)];
    const [wasOut, isOut] = [listed(before, keptOut), listed(after, keptOut)];
    return [
      ...(was.length > 0 && is.length === 0
        ? [`traffic from every address: the list of those let in is removed, which was ${quoted(was.join(','))}`]
        : []),
      ...(was.length > 0 && is.length > 0 && !holds(was, is)
        ? [
            `traffic from more addresses: the list of those let in goes from ${quoted(was.join(','))} to ${quoted(is.join(','))}`,
          ]
        : []),
      ...(holds(isOut, wasOut)
        ? []
        : [
            `traffic from addresses that were kept out: that list goes from ${quoted(wasOut.join(','))} to ${quoted(isOut.join(','))}`,
          ]),
    ];
  },
};

const listed = (object: Manifest, names: readonly string[]): readonly string[] =>
  annotationsOf(object)
    .filter(({ name }) => names.includes(name))
    .flatMap(({ value }) => value.split(/[\s,]+/))
    .filter((text) => text !== '');

/** Whether all of the second list is in the first. What is no address is only in a list that spells it the same. */
const holds = (all: readonly string[], part: readonly string[]): boolean => {
  const blocks = all.flatMap((text) => blockOf(text) ?? []);
  return part.every((text) => {
    const block = blockOf(text);
    if (block === undefined) return all.includes(text);
    const same = blocks.filter(({ family }) => family === block.family);
    return covers(same, [block]);
  });
};

const blockOf = (text: string) => {
  const address = parseAddress(text);
  return parseCidr(address === undefined ? text : `${text}/${bitsOf[address.family]}`);
};
