import type { Edit, Plan, Target } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Look, PlanContext, Seen } from '#kinds/kind.ts';
import { sayName } from '#kinds/names.ts';
import type { Ask } from './ask.ts';
import { type Owner, type Pod, podSort, readPod } from './pods.ts';
import { hasLong, sayGoing, sayOwner, sayPod, sayPods } from './say.ts';

const targetOf = (namespace: string, name: string): Target => ({ apiVersion: 'v1', kind: 'Pod', namespace, name });

/** Each of the pods, and all of the namespace, for those that are left of the same owner. */
export const looksFor = ({ pods }: Ask, namespace: string): readonly Look[] => [
  { type: 'list', of: podSort, namespace },
  ...pods.map((name) => ({ type: 'object' as const, target: targetOf(namespace, name), onlyToLook: true as const })),
];

/** Deletes those pods that can be meant, and says what becomes of each. */
export const planDeletion = (asked: Ask, context: PlanContext): Result<Plan, string> => {
  const { namespace } = context;
  const sight = readSight(asked, context.seen);
  if (!sight.ok) return sight;
  const ends: Pod[] = [];
  const spared: string[] = [];
  for (const [index, name] of asked.pods.entries()) {
    const pod = sight.value.named[index];
    const why = whySpared(asked, name, pod, namespace);
    if (why === undefined && pod !== undefined) ends.push(pod);
    else if (why !== undefined) spared.push(why);
  }
  const [first] = spared;
  if (first !== undefined && asked.madeBefore === undefined) return err(first);
  if (ends.length === 0) return err(`${sayNothing(sight.value.named)} ${spared.join(' ')}`);
  const left = leftOf(ends, sight.value.all);
  return ok({
    create: [],
    edits: ends.map(({ name }): Edit => ({ op: 'delete', target: targetOf(namespace, name) })),
    notes: [...ends.map(sayPod), ...left.map(sayLeft), ...spared],
    cautions: [...forGood(ends), ...left.flatMap(lastReady)],
    probes: [],
    proofs: [],
  });
};

/** In one that has begun to end all goes on for as long as it has. */
const sayNothing = (named: Sight['named']): string =>
  named.some((pod) => pod?.isGoing === true && hasLong(pod))
    ? 'Nothing is left to be deleted.'
    : 'Nothing is open in these pods any more.';

type Sight = { readonly all: readonly Pod[]; readonly named: readonly (Pod | undefined)[] };

/** What cannot be read is not guessed at. */
const readSight = ({ pods }: Ask, [all = [], ...named]: Seen): Result<Sight, string> => {
  const there: Pod[] = [];
  for (const manifest of all) {
    const pod = readPod(manifest);
    if (!pod.ok) return pod;
    there.push(pod.value);
  }
  const meant: (Pod | undefined)[] = [];
  for (const [index] of pods.entries()) {
    const [manifest] = named[index] ?? [];
    const pod = manifest === undefined ? undefined : readPod(manifest);
    if (pod?.ok === false) return pod;
    meant.push(pod?.value);
  }
  return ok({ all: there, named: meant });
};

/** Why a pod is not deleted; undefined for one that is. */
const whySpared = ({ madeBefore }: Ask, name: string, pod: Pod | undefined, namespace: string): string | undefined => {
  const said = sayName(name);
  const isOfBefore = madeBefore !== undefined;
  if (pod === undefined)
    return isOfBefore
      ? `Pod ${said} is gone.`
      : `There is no pod ${said} in ${namespace}. Check the name and the namespace.`;
  // Its time is told in whole seconds: who was made in the very one is taken for another.
  if (isOfBefore && Temporal.Instant.compare(pod.made, madeBefore) >= 0)
    return `Pod ${said} was made anew since: it is another one.`;
  if (pod.isGoing) return `${sayGoing(pod)}${isOfBefore ? '' : ' Leave it out.'}`;
  if (pod.isCopy) return `Pod ${said} is run by its node itself, which goes on with it: deleting it here ends nothing.`;
  return undefined;
};

/** How many of an owner's pods are ready, before and after. */
type Left = { readonly owner: Owner; readonly ready: number; readonly before: number };

const leftOf = (ends: readonly Pod[], all: readonly Pod[]): readonly Left[] => {
  const owners = new Map(ends.flatMap(({ owner }) => (owner === undefined ? [] : [[owner.uid, owner] as const])));
  return [...owners.values()].map((owner) => {
    const ready = all.filter((pod) => pod.owner?.uid === owner.uid && pod.isReady && !pod.isGoing);
    const after = ready.filter(({ name }) => !ends.some((one) => one.name === name));
    return { owner, ready: after.length, before: ready.length };
  });
};

const sayLeft = ({ owner, ready, before }: Left): string =>
  before === 0
    ? `No pod of ${sayOwner(owner)} is ready now.`
    : `${ready} of the ${before} ready pods of ${sayOwner(owner)} ${ready === 1 ? 'is' : 'are'} left until another one is ready.`;

const lastReady = ({ owner, ready, before }: Left): readonly string[] =>
  before > 0 && ready === 0
    ? [`No ready pod of ${sayOwner(owner)} is left: what it does is down until another one is ready.`]
    : [];

const forGood = (ends: readonly Pod[]): readonly string[] => {
  const alone = ends.filter(({ owner }) => owner === undefined).map(({ name }) => name);
  if (alone.length === 0) return [];
  const them = alone.length === 1 ? 'it' : 'them';
  return [`Nothing makes ${sayPods(alone)} again: whoever needs ${them} has to make ${them} anew.`];
};
