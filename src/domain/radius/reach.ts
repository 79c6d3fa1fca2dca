import type { Change } from '#domain/risk/assess.ts';
import { isNamespace } from '#domain/risk/cluster/namespace.ts';
import { type Finding, worstFirst } from '#domain/risk/finding.ts';
import { isService } from '#domain/risk/service/service.ts';
import { takenElsewhere } from './elsewhere.ts';
import { exposureOf } from './exposure.ts';
import { flowsOf, isAboutNetwork } from './flows.ts';
import { nothingReached, type Radius, type ReachLine } from './radius.ts';
import { isRelabelled, relabelledBy } from './relabelled.ts';
import { isRouting, routesOf } from './routes.ts';
import { selectedNewly } from './selected.ts';
import type { Sight, Wanted } from './sight.ts';
import { notUnderstood } from './understood.ts';

/** How far changes reach, by what stands around them. */
export type Reach = {
  readonly findings: readonly Finding[];
  /** Absent where it cannot be told whole. */
  readonly radius?: Radius;
  readonly lines: readonly ReachLine[];
  /** What opens, part by part, each always in the same words. */
  readonly openings: readonly string[];
};

/** What has to be looked at to tell how far these changes reach; undefined: nothing. */
export const wantedFor = (changes: readonly Change[]): Wanted | undefined => {
  const objects = changes.flatMap(bothOf);
  const after = changes.flatMap((change) => change.after ?? []);
  const routing = after.filter(isRouting);
  const services = after.filter(isService);
  const network = changes.some(isOfNetwork);
  const policies = network || changes.some(isRelabelled);
  const unknown = notUnderstood(objects).length > 0;
  if (routing.length + services.length === 0 && !policies && !unknown) return undefined;
  const behind = [
    ...routing.flatMap(routesOf).flatMap(({ backend }) => backend?.namespace ?? []),
    ...services.flatMap(({ metadata }) => metadata.namespace ?? []),
  ];
  const sorts = new Map(routing.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]));
  return { behind: [...new Set(behind)].sort(), routes: [...sorts.values()], policies, network };
};

/** With a namespace its pods go: nobody is asked what those could reach. */
const isOfNetwork = (change: Change): boolean => {
  const isGone = change.before !== undefined && change.after === undefined && isNamespace(change.before);
  return !isGone && bothOf(change).some(isAboutNetwork);
};

const bothOf = ({ before, after }: Change) => [before, after].flatMap((one) => one ?? []);

/** `unseen` says what could not be looked at, each in a sentence. */
export const reachOf = (changes: readonly Change[], sight: Sight, unseen: readonly string[]): Reach => {
  const exposure = exposureOf(changes, sight);
  const taken = takenElsewhere(changes, sight.routes);
  const isNetwork = changes.some(isOfNetwork);
  const flows = isNetwork ? flowsOf(changes, sight) : undefined;
  const known = flows?.ok === true ? flows.value : undefined;
  const relabelled = relabelledBy(changes, sight);
  const missing = [...unseen, ...notUnderstood(changes.flatMap(bothOf)), ...(flows?.ok === false ? [flows.error] : [])];
  const elsewhere = taken.filter(({ finding }) => finding.change === 'introduces').flatMap(({ owners }) => owners);
  const radius: Radius = {
    ...nothingReached,
    ...exposure.facts,
    ...known?.facts,
    elsewhere: [...new Set(elsewhere)],
    notIsolated: (known?.facts.notIsolated ?? 0) + relabelled.notIsolated,
  };
  const lines = [
    ...(known?.lines ?? []),
    ...relabelled.lines,
    ...exposure.lines,
    ...selectedNewly(changes, sight),
    ...missing.map((text): ReachLine => ({ change: 'unseen', text })),
  ];
  return {
    findings: worstFirst([...taken.map(({ finding }) => finding), ...(known?.findings ?? []), ...relabelled.findings]),
    ...(missing.length === 0 ? { radius } : {}),
    lines: isNetwork && lines.length === 0 ? [nothing] : lines,
    openings: [
      ...(known?.openings ?? []),
      ...exposure.openings,
      ...relabelled.lines.map(({ text }) => text),
      ...taken
        .flatMap(({ finding, owners }) => (finding.change === 'introduces' ? owners : []))
        .map((owner) => `traffic of ${owner}`),
    ],
  };
};

const nothing: ReachLine = {
  change: 'stays',
  text: 'For the pods that are there now nothing changes in who reaches whom',
};
