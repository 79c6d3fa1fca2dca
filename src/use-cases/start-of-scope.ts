import { z } from 'zod';
import { isJson } from '#domain/content/tree.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import { instant } from '#domain/request/instant.ts';
import type { Asked } from '#domain/request/request.ts';
import { scopeOf } from './grant-scope.ts';
import { type Found, lookAtPlace } from './look-at-scope.ts';
import type { WorkerPorts } from './ports.ts';

const manifest = z.custom<Manifest>((value) => typeof value === 'object' && value !== null && 'metadata' in value);

const start = z.strictObject({
  schema: z.literal(1),
  at: instant,
  places: z.array(
    z.strictObject({
      of: z.strictObject({
        group: z.string(),
        version: z.string(),
        resource: z.string(),
        kind: z.string(),
        namespaced: z.boolean(),
      }),
      namespace: z.string(),
      names: z.array(z.string()).optional(),
      upTo: z.string().optional(),
      objects: z.array(
        z.strictObject({
          name: z.string(),
          uid: z.string(),
          /** Digest of its state. */
          mark: z.string(),
          /** Absent for what was too large to be kept. */
          state: manifest.optional(),
        }),
      ),
    }),
  ),
  left: z.array(z.strictObject({ what: z.string(), why: z.string() })),
});
/** How the objects in a grant's scope stood shortly after it began. */
export type Start = z.infer<typeof start>;

/** Characters of one object, of all of them, and of what is kept when it is closed. */
const most = { object: 100_000, all: 1_000_000, closed: 300_000 } as const;
/** Kept for so much longer than the grant may last: a worker may be away when it ends. Seconds. */
const spare = 2 * 86_400;

type Summed = Pick<WorkerPorts, 'clusters' | 'settings' | 'clock' | 'examiner' | 'vault' | 'summing' | 'trust'>;

/** Binds what is kept to its grant: copied to another one it cannot be opened. */
const about = ({ cluster, id, revision, seal }: Asked): string =>
  ['hallpass.dev/scope', cluster, id, String(revision), seal].join(' ');

/** Looks at what is in scope of a grant that has begun, and keeps it for its end. */
export const keepStart = async (
  ports: Summed,
  asked: Asked,
  { rights = [], expiresAt }: Pick<Extract<RequestEvent, { type: 'activated' }>, 'rights' | 'expiresAt'>,
): Promise<void> => {
  const cluster = ports.clusters.get(asked.cluster);
  if (cluster === undefined || rights.length === 0) return;
  const { places, left } = scopeOf(ports.settings().kinds, rights);
  const at = await ports.clock.now();
  const seen: Start['places'] = [];
  const unseen: Start['left'] = [...left];
  for (const { of, namespace, names } of places) {
    const found = await lookAtPlace(cluster, { of, namespace, names });
    if ('why' in found) unseen.push(found);
    else {
      const { objects, upTo } = found;
      const bounds = { ...(names === undefined ? {} : { names: [...names] }), ...(upTo === undefined ? {} : { upTo }) };
      seen.push({ of, namespace, ...bounds, objects: await Promise.all(objects.map((one) => kept(ports, one))) });
    }
  }
  const said: Start = { schema: 1, at, places: withinRoom(seen), left: unseen };
  const seconds = Math.max(0, Math.ceil(expiresAt.since(at).total('seconds'))) + spare;
  await ports.summing.keep(asked.id, await closed(ports, asked, said), seconds);
};

type Kept = Start['places'][number]['objects'][number];

const kept = async ({ examiner }: Summed, { name, uid, state }: Found): Promise<Kept> => {
  const isLarge = JSON.stringify(state).length > most.object;
  return { name, uid, mark: await examiner.digest(state), ...(isLarge ? {} : { state }) };
};

/** Of what there is no room for only the digest is kept: that it changed is known then, and not where. */
const withinRoom = (places: Start['places']): Start['places'] => {
  let room = most.all;
  return places.map((place) => ({
    ...place,
    objects: place.objects.map(({ state, ...rest }) => {
      room -= state === undefined ? 0 : JSON.stringify(state).length;
      return state === undefined || room < 0 ? rest : { ...rest, state };
    }),
  }));
};

const closed = async ({ vault }: Summed, asked: Asked, said: Start): Promise<string> => {
  const whole = await vault.close(textOf(said), about(asked));
  if (whole.length <= most.closed) return whole;
  const places = said.places.map((place) => ({
    ...place,
    objects: place.objects.map(({ state: _, ...rest }) => rest),
  }));
  return vault.close(textOf({ ...said, places }), about(asked));
};

const textOf = (said: Start): string => JSON.stringify(start.encode(said));

/** What was kept; undefined where it is lost, or is not what a worker has kept for this grant. */
export const readStart = async ({ vault, summing }: Summed, asked: Asked): Promise<Start | undefined> => {
  const text = await summing.read(asked.id);
  const opened = text === undefined ? undefined : await vault.open(text, about(asked));
  return opened === undefined ? undefined : start.safeParse(parse(opened)).data;
};

const parse = (text: string): Json | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
};
