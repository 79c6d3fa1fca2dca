import { levelOf } from '#domain/risk/assess.ts';
import { sayFinding, sayPlace, severities } from '#domain/risk/finding.ts';
import { rules } from '#domain/risk/rules.ts';
import { oneLine } from '#domain/text.ts';
import { type Judged, type LocatedFinding, saySpot } from '#use-cases/judge-manifests.ts';
import { table } from './table.ts';

/** A line for each finding, and one that counts them. */
export const sayCheck = ({ objects, findings }: Judged): readonly string[] => {
  const those = `${objects} ${objects === 1 ? 'object' : 'objects'}`;
  if (findings.length === 0) return [`No findings in ${those}, as far as manifests alone tell.`];
  const count = (change: LocatedFinding['change']) => findings.filter((one) => one.change === change);
  const introduced = count('introduces');
  const counts = severities.flatMap((severity) => {
    const number = introduced.filter((one) => one.severity === severity).length;
    return number === 0 ? [] : [`${number} ${severity}`];
  });
  const [kept, removed] = [count('keeps').length, count('removes').length];
  const stays = [...(kept > 0 ? [`${kept} kept`] : []), ...(removed > 0 ? [`${removed} removed`] : [])];
  const summary = [
    `${counts.length === 0 ? 'Nothing dangerous introduced' : counts.join(', ')} in ${those}`,
    ...stays,
    'sources: --output json',
  ].join('; ');
  return [...findings.map(sayOne), summary];
};

const sayOne = (finding: LocatedFinding): string => {
  const place = sayPlace(finding.path);
  const sentence = sayFinding(finding).slice(0, -1);
  const severity = finding.severity.toUpperCase().padEnd(8);
  return `${saySpot(finding.spot)}: ${severity}  ${oneLine(finding.object)}: ${oneLine(sentence)}${place === '' ? '' : `, at ${place}`}. [${finding.rule}]`;
};

/** All that is found, for machines; docs/check.md says what is what. */
export const checkJson = ({ objects, findings }: Judged) => ({
  schema: 1,
  objects,
  worst: levelOf(findings),
  findings: findings.map(({ rule, severity, change, says, object, path, sources, spot }) => ({
    ...{ rule, severity, change, says, object, path, sources },
    ...spot,
  })),
});

export const rulesJson = () => ({
  schema: 1,
  rules: rules.map(({ name, severity, sources }) => ({ name, severity, sources })),
});

export const sayRules = (): readonly string[] =>
  table([
    ['RULE', 'SEVERITY', 'KNOWN FROM'],
    ...rules.map(({ name, severity, sources }) => [name, severity, sources.join(' ')]),
  ]);

/**
 * In ASCII alone: what would reorder or hide text on a screen is written as JSON escapes it, and means the same. So is what runners of
 * jobs would take for a command (harmless.ts).
 */
export const sayJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(
    /[\u007f-\uffff]|#(?=#[\w.-]*\[)/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
