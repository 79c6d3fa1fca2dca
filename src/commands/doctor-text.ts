import type { Finding } from '#domain/finding.ts';
import { oneLine } from '#domain/text.ts';
import type { Checked } from './checks.ts';

const marks: Readonly<Record<Finding['type'], string>> = { fine: '✔', caution: '⚠', wrong: '✘' };

const count = (checked: readonly Checked[], type: Finding['type']): number =>
  checked.filter(({ finding }) => finding.type === type).length;

const plural = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

export const isHealthy = (checked: readonly Checked[]): boolean => count(checked, 'wrong') === 0;

/** A line for each finding, and one for all. */
export const sayChecked = (checked: readonly Checked[]): readonly string[] => {
  const [wrongs, cautions] = [count(checked, 'wrong'), count(checked, 'caution')];
  const verdict =
    wrongs + cautions === 0
      ? 'All is as it should be.'
      : `${plural(wrongs, 'problem')} (✘), ${plural(cautions, 'caution')} (⚠).`;
  return [
    ...checked.map(({ about, finding: { type, text } }) => oneLine(`${marks[type]} ${about}: ${text}`)),
    '',
    verdict,
  ];
};

/** Goes up when what reads the JSON would have to be changed; what is only added does not count. */
const schema = 1;

/** The same for machines (docs/operations.md has the shape). */
export const checkedJson = (checked: readonly Checked[]): object => ({
  schema,
  healthy: isHealthy(checked),
  problems: count(checked, 'wrong'),
  cautions: count(checked, 'caution'),
  findings: checked.map(({ about, finding: { type, text } }) => ({ type, about, text: oneLine(text) })),
});
