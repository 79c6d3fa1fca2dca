import { z } from 'zod';
import { isJson } from '#domain/content/tree.ts';
import { requestId } from '#domain/ids.ts';
import { canonical, isSameJson, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import type { Digest } from '#domain/seal.ts';
import { essence } from './fingerprint.ts';

/** Where objects of one sort are looked at for what nobody asked for. */
export type Watched = { readonly cluster: string; readonly namespace: string; readonly profile: string };

/** Milliseconds since 1970. */
const time = z.int();

/** What workers write down of objects that are looked at, each for itself. */
const fact = z.discriminatedUnion('type', [
  /** They are looked at: an object that is not known was made since. */
  z.strictObject({ type: z.literal('watched'), since: time }),
  /** As an object was agreed to last, and since when. Its content is absent where that is too long to be kept. */
  z.strictObject({ type: z.literal('agreed'), at: time, mark: z.string(), content: z.custom<Json>(isJson).optional() }),
  /** Hallpass writes it itself until then, or was cut off at that. */
  z.strictObject({ type: z.literal('writing'), until: time }),
  /** Another state than that was found, and told under this id. */
  z.strictObject({ type: z.literal('told'), fingerprint: z.string(), id: requestId, at: time }),
]);
export type Fact = z.infer<typeof fact>;
export type FactType = Fact['type'];
export type Agreed = Extract<Fact, { type: 'agreed' }>;

/** No name of an object has a slash in it. */
const signs: Readonly<Record<FactType, string>> = { watched: '/', agreed: '', writing: '/writing/', told: '/told/' };

/** Under which key of its place a fact is kept; that of the place itself is of no object. */
export const factKey = (type: FactType, name: string): string => `${signs[type]}${type === 'watched' ? '' : name}`;

/** Which object the key of a fact is about. */
export const nameInKey = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

const signedFact = z.strictObject({ fact: z.custom<Json>(isJson), key: z.string(), signature: z.string() });

const textOf = ({ cluster, namespace, profile }: Watched, under: string, said: Json): string =>
  canonical({ use: 'hallpass.dev/agreed', cluster, namespace, profile, under, fact: said });

export const writeFact = (place: Watched, name: string, said: Fact, signer: Signer): string => {
  const plain = said as Json;
  const signature = signer.sign(textOf(place, factKey(said.type, name), plain));
  return JSON.stringify({ fact: plain, key: signer.key, signature });
};

/** Believes what a worker has signed for this very key. Undefined for anything else. */
export const readFact = (place: Watched, under: string, line: string, trust: Trust): Fact | undefined => {
  try {
    const read = signedFact.safeParse(JSON.parse(line)).data;
    const said = fact.safeParse(read?.fact).data;
    if (read === undefined || said === undefined || factKey(said.type, nameInKey(under)) !== under) return undefined;
    return trust.verify('worker', read.key, textOf(place, under, read.fact as Json), read.signature) ? said : undefined;
  } catch {
    return undefined;
  }
};

/** Characters of what is kept of one object: a request holds no more. */
const mostKept = 90_000;

/** An object as it is now, as what was agreed to. */
export const agreedTo = (live: Manifest, at: Temporal.Instant, digest: Digest): Agreed => {
  const content = essence(live, []) as Json;
  const text = canonical(content);
  return {
    type: 'agreed',
    at: at.epochMilliseconds,
    mark: digest(text),
    ...(text.length > mostKept ? {} : { content }),
  };
};

/** Whether an object is to the letter as it was agreed to. */
export const isToTheLetter = (live: Manifest, { mark }: Agreed, digest: Digest): boolean =>
  digest(canonical(essence(live, []) as Json)) === mark;

/** Whether what is different in an object makes no difference. Of one whose content was not kept nobody knows. */
export const isBesideThePoint = (live: Manifest, { content }: Agreed, ignore: readonly string[]): boolean =>
  content !== undefined && isSameJson(essence(live, ignore), essence(content as Manifest, ignore));

/** Whether only how many there are is different in a workload. */
export const isScaled = (live: Manifest, { content }: Agreed): boolean => {
  if (content === undefined || !live.apiVersion.startsWith('apps/')) return false;
  return isSameJson(withoutReplicas(essence(live, [])), withoutReplicas(essence(content as Manifest, [])));
};

const withoutReplicas = (object: Manifest): Json => {
  const { spec } = object;
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return object as Json;
  return { ...object, spec: { ...spec, replicas: undefined } } as Json;
};

/** What a put-back of an object that is gone makes: who owned it and who is to be asked before it goes is for those to say anew. */
export const asNew = ({ metadata, ...rest }: Manifest): Manifest => {
  const own = Object.entries(metadata).filter(([key]) => key !== 'ownerReferences' && key !== 'finalizers');
  return { ...rest, metadata: Object.fromEntries(own) } as Manifest;
};
