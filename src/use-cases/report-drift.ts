import { ownersOf } from '#domain/content/owners.ts';
import { type Fact, factKey, writeFact } from '#domain/guard/agreed.ts';
import { writeEntry } from '#domain/guard/entry.ts';
import { essence } from '#domain/guard/fingerprint.ts';
import { type RequestId, requestIdFrom } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { type Manifest, sayTarget } from '#domain/plan.ts';
import type { Drift } from '#domain/request/events.ts';
import { levelOf } from '#domain/risk/assess.ts';
import { sayFinding } from '#domain/risk/finding.ts';
import { cut } from '#domain/text.ts';
import type { DriftPorts } from './drift-ports.ts';
import type { Drifted } from './drifted.ts';
import type { ClusterWriter } from './ports.ts';

/** Of an entry: a request holds no more. */
const mostEntry = 110_000;
const mostNamed = { owners: 5, dangers: 5, characters: 300 } as const;

/** Leaves for the bot that something is another than was agreed to, by no request. Of several workers one does. */
export const reportFound = async (ports: DriftPorts, cluster: ClusterWriter, drifted: Drifted): Promise<void> => {
  const { scope, target, live, agreed, after, fingerprint } = drifted;
  const id = requestIdFrom(ports.random(6));
  const told: Fact = { type: 'told', fingerprint, id, at: (await cluster.time()).epochMilliseconds };
  const key = factKey('told', target.name);
  const before = (await ports.agreed.all(scope)).get(key);
  const line = writeFact(scope, target.name, told, ports.signer);
  if (!(await ports.agreed.claim(scope, key, before, line))) return;
  const content = after && (essence(after, []) as Json);
  const text = writeEntry(
    {
      type: 'drifted',
      id,
      cluster: scope.cluster,
      profile: scope.profile,
      namespace: scope.namespace,
      name: target.name,
      operation: live === undefined ? 'create' : agreed === undefined ? 'delete' : 'update',
      ...(content === undefined ? {} : { after: content }),
      drift: await driftIn(ports, drifted),
    },
    ports.signer,
  );
  const isKnown = agreed === undefined || agreed.content !== undefined;
  if (isKnown && text.length <= mostEntry)
    return ports.leave(text).catch(async (cause: unknown) => {
      await ports.agreed.put(scope, { [key]: before });
      throw cause;
    });
  ports.alarm('A protected object was changed without a request, and is too long for a card', {
    cluster: scope.cluster,
    object: sayTarget(target),
    request: id,
  });
};

/** What was told is over, and nobody has to decide on it any more. */
export const reportOver = (ports: DriftPorts, id: RequestId, why: string): Promise<void> =>
  ports.leave(writeEntry({ type: 'drift-over', id, why }, ports.signer));

const driftIn = async ({ examiner }: DriftPorts, { scope, live, agreed, fingerprint }: Drifted): Promise<Drift> => {
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
    by: [...owners].slice(0, mostNamed.owners).map((one) => cut(one, mostNamed.characters)),
    dangers: dangers.slice(0, mostNamed.dangers).map((one) => cut(one, mostNamed.characters)),
    risk: levelOf(findings),
    ...(scope.sort.byAuthor === true ? { byAuthor: true as const } : {}),
  };
};
