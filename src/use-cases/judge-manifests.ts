import { type Manifest, sayTarget, targetOf } from '#domain/plan.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Change, findingsIn } from '#domain/risk/assess.ts';
import { type Finding, type Place, worstFirst } from '#domain/risk/finding.ts';
import { oneLine } from '#domain/text.ts';

/** A place in a file, counted from 1; columns in UTF-16 units. */
export type Spot = { readonly file: string; readonly line: number; readonly column: number };

export const saySpot = ({ file, line }: Spot): string => `${oneLine(file)}:${line}`;

/** An object in a file, and where in it each of its places is, or the nearest above it. */
export type WrittenObject = {
  readonly manifest: Manifest;
  /** The API server makes its name up: each of them is another object. */
  readonly isGenerated: boolean;
  readonly spotOf: (place: Place) => Spot;
};

/** A finding, and where it stands. */
export type LocatedFinding = Finding & { readonly target: ObjectName; readonly spot: Spot };

/** What an object is, whichever version of its API it is written in. */
export type ObjectName = {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
};

export type Judged = { readonly objects: number; readonly findings: readonly LocatedFinding[] };

/**
 * What the rules find in objects as files have them, the worst first. Each is a creation; with `base` it is a change from what
 * that has of the same object, and what only `base` has is a deletion. Pure.
 */
export const judgeManifests = (
  objects: readonly WrittenObject[],
  base: readonly WrittenObject[] = [],
): Result<Judged, readonly string[]> => {
  const [is, was] = [named(objects), named(base)];
  const twice = [...is.twice, ...was.twice];
  if (twice.length > 0) return err(twice);
  const gone = [...was.objects].filter(([key]) => !is.objects.has(key));
  const findings = [
    ...[...is.objects].flatMap(([key, after]) => judge(was.objects.get(key), after)),
    ...gone.flatMap(([, before]) => judge(before, undefined)),
  ];
  return ok({ objects: is.objects.size + gone.length, findings: worstFirst(findings) });
};

type Named = { readonly objects: ReadonlyMap<string, WrittenObject>; readonly twice: readonly string[] };

const named = (written: readonly WrittenObject[]): Named => {
  const objects = new Map<string, WrittenObject>();
  const generated = new Map<string, number>();
  const twice: string[] = [];
  for (const one of written) {
    const name = JSON.stringify(Object.values(nameOf(one.manifest)));
    const nth = generated.get(name) ?? 0;
    if (one.isGenerated) generated.set(name, nth + 1);
    const key = one.isGenerated ? `${name} generated ${nth}` : name;
    const other = objects.get(key);
    if (other === undefined) objects.set(key, one);
    else
      twice.push(
        `${sayStart(one)}: ${oneLine(sayTarget(targetOf(one.manifest)))} stands at ${sayStart(other)} already. Keep one of them, or check them apart.`,
      );
  }
  return { objects, twice };
};

const sayStart = ({ spotOf }: WrittenObject): string => saySpot(spotOf([]));

const nameOf = ({ apiVersion, kind, metadata: { namespace = '', name } }: Manifest): ObjectName => ({
  group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '',
  kind,
  namespace,
  name,
});

const judge = (before: WrittenObject | undefined, after: WrittenObject | undefined): readonly LocatedFinding[] => {
  const shown = after ?? before;
  if (shown === undefined) return [];
  const change: Change = { before: before?.manifest, after: after?.manifest };
  const target = nameOf(shown.manifest);
  return findingsIn([change]).map((finding) => ({ ...finding, target, spot: shown.spotOf(finding.path) }));
};
