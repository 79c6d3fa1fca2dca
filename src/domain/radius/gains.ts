import type { AccessProbe } from '#domain/plan.ts';
import { few } from '#domain/text.ts';
import type { ReachLine } from './radius.ts';

/** A right that is asked for, and whether it is held already. */
export type Reviewed = { readonly probe: AccessProbe; readonly held: boolean };

/** `ingresses.networking.k8s.io/web`. */
const objectOf = ({ resource, group, subresource, name }: AccessProbe): string => {
  const sort = [resource, group].filter((part) => part !== '').join('.');
  return [sort, subresource, name].filter((part) => part !== undefined).join('/');
};

const placeOf = ({ namespace }: AccessProbe): string =>
  namespace === undefined ? 'in the whole cluster' : `in ${namespace}`;

/**
 * Which verbs on which objects somebody gets who does not have them now. The card lists all that is asked for: said is the shorter
 * of what is new in it and what is not.
 */
export const gainsOf = (reviewed: readonly Reviewed[]): readonly ReachLine[] => {
  const gains = reviewed.filter(({ held }) => !held);
  const had = reviewed.filter(({ held }) => held);
  if (gains.length === 0) return [];
  if (had.length === 0) return [opens('All of it is new to them: they hold none of it now')];
  const [fresh, held] = [say(gains), say(had)];
  return fresh.length <= held.length
    ? [...fresh.map((text) => opens(`Gains ${text}`)), stays('Holds all the rest of it already, and keeps it')]
    : [
        opens('All of it is new to them, but for what follows'),
        ...held.map((text) => stays(`Holds already, and keeps: ${text}`)),
      ];
};

const opens = (text: string): ReachLine => ({ change: 'opens', text });
const stays = (text: string): ReachLine => ({ change: 'stays', text });

/** So many sorts of objects are named for the same verbs in the same place. */
const mostNamed = 6;

const say = (reviewed: readonly Reviewed[]): readonly string[] => {
  const byObject = Map.groupBy(reviewed, ({ probe }) => `${objectOf(probe)} ${placeOf(probe)}`);
  const lines = [...byObject.values()].flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : [
          {
            verbs: [...new Set([first, ...more].map(({ probe }) => probe.verb))].join(', '),
            object: objectOf(first.probe),
            place: placeOf(first.probe),
          },
        ],
  );
  return [...Map.groupBy(lines, ({ verbs, place }) => `${verbs} ${place}`).values()].flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : [
          `${first.verbs} ${few(
            [first, ...more].map(({ object }) => object),
            mostNamed,
          )} ${first.place}`,
        ],
  );
};

/** The same for conditions of rules: one text for each right. */
export const rightsGained = (reviewed: readonly Reviewed[]): readonly string[] =>
  reviewed.filter(({ held }) => !held).map(({ probe }) => `${probe.verb} ${objectOf(probe)} ${placeOf(probe)}`);
