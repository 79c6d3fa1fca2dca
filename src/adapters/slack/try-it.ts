import type { AccessProbe } from '#domain/plan.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { code, type Piece } from './blocks.ts';

/**
 * A command that shows at once that it works, and changes nothing: a read where the grant has one, otherwise the
 * question that the confirmation asked.
 */
export const tryIt = (probes: readonly AccessProbe[], description?: Description): readonly Piece[] => {
  const read = probes.find((probe) => canRead(probe, description));
  const [first] = probes;
  if (first === undefined) return [];
  return [' Try: ', code(cut(oneLine(read === undefined ? canI(first) : get(read)), 400))];
};

/** Without a name `kubectl get` lists. Powers are "update, get ingresses named web": verbs, then resources. */
const canRead = ({ verb, resource, subresource, name }: AccessProbe, description?: Description): boolean => {
  if (subresource !== undefined) return false;
  const needed = name === undefined ? 'list' : 'get';
  if (verb === needed) return true;
  const powers = (description?.powers ?? []).map((power) => (power.split(' named ')[0] ?? '').split(/[\s,]+/));
  return powers.some((words) => words.includes(needed) && words.includes(resource));
};

const typeOf = ({ resource, group }: AccessProbe): string => (group === '' ? resource : `${resource}.${group}`);

const get = (probe: AccessProbe): string =>
  [
    'kubectl',
    ...(probe.namespace === undefined ? [] : ['-n', probe.namespace]),
    'get',
    typeOf(probe),
    ...(probe.name === undefined ? [] : [probe.name]),
  ].join(' ');

const canI = (probe: AccessProbe): string =>
  [
    'kubectl auth can-i',
    probe.verb,
    probe.name === undefined ? typeOf(probe) : `${typeOf(probe)}/${probe.name}`,
    ...(probe.subresource === undefined ? [] : [`--subresource=${probe.subresource}`]),
    ...(probe.namespace === undefined ? [] : ['-n', probe.namespace]),
  ].join(' ');
