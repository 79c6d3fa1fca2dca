import type { AccessProbe } from '#domain/plan.ts';
import { few } from '#domain/text.ts';
import type { ReachLine } from './radius.ts';

/** A right that is asked for, and whether it is held already. */
export type Reviewed = { readonly probe: AccessProbe; readonly held: boolean };

/** `ingresses.networking.k8s.io/web in shop`, without the verb. */
const objectOf = ({ resource, group, subresource, name, namespace }: AccessProbe): string => {
  const sort = [resource, group].filter((part) => part !== '').join('.');
  const path = [sort, subresource, name].filter((part) => part !== undefined).join('/');
  return `${path} ${namespace === undefined ? 'in the whole cluster' : `in ${namespace}`}`;
};

/** Which verbs on which objects somebody gets who does not have them now; and what they have already, for comparison. */
export const gainsOf = (reviewed: readonly Reviewed[]): readonly ReachLine[] => {
  const gains = reviewed.filter(({ held }) => !held);
  const had = reviewed.filter(({ held }) => held);
  return [
    ...say(gains).map((text): ReachLine => ({ change: 'opens', text: `Gains: ${text}` })),
    ...(had.length === 0
      ? []
      : [{ change: 'stays' as const, text: `Has already, and keeps afterwards: ${few(say(had), 3)}` }]),
  ];
};

const say = (reviewed: readonly Reviewed[]): readonly string[] =>
  [...Map.groupBy(reviewed, ({ probe }) => objectOf(probe))].map(
    ([object, rights]) => `${[...new Set(rights.map(({ probe }) => probe.verb))].join(', ')} ${object}`,
  );

/** The same for conditions of rules: one text for each right. */
export const rightsGained = (reviewed: readonly Reviewed[]): readonly string[] =>
  reviewed.filter(({ held }) => !held).map(({ probe }) => `${probe.verb} ${objectOf(probe)}`);
