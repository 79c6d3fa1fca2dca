import { writerMark } from '#domain/guard/fingerprint.ts';
import { isOfNamespaces } from '#domain/guard/namespace.ts';
import {
  sayApplying,
  sayDenied,
  sayFiled,
  sayLetThrough,
  sayOfOther,
  sayPending,
  sayRefused,
} from '#domain/guard/words.ts';
import { type Admission, admit, forbid, type Write } from '#domain/guard/write.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { GuardPorts, Said } from './guard-ports.ts';
import type { Guarded } from './guarded.ts';
import { markersBeside } from './home.ts';
import { isUnused } from './is-unused.ts';
import { latest } from './latest-time.ts';
import { markerName } from './marker.ts';
import { find } from './request-log.ts';

/** `isKnown`: the bot has taken it in, or refused it. */
export type Standing = { readonly answer: Admission; readonly isKnown: boolean };

/** So many requests that a write was known as one after the other are looked at. */
const mostBefore = 5;

/** What the log says of a write that was filed before; undefined where it is to be filed anew. */
export const stands = async (
  ports: GuardPorts,
  guarded: Guarded,
  { id, said }: { readonly id: RequestId; readonly said?: Said },
  before = mostBefore,
): Promise<Standing | undefined> => {
  const { write, fingerprint, what } = guarded;
  const found = await find(ports, id);
  const mark = writerMark(fingerprint, write.user, ports.trust.digest);
  if (found.type === 'absent') return unfiled(what, id, said, mark);
  if (found.type === 'broken') return undefined;
  const { request } = found.chain;
  const { held } = request.asked;
  // The index is only a hint: anybody who writes into Redis could have written it. And the guard of another cluster may have signed any
  // fingerprint: who agreed there did not agree to anything here.
  if (held?.fingerprint !== fingerprint || request.asked.cluster !== ports.cluster.name) return undefined;
  const isTheirs = mark === held.by;
  const { state } = request;
  const known = (answer: Admission): Standing => ({ answer, isKnown: true });
  // A review that was made up has this one filed, and takes nothing from an approval that was there.
  const earlier = async (): Promise<Standing | undefined> => {
    if (held.earlier === undefined || before === 0) return undefined;
    const standing = await stands(ports, guarded, { id: held.earlier }, before - 1);
    return standing?.answer.allowed === true ? standing : undefined;
  };
  switch (state.status) {
    case 'pending':
      return (await earlier()) ?? known(forbid(sayPending(what, request, said?.where)));
    case 'denied':
      return known(forbid(sayDenied(what, request, said?.where)));
    case 'approved':
      if (state.ending !== undefined) return undefined;
      if (!isTheirs) return known(forbid(sayOfOther(what, request)));
      if (state.confirmed !== undefined) return known(forbid(sayApplying(what, request)));
      return (await isStillGood(ports, found.chain, write)) ? known(admit(sayLetThrough(id))) : undefined;
    case 'withdrawn':
    case 'timed-out':
      return earlier();
    case 'active':
    case 'completed':
    case 'revoked':
    case 'lapsed':
    case 'failed':
      return undefined;
  }
};

/** The bot has yet to take it in, or made no request of it; of somebody else's write it may. */
const unfiled = (what: string, id: RequestId, said: Said | undefined, mark: string): Standing | undefined => {
  if (said?.refused === undefined) return { answer: forbid(sayFiled(what, id, said?.where)), isKnown: false };
  return said.by === mark ? { answer: forbid(sayRefused(what, said.refused)), isKnown: true } : undefined;
};

/** In time, and not used before: an old log, restored, finds the closed marker. */
const isStillGood = async (ports: GuardPorts, { request: { asked, state } }: Chain, write: Write): Promise<boolean> => {
  const { cluster, home } = ports;
  if (state.status !== 'approved') return false;
  // The uid of a namespace is deleted once.
  const isAsked = write.dryRun || isOfNamespaces(write);
  if ((await cluster.own(markersBeside(home), markerName(asked))) !== undefined) return false;
  // The answer has just said the cluster's time.
  if (Temporal.Instant.compare(await latest(ports), state.applyBy) > 0) return false;
  // Last: this remembers what is let through, and nothing that could not be looked up or was refused.
  return isAsked || isUnused(ports, { id: asked.id, from: asked.held?.from }, write);
};
