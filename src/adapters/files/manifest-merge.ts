import { isScalar, type ParsedNode } from 'yaml';
import { isList } from '#domain/content/tree.ts';
import type { Json } from '#domain/json.ts';
import { cut, oneLine } from '#domain/text.ts';

/** Where each key of a map, and each item of a list, stands in the text. */
export type Offsets = Map<string | number, number>;

/** A map as far as it is read; `merged` are the keys of it that a merge key has brought. */
export type Unfinished = {
  readonly members: Map<string, Json>;
  readonly offsets: Offsets;
  readonly merged: Set<string>;
};

const mergeTag = 'tag:yaml.org,2002:merge';

/** `<<`, not quoted: what it has for a value is brought into the map. */
export const isMergeKey = (key: ParsedNode): boolean =>
  isScalar(key) && key.value === '<<' && (key.tag === mergeTag || (key.tag === undefined && key.type === 'PLAIN'));

/**
 * Brings a map, or a list of maps, into another. What is written out there wins, and the first of a list over the later ones. Says
 * what is wrong; `offsetOf` knows where a key of a source stands.
 */
export const mergeInto = (
  { members, offsets, merged }: Unfinished,
  source: Json,
  offsetOf: (map: object, key: string) => number,
): readonly string[] =>
  (isList(source) ? source : [source]).flatMap((one) => {
    if (typeof one !== 'object' || one === null || isList(one)) return ['the key "<<" wants a map, or a list of maps.'];
    const wrong: string[] = [];
    for (const [name, value = null] of Object.entries(one)) {
      if (merged.has(name)) continue;
      // Programs differ in which of the two they take: that of Go before version 3 takes the later one.
      if (members.has(name))
        wrong.push(`"<<" brings the key "${cut(oneLine(name), 80)}", which stands above it. Write "<<" first.`);
      else {
        merged.add(name);
        members.set(name, value);
        offsets.set(name, offsetOf(one, name));
      }
    }
    return wrong;
  });
