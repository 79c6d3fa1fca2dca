import { sayChanged } from '#domain/content/say-changed.ts';
import type { Target } from '#domain/plan.ts';
import { type ChangedPlace, type Difference, mostSummed, type NotCompared } from '#domain/request/summary.ts';
import { cut, oneLine } from '#domain/text.ts';
import { apiVersionOf } from '#kinds/kind.ts';
import { sayPlace } from './grant-scope.ts';
import { type Found, lookAtPlace, mostOfSort, type PlaceSeen } from './look-at-scope.ts';
import type { ClusterWriter, Examiner } from './ports.ts';
import type { Start } from './start-of-scope.ts';

/** What became of the objects in scope. Who did it nobody can say from that. */
export type Compared = {
  readonly compared: number;
  readonly objects: readonly Difference[];
  readonly notCompared: readonly NotCompared[];
};

/** Holds what is in scope now against how it stood when the grant began. Throws while the cluster does not answer. */
export const compareScope = async (
  cluster: ClusterWriter,
  examiner: Pick<Examiner, 'compare' | 'digest'>,
  { places, left }: Start,
): Promise<Compared> => {
  let compared = 0;
  const objects: Difference[] = [];
  const notCompared: NotCompared[] = [...left];
  for (const place of places) {
    const now = await lookAtPlace(cluster, place);
    if ('why' in now) {
      notCompared.push(now);
      continue;
    }
    const upTo = [place.upTo, now.upTo].filter((one) => one !== undefined).sort()[0];
    if (upTo !== undefined) notCompared.push(beyond(place));
    const pairs = pairsIn(place.objects, now, upTo);
    compared += pairs.length;
    for (const pair of pairs) {
      const found = await differenceIn(examiner, targetIn(place, pair.name), pair);
      if (found !== undefined) objects.push(found);
    }
  }
  return { compared, objects, notCompared };
};

type Before = Start['places'][number]['objects'][number];
type Pair = { readonly name: string; readonly before?: Before | undefined; readonly now?: Found | undefined };

const pairsIn = (before: readonly Before[], { objects }: PlaceSeen, upTo: string | undefined): readonly Pair[] => {
  const [was, is] = [before, objects].map((all) => new Set(all.map(({ name }) => name)));
  const names = [...new Set([...(was ?? []), ...(is ?? [])])].sort();
  return names
    .filter((name) => upTo === undefined || name <= upTo)
    .map((name) => ({
      name,
      before: before.find((one) => one.name === name),
      now: objects.find((one) => one.name === name),
    }));
};

const targetIn = ({ of, namespace }: Start['places'][number], name: string): Target => ({
  apiVersion: apiVersionOf(of),
  kind: of.kind,
  namespace,
  name,
});

const beyond = ({ of, namespace }: Start['places'][number]): NotCompared => ({
  what: sayPlace({ ...of, namespace }),
  why: `there are many; the first ${mostOfSort} by their names are compared`,
});

const differenceIn = async (
  examiner: Pick<Examiner, 'compare' | 'digest'>,
  target: Target,
  { before, now }: Pair,
): Promise<Difference | undefined> => {
  if (before === undefined) return { target, how: 'created', places: [] };
  if (now === undefined) return { target, how: 'deleted', places: [] };
  if ((await examiner.digest(now.state)) === before.mark)
    return now.uid === before.uid ? undefined : { target, how: 'replaced', places: [] };
  const how = now.uid === before.uid ? 'changed' : 'replaced';
  if (before.state === undefined) return { target, how, places: [] };
  const { edits } = await examiner.compare(before.state, now.state);
  const places = edits.slice(0, mostSummed.places).map((edit) => sayChanged(edit, target.kind));
  const more = edits.length - places.length;
  return { target, how, places, ...(more > 0 ? { morePlaces: more } : {}) };
};

/** What one entry of a log has room for; how much was left out is said. */
export const withinEntry = ({ objects, notCompared }: Compared) => {
  let room: number = mostSummed.characters;
  const fits = ({ path, before, now }: ChangedPlace): boolean => {
    room -= path.length + before.length + now.length;
    return room >= 0;
  };
  const told = objects.slice(0, mostSummed.objects).map((one): Difference => {
    const places = one.places.filter(fits);
    const more = (one.morePlaces ?? 0) + one.places.length - places.length;
    const { morePlaces: _, ...rest } = one;
    return { ...rest, places, ...(more > 0 ? { morePlaces: more } : {}) };
  });
  const left = objects.length - told.length;
  return {
    objects: told,
    ...(left > 0 ? { moreObjects: left } : {}),
    notCompared: notCompared
      .slice(0, mostSummed.notCompared)
      .map(({ what, why }) => ({ what: cut(oneLine(what), 300), why: cut(oneLine(why), 300) })),
  };
};
