import type { Environment } from '#src/config.ts';
import type { Answer } from './answer.ts';
import type { Tampering } from './report-page.ts';

/**
 * What `audit verify` says of the log and its checkpoints, for a report; of threads a sample is for the command itself. What could not be
 * looked at is said, and is no finding.
 */
export const tamperingOf = async (environment: Environment, retention?: string): Promise<Tampering> => {
  const { verifyAudit } = await import('./audit-verify.ts');
  const words = ['--threads', 'none', ...(retention === undefined ? [] : ['--retention', retention])];
  const { status, out = [], errors = [] }: Answer = await verifyAudit(words, environment, () => {});
  // Findings come first, then what was looked at, then the verdict, which the report has itself.
  const looked = out.findIndex((line) => line.startsWith('Log: '));
  const checked = looked === -1 ? [] : out.slice(looked + 1, -1);
  return {
    checked: [
      ...checked,
      ...(status === 3 ? errors.map((one) => `The checkpoints could not be compared: ${one}`) : []),
      'Messages in threads were not compared: `hallpass audit verify` does that.',
    ],
    findings: looked === -1 ? [] : out.slice(0, looked),
  };
};
