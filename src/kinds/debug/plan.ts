import type { AccessProbe, Manifest, Plan } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { at, textAt } from '#domain/risk/read.ts';
import { type Pod, readPod } from '#kinds/delete-pod/pods.ts';
import { sayOwner, sayPods, sayState } from '#kinds/delete-pod/say.ts';
import type { Look, PlanContext } from '#kinds/kind.ts';
import { sayName } from '#kinds/names.ts';
import { probesIn, rolePair } from '#kinds/role-pair.ts';
import type { Ask } from './ask.ts';
import { dangersIn, sayAccounts, sayInside } from './inside.ts';
import { type Profile, rulesFor } from './profiles.ts';

export const looksFor = ({ pods }: Ask, namespace: string): readonly Look[] =>
  pods.map((name) => ({
    type: 'object',
    target: { apiVersion: 'v1', kind: 'Pod', namespace, name },
    onlyToLook: true,
  }));

/** What it lets somebody do, as questions to the authorizer; the strongest first. */
export const probesOf = (profile: Profile, pods: readonly string[], namespace: string): readonly AccessProbe[] =>
  rulesFor(profile, pods).flatMap((rule) => probesIn(rule, namespace));

/** A Role for these pods and its binding, of pods that are there and go on. */
export const planDebug = (profile: Profile, asked: Ask, context: PlanContext): Result<Plan, string> => {
  const { request, namespace, identity } = context;
  const sight = readSight(profile, asked, context);
  if (!sight.ok) return sight;
  const live = sight.value.map(({ manifest }) => manifest);
  const pods = sight.value.map(({ pod }) => pod);
  const probes = probesOf(profile, asked.pods, namespace);
  const isInside = profile.gives.includes('exec');
  const metadata = { name: `hallpass-${request}-0`, namespace, annotations: { [podsNote]: uidsOf(live) } };
  return ok({
    create: rolePair(metadata, rulesFor(profile, asked.pods), identity),
    edits: [],
    notes: [...pods.map(sayState), ...(isInside ? sayAccounts(live) : [])],
    cautions: [...(isInside ? sayInside(live) : []), ...ofNodes(sight.value), ...ofNames(pods)],
    findings: live.flatMap((pod) => dangersIn(pod, profile)),
    probes,
    // There is one binding: what the authorizer says of its strongest right, it says of all.
    proofs: probes.slice(0, 1),
  });
};

/**
 * Which pods were looked at stands in the Role, and so in the seal: RBAC knows names alone, and another pod that has the name of one when
 * it is approved, or applied, is none that anybody has agreed to.
 */
const podsNote = 'hallpass.dev/pods';
const uidsOf = (live: readonly Manifest[]): string =>
  live.map(({ metadata }) => `${metadata.name}=${textAt(metadata, 'uid')}`).join(',');

type Seen = { readonly manifest: Manifest; readonly pod: Pod };

const readSight = (
  profile: Profile,
  { pods }: Ask,
  { seen, namespace }: PlanContext,
): Result<readonly Seen[], string> => {
  const sight: Seen[] = [];
  for (const [index, name] of pods.entries()) {
    const [manifest] = seen[index] ?? [];
    if (manifest === undefined)
      return err(`There is no pod ${sayName(name)} in ${namespace}. Check the name and the namespace.`);
    const pod = readPod(manifest);
    if (!pod.ok) return pod;
    const why = whyNot(profile, pod.value);
    if (why !== undefined) return err(why);
    sight.push({ manifest, pod: pod.value });
  }
  return ok(sight);
};

const whyNot = ({ gives }: Profile, { name, isGoing, phase }: Pod): string | undefined => {
  if (isGoing) return `Pod ${sayName(name)} is being deleted already. Leave it out.`;
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  if (!isOver || gives.every((way) => way === 'logs')) return undefined;
  return `Nothing runs in pod ${sayName(name)} any more (${phase}). Ask for its logs alone, or leave it out.`;
};

/** Its node runs such a pod by itself; what the API server has of it is a copy. */
const isOfNode = ({ manifest, pod: { owner } }: Seen): boolean =>
  owner?.kind === 'Node' || at(manifest.metadata, 'annotations', 'kubernetes.io/config.mirror') !== undefined;

const ofNodes = (sight: readonly Seen[]): readonly string[] => {
  const own = sight.filter(isOfNode).map(({ pod }) => pod.name);
  if (own.length === 0) return [];
  const [are, it] = own.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return [
    `${upper(sayPods(own))} ${are} run by the node itself, as parts of the cluster are: End pods cannot end what stays open in ${it}.`,
  ];
};

/** What gives each pod a name of its own. Operators' sorts mostly give the same names again. */
const naming: readonly string[] = ['ReplicaSet', 'ReplicationController', 'DaemonSet', 'Job'];

/** What becomes of a grant by names when a pod is made anew. */
const ofNames = (pods: readonly Pod[]): readonly string[] => {
  const owners = new Map(pods.flatMap(({ owner }) => (owner === undefined ? [] : [[owner.uid, owner] as const])));
  return [...owners.values()].flatMap((owner) => {
    if (owner.kind === 'Node') return [];
    if (owner.kind === 'StatefulSet')
      return [`A pod that ${sayOwner(owner)} makes anew has the name of the one before: that one is covered too.`];
    if (naming.includes(owner.kind))
      return [
        `A pod that ${sayOwner(owner)} makes anew has another name: that one is not covered, and is asked for anew.`,
      ];
    return [
      `A pod that ${sayOwner(owner)} makes anew may have the name of the one before: then that one is covered too.`,
    ];
  });
};

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
