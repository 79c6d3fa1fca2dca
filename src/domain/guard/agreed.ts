import { z } from 'zod';
import { isJson } from '#domain/content/tree.ts';
import { requestId } from '#domain/ids.ts';
import { canonical, type Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import type { Digest } from '#domain/seal.ts';
import { essence, finalizersOf } from './fingerprint.ts';
import type { Protection } from './protection.ts';
import { stateMark } from './state-mark.ts';

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
  /** Hallpass itself makes the one state (`stateMark`) of the other, about now. */
  z.strictObject({ type: z.literal('wrote'), at: time, from: z.string(), to: z.string() }),
  /** Another state than was agreed to was found, and told under this id; `difference` names both. */
  z.strictObject({ type: z.literal('told'), difference: z.string(), id: requestId, at: time }),
]);
export type Fact = z.infer<typeof fact>;
export type Agreed = Extract<Fact, { type: 'agreed' }>;
export type Wrote = Extract<Fact, { type: 'wrote' }>;
export type Told = Extract<Fact, { type: 'told' }>;

/** Under which key of its place a fact is kept: no name of an object has a slash in it, and that of the place is of no object. */
export const factKey = (
  said: { readonly type: 'agreed' | 'told' | 'watched' } | Pick<Wrote, 'type' | 'at' | 'to'>,
  name = '',
): string => {
  switch (said.type) {
    case 'watched':
      return '/';
    case 'agreed':
      return name;
    case 'told':
      return `/told/${name}`;
    case 'wrote':
      return `/wrote/${said.at}-${said.to.slice(0, 8)}/${name}`;
  }
};

/** Which object the key of a fact is about. */
export const nameInKey = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

const signedFact = z.strictObject({ fact: z.custom<Json>(isJson), key: z.string(), signature: z.string() });

const textOf = ({ cluster, namespace, profile }: Watched, under: string, said: Json): string =>
  canonical({ use: 'hallpass.dev/agreed', cluster, namespace, profile, under, fact: said });

export const writeFact = (place: Watched, name: string, said: Fact, signer: Signer): string => {
  const plain = said as Json;
  const signature = signer.sign(textOf(place, factKey(said, name), plain));
  return JSON.stringify({ fact: plain, key: signer.key, signature });
};

/** Believes what a worker has signed for this very key. Undefined for anything else. */
export const readFact = (place: Watched, under: string, line: string, trust: Trust): Fact | undefined => {
  try {
    const read = signedFact.safeParse(JSON.parse(line)).data;
    const said = fact.safeParse(read?.fact).data;
    if (read === undefined || said === undefined || factKey(said, nameInKey(under)) !== under) return undefined;
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
  const kept = text.length > mostKept ? {} : { content };
  return { type: 'agreed', at: at.epochMilliseconds, mark: digest(text), ...kept };
};

/** Whether an object is to the letter as it was agreed to. */
export const isToTheLetter = (live: Manifest, { mark }: Agreed, digest: Digest): boolean =>
  digest(canonical(essence(live, []) as Json)) === mark;

/** As `stateMark`; of what is too long to be kept there is only one for the whole of it. */
export const markOf = (agreed: Agreed | undefined, protection: Protection, digest: Digest): string => {
  if (agreed === undefined) return stateMark(undefined, protection, digest);
  return agreed.content === undefined ? agreed.mark : stateMark(agreed.content as Manifest, protection, digest);
};

/** What a put-back of an object that is gone makes: who owned it and who is to be asked before it goes is for those to say anew. */
export const asNew = ({ metadata, ...rest }: Manifest): Manifest => {
  const own = Object.entries(metadata).filter(([key]) => key !== 'ownerReferences' && key !== 'finalizers');
  return { ...rest, metadata: Object.fromEntries(own) } as Manifest;
};

/** Whether an object goes, and nothing else is different about it: what becomes of it is known when it is gone. */
export const isOnlyGoing = (
  live: Manifest,
  agreed: Agreed | undefined,
  protection: Protection,
  digest: Digest,
): boolean => {
  if (!('deletionTimestamp' in live.metadata) || agreed?.content === undefined) return false;
  const before = agreed.content as Manifest;
  // Whoever has to be asked before it goes may let go one by one.
  const isAsked = finalizersOf(live).every((one) => one === 'foregroundDeletion' || finalizersOf(before).includes(one));
  return isAsked && stateMark(asNew(live), protection, digest) === stateMark(asNew(before), protection, digest);
};
