import type { Plan } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { PlanContext } from '#kinds/kind.ts';
import { type Ask, isFromPods } from './ask.ts';
import { findEnds, missingPort } from './ends.ts';
import { type Half, halvesOf } from './halves.ts';
import { cautionsOf, notesOf } from './notes.ts';
import { egressPolicy, ingressPolicy, nameLabel } from './policies.ts';
import { sayLabels, sayPodNames, them } from './say.ts';
import { readSight, type Side, type Sight } from './sight.ts';

/**
 * NetworkPolicies of Hallpass's own for what is held back now: one where the target does not let in, one where the
 * source does not let out. Only pods that another policy isolates in that direction may be selected by them.
 */
export const planOpening = (asked: Ask, context: PlanContext): Result<Plan, string> => {
  const sight = readSight(asked, context.namespace, context.seen);
  if (!sight.ok) return sight;
  const ends = findEnds(asked, sight.value);
  if (!ends.ok) return ends;
  const missing = missingPort(asked, ends.value.targets);
  if (missing !== undefined) return err(missing);
  const halves = halvesOf(asked, sight.value, ends.value);
  const refused = refusal(asked, sight.value, halves);
  if (refused !== undefined) return err(refused);
  return ok({
    create: halves.filter(({ needed }) => needed).map(({ direction }) => policyFor(direction, asked, context)),
    edits: [],
    notes: notesOf(asked, sight.value, ends.value, halves),
    cautions: cautionsOf(ends.value),
    probes: [],
    proofs: [],
  });
};

const policyFor = (direction: Half['direction'], asked: Ask, context: PlanContext) =>
  direction === 'egress' && isFromPods(asked.from)
    ? egressPolicy(asked, asked.from, context)
    : ingressPolicy(asked, context);

const refusal = (asked: Ask, { target, source }: Sight, halves: readonly Half[]): string | undefined => {
  const needed = halves.filter((half) => half.needed);
  if (needed.length === 0) return alreadyAllowed(halves);
  const cut = needed.find(({ open }) => open.length > 0);
  if (cut !== undefined) return wouldCut(asked, cut);
  if (source === undefined || source === target) return undefined;
  // Each half names the other's namespace by its label.
  const peers = needed.map(({ direction }) => (direction === 'ingress' ? source : target));
  const nameless = peers.find((side) => side.labels?.[nameLabel] !== side.namespace);
  return nameless === undefined ? undefined : unnamed(nameless);
};

const alreadyAllowed = (halves: readonly Half[]): string => {
  const open = halves.find(({ direction, open: pods }) => direction === 'ingress' && pods.length > 0)?.open ?? [];
  const because = open.length === 0 ? '' : ` No NetworkPolicy isolates ${sayPodNames(open)} for ingress: open already.`;
  return `All of this is allowed already by the NetworkPolicies that are there.${because}`;
};

const wouldCut = ({ to, from }: Ask, { direction, open }: Half): string => {
  const pods = sayPodNames(open);
  if (direction === 'ingress')
    return `No NetworkPolicy isolates ${pods} for ingress: open already, and an opening would cut all other traffic into ${them(open)}. Narrow the labels ${sayLabels(to.labels)} to pods that are isolated.`;
  const labels = isFromPods(from) ? sayLabels(from.labels) : '';
  const narrow = labels === '' ? 'Name labels of' : `Narrow the labels ${labels} to`;
  return `Some of the pods that shall get through are isolated for egress, and ${pods} ${open.length === 1 ? 'is' : 'are'} not: an opening would cut all other traffic out of ${them(open)}. ${narrow} pods that are isolated.`;
};

const unnamed = ({ namespace }: Side): string =>
  `Namespace "${namespace}" cannot be named in a NetworkPolicy: it lacks the label ${nameLabel}=${namespace}, which Kubernetes sets by itself since 1.22. Somebody who may edit it adds it: kubectl label namespace ${namespace} ${nameLabel}=${namespace}`;
