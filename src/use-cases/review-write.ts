import { breaksGlass, changesNothing, fingerprintOf, letsGo, passMark } from '#domain/guard/fingerprint.ts';
import { isGoing, isOfNamespaces } from '#domain/guard/namespace.ts';
import { versionIn } from '#domain/guard/object-version.ts';
import { passName, readPass } from '#domain/guard/pass.ts';
import { mayScale, protectionOf, protectsIn } from '#domain/guard/protection.ts';
import { isOfSecret, veilWrite } from '#domain/guard/veil.ts';
import {
  sayAway,
  sayDryRun,
  sayNamespace,
  sayOrphans,
  sayPart,
  sayUnderGrant,
  sayUnjudged,
  sayUnnamed,
  sayUnveiled,
  sayWorse,
  sayWritten,
} from '#domain/guard/words.ts';
import { type Admission, admit, forbid, unready, type Write } from '#domain/guard/write.ts';
import type { RequestId } from '#domain/ids.ts';
import { ok } from '#domain/result.ts';
import { heldSorts } from '#kinds/kind.ts';
import { type Covering, coveringGrant, grantsOf, rememberDeleted } from './covering-grant.ts';
import type { GuardPorts } from './guard-ports.ts';
import { type Guarded, indexOf, replicasIn } from './guarded.ts';
import { type Standing, stands } from './held-standing.ts';
import { heldNamespace } from './hold-namespace.ts';
import { countAttempt, hold } from './hold-write.ts';
import { isOurs, markersBeside } from './home.ts';
import { noteMisuse, wouldEnd } from './note-misuse.ts';
import { noteUse } from './note-use.ts';

/**
 * Says whether a write goes through: what is not protected, changes nothing, was approved or is covered by a grant. Everything else
 * is held: filed for the bot, and refused for now. In doubt the answer is no; a dry run is answered and leaves nothing behind.
 */
export const reviewWrite = async (ports: GuardPorts, asked: Write): Promise<Admission> => {
  const { policy, kinds } = ports.settings();
  const cluster = ports.cluster.name;
  if (isOfNamespaces(asked)) return namespaceGoes(ports, asked);
  const sort = heldSorts(kinds).find(({ group, resource }) => group === asked.group && resource === asked.resource);
  const { namespace } = asked;
  if (sort === undefined || namespace === undefined || isOurs(ports.home, namespace)) return admit();
  const protection = protectionOf(policy.protect, { cluster, namespace, profile: sort.profile });
  if (protection === undefined) return admit();
  const what = sayWritten(asked);
  // From here on nobody has the values of a Secret.
  const veiled = isOfSecret(asked) ? veilWrite(cluster, asked, ports.mark) : ok(asked);
  if (!veiled.ok) return unless(asked, what, forbid(sayUnveiled(what, veiled.error)));
  const write = veiled.value;
  if (changesNothing(write, protection.ignoreAnnotations) || letsGo(write)) return admit();
  if (write.subresource !== undefined) {
    if (write.subresource === 'scale' && mayScale(protection, write.user)) return admit();
    if (replicasIn(write) === undefined) return unless(write, what, forbid(sayPart(what, write.subresource)));
  }
  if (write.orphans === true) return unless(write, what, forbid(sayOrphans(what)));
  if (isUnnamed(write)) return unless(write, what, forbid(sayUnnamed(what)));
  const fingerprint = fingerprintOf(cluster, write, protection.ignoreAnnotations, ports.trust.digest);
  const guarded = { write: { ...write, namespace }, sort, protection, fingerprint, what };
  return orUndecided(ports, write, async () => {
    if (await goesWithItsNamespace(ports, write)) return admit();
    return write.user === ports.worker ? byWorker(ports, guarded) : judge(ports, guarded);
  });
};

const orUndecided = async (ports: GuardPorts, write: Write, look: () => Promise<Admission>): Promise<Admission> => {
  try {
    return await look();
  } catch (cause) {
    ports.alarm('What is held could not be looked up; writes to protected objects are refused', {
      cause: String(cause),
    });
    return undecided(ports, write);
  }
};

/** What is answered where nothing could be looked up in time. */
export const undecided = (ports: Pick<GuardPorts, 'worker'>, write: Write): Admission => {
  const what = sayWritten(write);
  const answer = write.user === ports.worker ? unready(sayAway(what)) : forbid(sayAway(what));
  return { ...unless(write, what, answer), undecided: true };
};

/** Each attempt would have another name, so that none is the one that was approved. */
const isUnnamed = ({ operation, name, after }: Write): boolean =>
  name === '' || (operation === 'create' && after !== undefined && 'generateName' in after.metadata);

/** A dry run is never refused: some clients stop at that. It is told what would be. */
const unless = ({ dryRun }: Write, what: string, answer: Admission): Admission => {
  if (!dryRun || answer.allowed) return answer;
  return admit(sayDryRun(what, `refused: ${answer.message.replaceAll('\n', ' ').replace(/\.$/, '')}`));
};

/** What goes already is not asked about again. No grant covers it, and the worker has no pass for it: it is asked for, or refused. */
const namespaceGoes = async (ports: GuardPorts, write: Write): Promise<Admission> => {
  const { name: namespace, before } = write;
  const place = { cluster: ports.cluster.name, namespace };
  if (write.operation !== 'delete' || !protectsIn(ports.settings().policy.protect, place)) return admit();
  if (before !== undefined && isGoing(before)) return admit();
  const guarded = heldNamespace(ports, write);
  const what = sayWritten(write);
  if (guarded === undefined) return unless(write, what, forbid(sayNamespace(namespace)));
  if (write.orphans === true) return unless(write, what, forbid(sayOrphans(what)));
  return orUndecided(ports, write, () => judge(ports, guarded));
};

const namespaceController = 'system:serviceaccount:kube-system:namespace-controller';

/** What is in a namespace that is being deleted goes with it; its deletion was let through before. */
const goesWithItsNamespace = async ({ cluster }: GuardPorts, { operation, user, namespace = '' }: Write) => {
  if (operation !== 'delete' || user !== namespaceController) return false;
  return (await cluster.namespace(namespace))?.terminating === true;
};

/** The worker is let through by no name: it shows a pass for this very write. */
const byWorker = async (ports: GuardPorts, { write, what }: Guarded): Promise<Admission> => {
  if (write.dryRun) return admit();
  const { cluster, trust, home } = ports;
  const fingerprint = passMark(cluster.name, write, trust.digest);
  const object = await cluster.own(markersBeside(home), passName(fingerprint));
  const pass = object && readPass(cluster.name, object, trust);
  // Not by Redis: what has to be taken back is let through while that is away.
  const now = await cluster.time();
  const isGood = pass?.fingerprint === fingerprint && Temporal.Instant.compare(now, pass.until) < 0;
  return isGood ? admit() : unready(`Hallpass itself shows no pass for this write to ${what}.`);
};

const judge = async (ports: GuardPorts, guarded: Guarded): Promise<Admission> => {
  const { write, what } = guarded;
  // The same for everybody and every value: it leaves nothing behind, so that nobody would see values being tried.
  if (write.dryRun && isOfSecret(write)) return admit(sayDryRun(what, wouldBe(undefined, undefined)));
  const again = justRefused(ports, guarded);
  if (again !== undefined) return again;
  const [known, grants] = await Promise.all([ports.held.find(indexOf(ports, guarded)), grantsOf(ports, write.user)]);
  const standing = known === undefined ? undefined : await stands(ports, guarded, known);
  if (standing?.answer.allowed === true) return standing.answer;
  const covering = guarded.sort.namespaced ? await coveringGrant(ports, guarded, grants) : undefined;
  if (covering?.type === 'covers') {
    if (!write.dryRun) rememberDeleted(ports, guarded, covering);
    if (!write.dryRun) await noteUse(ports, guarded, covering);
    return admit(sayUnderGrant(covering.chain.request.asked.id));
  }
  if (write.dryRun) return admit(sayDryRun(what, `${wouldBe(known?.id, standing)}${sayLost(guarded, covering)}`));
  const worse = covering === undefined ? '' : await sayBeyond(ports, guarded, covering);
  if (standing !== undefined && breaksGlass(write) === undefined) {
    countAttempt(ports, guarded);
    return remembered(ports, guarded, standing, preceded(worse, standing.answer));
  }
  return preceded(worse, await hold(ports, guarded, known?.id));
};

/** What its author reads before all else, where a grant of theirs does not go so far. */
const sayBeyond = async (ports: GuardPorts, guarded: Guarded, beyond: Covering): Promise<string> => {
  const { id } = beyond.chain.request.asked;
  if (beyond.type === 'unjudged') return `${sayUnjudged(id)}\n`;
  return `${sayWorse(id, beyond.risk, beyond.type === 'lost' || (await noteMisuse(ports, guarded, beyond)))}\n`;
};

/** What a dry run leaves alone, and the write would not. */
const sayLost = (guarded: Guarded, worse: Covering | undefined): string =>
  worse === undefined || !wouldEnd(guarded, worse)
    ? ''
    : `, and would end your access by request ${worse.chain.request.asked.id}`;

/**
 * The same write of the same user to the same state of the object: what is made up is not told what the API server is. Neither a dry
 * run nor one that breaks glass is told what others are.
 */
const nameOf = ({ write, fingerprint }: Guarded): string | undefined => {
  if (write.dryRun || breaksGlass(write) !== undefined) return undefined;
  const at = write.before && versionIn(write.before);
  return `${fingerprint} ${at?.uid ?? ''} ${at?.version ?? ''} ${write.user}`;
};

const justRefused = ({ recent, settings }: GuardPorts, guarded: Guarded): Admission | undefined => {
  const name = recent && nameOf(guarded);
  return name === undefined ? undefined : recent?.of(name, settings().policy);
};

/** What the bot has not taken in yet is looked up again: then there is more to say. */
const remembered = (ports: GuardPorts, guarded: Guarded, { isKnown }: Standing, answer: Admission): Admission => {
  const name = nameOf(guarded);
  if (isKnown && name !== undefined && !answer.allowed) ports.recent?.refuse(name, ports.settings().policy, answer);
  return answer;
};

const wouldBe = (id: RequestId | undefined, standing: Standing | undefined): string =>
  id === undefined || standing === undefined ? 'held until somebody agrees' : `refused, as request ${id}`;

const preceded = (by: string, answer: Admission): Admission =>
  answer.allowed ? answer : { ...answer, message: `${by}${answer.message}` };
