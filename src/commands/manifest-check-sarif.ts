import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { isCve, isDanger, type Severity, sayFinding, sayPlace } from '#domain/risk/finding.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { rules } from '#domain/risk/rules.ts';
import { oneLine } from '#domain/text.ts';
import type { Judged, LocatedFinding } from '#use-cases/judge-manifests.ts';

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const levels = { critical: 'error', high: 'error', medium: 'warning' } as const;
/** Code scanning of GitHub calls what is over 9.0 critical, from 7.0 high, from 4.0 medium. */
const scores: Record<Severity, string> = { critical: '9.5', high: '7.5', medium: '5.0' };
const numbers = new Map(rules.map(({ name }, index) => [name, index]));

/**
 * The findings as SARIF 2.1.0, one run; what a change takes away is none of its results. `isCompared`: there was a state before.
 * Paths of files are relative to the folder `from`.
 */
export const sarifOf = (
  { findings }: Judged,
  { isCompared, from }: { readonly isCompared: boolean; readonly from: string },
) => {
  const dangers = findings.filter(isDanger);
  const prints = fingerprintsOf(dangers);
  const results = dangers.map((finding) => ({
    ruleId: finding.rule,
    ruleIndex: numbers.get(finding.rule) ?? -1,
    level: finding.change === 'keeps' ? 'note' : levels[finding.severity],
    message: { text: messageOf(finding) },
    locations: [locationOf(finding, from)],
    partialFingerprints: { 'hallpass/v1': prints.get(finding), primaryLocationLineHash: prints.get(finding) },
    ...(isCompared ? { baselineState: finding.change === 'keeps' ? 'unchanged' : 'new' } : {}),
  }));
  const driver = { name: 'Hallpass', ...ownPackage(), rules: rules.map(ruleOf) };
  return { $schema: schema, version: '2.1.0', runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }] };
};

const packageFile = z.object({ version: z.string(), homepage: z.string().optional() });

const ownPackage = () => {
  const file = new URL('../../package.json', import.meta.url);
  const { version, homepage } = packageFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { version, ...(homepage === undefined ? {} : { informationUri: homepage }) };
};

const ruleOf = ({ name, severity, sources }: Rule) => {
  const words = name.replaceAll('-', ' ');
  const pages = sources.map(pageOf);
  return {
    id: name,
    shortDescription: { text: words.charAt(0).toUpperCase() + words.slice(1) },
    helpUri: sources.find((source) => !isCve(source)) ?? pages[0],
    help: { text: `Known from: ${pages.join(' ')}` },
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: ['security', 'kubernetes'], 'security-severity': scores[severity] },
  };
};

const pageOf = (source: string): string => (isCve(source) ? `https://www.cve.org/CVERecord?id=${source}` : source);

/** Without what would be a link: a value of a manifest may be written by anybody. */
const messageOf = (finding: LocatedFinding): string =>
  oneLine(`${finding.object}: ${sayFinding(finding)}`).replaceAll('](', '] (');

const locationOf = ({ spot, object, path }: LocatedFinding, from: string) => ({
  physicalLocation: {
    artifactLocation: { uri: uriOf(spot.file, from) },
    region: { startLine: spot.line, startColumn: spot.column },
  },
  logicalLocations: [
    { name: oneLine(object), fullyQualifiedName: oneLine(`${object} ${sayPlace(path)}`), kind: 'object' },
  ],
});

const uriOf = (file: string, from: string): string =>
  relative(from, resolve(from, file)).split(sep).map(encodeURIComponent).join('/');

/**
 * The same as long as the rule finds the same in the same place of the same object, wherever in a file, a folder or a list that
 * is. What is alike otherwise is counted as it is written, whether or not it is new. GitHub goes by the name that is its own, and
 * would take the line's text else.
 */
const fingerprintsOf = (findings: readonly LocatedFinding[]): ReadonlyMap<LocatedFinding, string> => {
  const seen = new Map<string, number>();
  const print = ({ rule, target: { group, kind, namespace, name }, path }: LocatedFinding): string => {
    const names = path.filter((step) => typeof step === 'string');
    const text = JSON.stringify([rule, group, kind, namespace, name, ...names]);
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
    const nth = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, nth);
    return `${hash}:${nth}`;
  };
  const asWritten = findings.toSorted(
    ({ spot: one }, { spot: other }) => one.line - other.line || one.column - other.column,
  );
  return new Map(asWritten.map((finding) => [finding, print(finding)]));
};
