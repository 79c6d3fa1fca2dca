import { ownersOf } from '#domain/content/owners.ts';
import { factKey, type Told, writeFact } from '#domain/guard/agreed.ts';
import { writeEntry } from '#domain/guard/entry.ts';
import { essence } from '#domain/guard/fingerprint.ts';
import { stateMark } from '#domain/guard/state-mark.ts';
import { type RequestId, requestIdFrom } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { type Manifest, sayTarget } from '#domain/plan.ts';
import type { Drift } from '#domain/request/events.ts';
import { levelOf } from '#domain/risk/assess.ts';
import { sayFinding } from '#domain/risk/finding.ts';
import { cut } from '#domain/text.ts';
import type { DriftPorts } from './drift-ports.ts';
import { type Drifted, putBackOf } from './drifted.ts';
import { type ClusterWriter, isClusterRefusal } from './ports.ts';

/** Of an entry: a request holds no more. */
const mostEntry = 110_000;
const mostNamed = { owners: 5, dangers: 5, characters: 300 } as const;

/**
 * Leaves for the bot that something is another than was agreed to, by no request. Of several workers one does: `before` is what was
 * told of it until now.
 */
export const reportFound = async (
  ports: DriftPorts,
  cluster: ClusterWriter,
  drifted: Drifted,
  before: string | undefined,
): Promise<void> => {
  const { scope, target, agreed, difference } = drifted;
  const id = requestIdFrom(ports.random(6));
  const putBack = putBackOf(ports, drifted);
  const isPossible = await mayBePutBack(ports, cluster, drifted);
  const content = putBack.after && (essence(putBack.after, []) as Json);
  const text = writeEntry(
    {
      type: 'drifted',
      id,
      cluster: scope.cluster,
      profile: scope.profile,
      namespace: scope.namespace,
      name: target.name,
      operation: putBack.operation,
      from: drifted.from,
      to: drifted.to,
      ...(content === undefined ? {} : { after: content }),
      drift: await driftIn(ports, drifted, putBack),
    },
    ports.signer,
  );
  const told: Told = { type: 'told', difference, id, at: (await ports.clock.now()).epochMilliseconds };
  const key = factKey(told, target.name);
  if (!(await ports.agreed.claim(scope, key, before, writeFact(scope, target.name, told, ports.signer)))) return;
  const isKnown = agreed === undefined || agreed.content !== undefined;
  if (isKnown && isPossible && text.length <= mostEntry)
    return ports.leave(text).catch(async (cause: unknown) => {
      await ports.agreed.put(scope, { [key]: before });
      throw cause;
    });
  ports.alarm(isPossible ? tooLong : filledIn, { cluster: scope.cluster, object: sayTarget(target) });
};

const tooLong = 'A protected object was changed without a request, and is too long for a card';
const filledIn = 'A protected object is another than was agreed to, and the API server makes it so again by itself';

/** Where the API server, or a webhook, makes of what was agreed to what is there, nobody has changed anything. */
const mayBePutBack = async (
  ports: DriftPorts,
  cluster: ClusterWriter,
  { scope, live, agreed, to }: Drifted,
): Promise<boolean> => {
  const content = agreed?.content as Manifest | undefined;
  if (live === undefined || content === undefined || scope.sort.byAuthor === true) return true;
  const { labels: _, annotations: __, ...kept } = live.metadata;
  try {
    const back = { ...content, metadata: { ...kept, ...content.metadata } };
    const tried = await cluster.tryWrite(back, { manager: 'hallpass' });
    return tried.type !== 'written' || stateMark(tried.live, scope.protection, ports.trust.digest) !== to;
  } catch (cause) {
    if (isClusterRefusal(cause)) return true;
    throw cause;
  }
};

/** What was told is over, and nobody has to decide on it any more. */
export const reportOver = (ports: DriftPorts, id: RequestId, why: string): Promise<void> =>
  ports.leave(writeEntry({ type: 'drift-over', id, why }, ports.signer));

const driftIn = async (
  { examiner }: DriftPorts,
  { scope, live, agreed }: Drifted,
  { fingerprint, scales }: ReturnType<typeof putBackOf>,
): Promise<Drift> => {
  const before = agreed?.content as Manifest | undefined;
  const [{ edits }, findings] = await Promise.all([
    examiner.compare(before, live),
    examiner.findings([{ before, after: live }]),
  ]);
  const managed =
    live?.metadata && 'managedFields' in live.metadata ? (live.metadata.managedFields as Json) : undefined;
  const owners = new Set(edits.flatMap(({ path }) => ownersOf(managed, path)));
  const dangers = findings.filter(({ change }) => change === 'introduces').map((one) => sayFinding(one));
  return {
    what: live === undefined ? 'deleted' : agreed === undefined ? 'created' : 'changed',
    fingerprint,
    ignore: [...scope.protection.ignoreAnnotations],
    ...(scales ? { scales: true as const } : {}),
    by: [...owners].slice(0, mostNamed.owners).map((one) => cut(one, mostNamed.characters)),
    dangers: dangers.slice(0, mostNamed.dangers).map((one) => cut(one, mostNamed.characters)),
    risk: levelOf(findings),
    ...(scope.sort.byAuthor === true ? { byAuthor: true as const } : {}),
  };
};
