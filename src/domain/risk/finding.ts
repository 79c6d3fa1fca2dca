import { z } from 'zod';
import { oneLine } from '#domain/text.ts';

/** The worst first. */
export const severities = ['critical', 'high', 'medium'] as const;
export const severity = z.enum(severities);
export type Severity = z.infer<typeof severity>;

/** What becomes of a danger, in the order in which that matters. */
export const findingChanges = ['introduces', 'keeps', 'removes'] as const;

/** A way into raw JSON: keys of maps, and positions in lists. Empty for the whole object. */
export const place = z.array(z.union([z.string(), z.int().min(0)]));
export type Place = readonly (string | number)[];

/** Something dangerous that a change brings, leaves as it was, or takes away. */
export const finding = z.strictObject({
  /** The name of the rule that found it. */
  rule: z.string(),
  severity,
  change: z.enum(findingChanges),
  /** Goes on after "Introduces", "Keeps" or "Removes"; no full stop. Visible characters on one line. */
  says: z.string(),
  /** As in "Ingress shop/web". */
  object: z.string(),
  /** Where it stands in the object as it will be; in the object as it was for what is no longer there. */
  path: place,
  /** From where it is known: CVE ids, or addresses of documents. At least one. */
  sources: z.array(z.string()).min(1),
});
export type Finding = z.infer<typeof finding>;

const verbs = { introduces: 'Introduces', keeps: 'Keeps', removes: 'Removes' } as const;

/** One sentence, with the CVEs and, where it is not plain which is meant, with the object. */
export const sayFinding = ({ change, says, sources, object }: Finding, isNamed = false): string => {
  const known = sources.filter(isCve);
  const behind = [...known, ...(isNamed ? [object] : [])];
  return `${verbs[change]} ${says}${behind.length === 0 ? '' : ` (${behind.join(', ')})`}.`;
};

export const isCve = (source: string): boolean => /^CVE-\d{4}-\d+$/.test(source);

/** What an approver should beware of; what goes away is none of it. */
export const isDanger = ({ change }: Pick<Finding, 'change'>): boolean => change !== 'removes';

/** What is new before what stays, and that before what goes; of each the worst first. */
export const worstFirst = <F extends Finding>(findings: readonly F[]): readonly F[] =>
  findings.toSorted(
    (one, other) =>
      findingChanges.indexOf(one.change) - findingChanges.indexOf(other.change) ||
      severities.indexOf(one.severity) - severities.indexOf(other.severity),
  );

/** As in `spec.rules[0].host`, and `metadata.annotations["a.test/b"]`. */
export const sayPlace = (place: Place): string =>
  oneLine(
    place
      .map((step) => {
        if (typeof step === 'number') return `[${step}]`;
        return /^[a-z_][\w-]*$/i.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
      })
      .join(''),
  ).replace(/^\./, '');
