import { type GuardEntry, type Intent, writeEntry } from '#domain/guard/entry.ts';
import {
  besideIndex,
  breaksGlass,
  essence,
  glassIndex,
  intentPrefix,
  noteIn,
  writerMark,
} from '#domain/guard/fingerprint.ts';
import { type Protection, writerOf } from '#domain/guard/protection.ts';
import { sayFiled, sayFlood, sayTooLarge } from '#domain/guard/words.ts';
import { type Admission, forbid, type Write } from '#domain/guard/write.ts';
import { type RequestId, requestIdFrom } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { GuardPorts } from './guard-ports.ts';
import { type Guarded, indexOf, replicasIn } from './guarded.ts';
import { stands } from './held-standing.ts';
import { knownUser } from './known-users.ts';
import { find } from './request-log.ts';

/** Characters of what is filed: a request holds no more, and the store is not for files. */
const mostEntry = 110_000;

/**
 * So long (milliseconds) a first attempt waits for the bot, so that it can say where to look; and one that breaks glass, so that it is
 * let through at once.
 */
const patience = { usual: 240, breaking: 600, step: 20 } as const;

/** Files a write for the bot, and refuses it for now; waits a moment for what there is to say of it. */
export const hold = async (ports: GuardPorts, guarded: Guarded, known: RequestId | undefined): Promise<Admission> => {
  const { write, what, protection } = guarded;
  const isBreaking = breaksGlass(write) !== undefined;
  const author = accountOf(ports, protection, write.user);
  // Before anything is made of it that takes time; whoever breaks glass is looked at each time.
  const flood = isBreaking ? undefined : ports.recent?.flood(author);
  if (flood !== undefined) return forbid(sayFlood(what, flood));
  const id = requestIdFrom(ports.random(6));
  const earlier = isBreaking || known === undefined ? undefined : await approvedAs(ports, known);
  const entry = writeEntry(entryOf(ports, guarded, id, earlier), ports.signer);
  if (entry.length > mostEntry) return forbid(sayTooLarge(what, entry.length));
  const index = isBreaking ? await breakingIndex(ports, guarded) : besideOf(indexOf(ports, guarded), known, earlier);
  const filed = await ports.held.file({ ...index, id, author, entry });
  if (filed.type === 'flood') {
    ports.recent?.overflow(filed.of, author);
    if (filed.isNew) tellFlood(ports, write, filed.of === 'all' ? 'all together' : author);
    return forbid(sayFlood(what, filed.of));
  }
  countAttempt(ports, guarded);
  const filedAs = filed.type === 'held' ? filed.id : id;
  const total = isBreaking ? patience.breaking : patience.usual;
  for (let waited = 0; waited < total; waited += patience.step) {
    await ports.pause(patience.step);
    const said = await ports.held.said(filedAs);
    const standing = await stands(ports, guarded, { id: filedAs, ...(said && { said }) });
    if (standing?.isKnown === true) return standing.answer;
  }
  return forbid(sayFiled(what, filedAs));
};

/** As what a write is approved that is known as this and not let through: it may have come in a way that it was not written in. */
const approvedAs = async (ports: GuardPorts, known: RequestId): Promise<RequestId | undefined> => {
  const found = await find(ports, known);
  if (found.type !== 'found') return undefined;
  const { asked, state } = found.chain.request;
  if (state.status !== 'approved') return asked.held?.earlier;
  return state.ending === undefined ? known : undefined;
};

/** What is approved keeps its place: whoever posts what is made up takes it from nobody. */
const besideOf = (fingerprint: string, known: RequestId | undefined, approved: RequestId | undefined) => ({
  fingerprint: approved === undefined ? fingerprint : besideIndex(fingerprint, approved),
  instead: known,
});

/** Whoever is refused does not wait for it. */
export const countAttempt = (ports: GuardPorts, guarded: Guarded): void =>
  void ports.held.tried(indexOf(ports, guarded), guarded.write.user).catch((cause: unknown) => {
    ports.alarm('An attempt at what is held could not be counted', { of: guarded.what, cause: String(cause) });
  });

const tellFlood = ({ alarm, cluster }: GuardPorts, { user, namespace }: Write, of: string): void =>
  alarm('More direct writes to protected objects come than are taken in. The rest is refused, and this is said once', {
    cluster: cluster.name,
    of,
    last: `${user}, in ${namespace}`,
  });

const breakingIndex = async (ports: GuardPorts, guarded: Guarded) => {
  const mark = writerMark(guarded.fingerprint, guarded.write.user, ports.trust.digest);
  const index = glassIndex(guarded.fingerprint, mark);
  const before = await ports.held.find(index);
  const isOver = before !== undefined && (await stands(ports, guarded, before)) === undefined;
  return { fingerprint: index, instead: isOver ? before.id : undefined };
};

/** On whose account it is filed: all users of one line of writers are one, and so are all whom nobody knows. */
const accountOf = ({ settings }: GuardPorts, protection: Protection, user: string): string => {
  if (knownUser(settings().identities, user) !== undefined) return `user ${user}`;
  const writer = writerOf(protection, user);
  return writer === undefined ? 'users whom nobody knows' : `writer ${protection.name} ${writer.user}`;
};

const entryOf = (
  ports: GuardPorts,
  { write, sort, protection, fingerprint }: Guarded,
  id: RequestId,
  earlier: RequestId | undefined,
): GuardEntry => {
  const { after } = write;
  const why = breaksGlass(write);
  const replicas = replicasIn(write);
  return {
    type: 'held',
    id,
    cluster: ports.cluster.name,
    fingerprint,
    user: write.user,
    operation: write.operation,
    profile: sort.profile,
    protection: protection.name,
    namespace: write.namespace,
    name: write.name,
    intent: intentOf(write),
    ...(earlier === undefined ? {} : { earlier }),
    ...(why === undefined ? {} : { breakGlass: why.slice(0, mostReason) }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(after === undefined || replicas !== undefined ? {} : { after: essence(after, []) as Json as never }),
  };
};

const most = 500;
/** Of a request. */
const mostReason = 1_000;

/** Why it is made, as the write itself says. */
const intentOf = ({ before, after }: Write): Intent => {
  const said = (key: string): string | undefined => {
    const text = noteIn(after, key);
    // What an earlier write has left is not said by this one.
    return text === '' || text === noteIn(before, key) ? undefined : text.slice(0, most);
  };
  const intent = {
    reason: said(`${intentPrefix}reason`) ?? said('kubernetes.io/change-cause'),
    ticket: said(`${intentPrefix}ticket`),
    commit: said(`${intentPrefix}commit`),
    pipeline: said(`${intentPrefix}pipeline`),
  };
  return Object.fromEntries(Object.entries(intent).filter(([, text]) => text !== undefined));
};
