import type { Change } from '#domain/risk/assess.ts';
import { type Finding, worstFirst } from '#domain/risk/finding.ts';
import { takenElsewhere } from './elsewhere.ts';
import { exposureOf } from './exposure.ts';
import { flowsOf, isAboutNetwork } from './flows.ts';
import { nothingReached, type Radius, type ReachLine } from './radius.ts';
import { isRouting, routesOf } from './routes.ts';
import type { Sight, Wanted } from './sight.ts';

/** How far changes reach, by what stands around them. */
export type Reach = {
  readonly findings: readonly Finding[];
  /** Absent where it cannot be told whole. */
  readonly radius?: Radius;
  readonly lines: readonly ReachLine[];
};

/** What has to be looked at to tell how far these changes reach; undefined: nothing. */
export const wantedFor = (changes: readonly Change[]): Wanted | undefined => {
  const objects = changes.flatMap(({ before, after }) => [before, after].flatMap((one) => one ?? []));
  const after = changes.flatMap((change) => change.after ?? []).filter(isRouting);
  const network = objects.some(isAboutNetwork);
  const behind = [...new Set(after.flatMap(routesOf).flatMap(({ backend }) => backend?.namespace ?? []))].sort();
  return after.length === 0 && !network ? undefined : { behind, routes: after.length > 0, network };
};

/** `unseen` says what could not be looked at, each in a sentence. */
export const reachOf = (changes: readonly Change[], sight: Sight, unseen: readonly string[]): Reach => {
  const exposure = exposureOf(changes, sight);
  const taken = takenElsewhere(changes, sight.routes);
  const isNetwork = changes.some(({ before, after }) =>
    [before, after].some((one) => one !== undefined && isAboutNetwork(one)),
  );
  const flows = isNetwork ? flowsOf(changes, sight) : undefined;
  const missing = [...unseen, ...(flows?.ok === false ? [flows.error] : [])];
  const elsewhere = taken.filter(({ finding }) => finding.change === 'introduces').flatMap(({ owners }) => owners);
  const radius: Radius = {
    ...nothingReached,
    ...exposure.facts,
    elsewhere: [...new Set(elsewhere)],
    ...(flows?.ok === true ? flows.value.facts : {}),
  };
  return {
    findings: worstFirst([...taken.map(({ finding }) => finding), ...(flows?.ok === true ? flows.value.findings : [])]),
    ...(missing.length === 0 ? { radius } : {}),
    lines: [
      ...(flows?.ok === true ? flows.value.lines : []),
      ...exposure.lines,
      ...missing.map((text): ReachLine => ({ change: 'unseen', text })),
      ...(isNetwork && missing.length === 0 && flows?.ok === true && flows.value.lines.length === 0 ? [nothing] : []),
    ],
  };
};

const nothing: ReachLine = {
  change: 'stays',
  text: 'For the pods that are there now nothing changes in who reaches whom',
};
