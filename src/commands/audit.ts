import type { Environment } from '#src/config.ts';
import type { Answer } from './answer.ts';

/** `audit …`, each loaded when it is asked for; undefined when the words make no command. */
export const auditCommand = async (
  [verb, ...words]: readonly string[],
  environment: Environment,
): Promise<Answer | undefined> => {
  switch (verb) {
    case 'export':
      return (await import('./audit-export.ts')).auditExport(words, environment);
    case 'report':
      return (await import('./audit-report.ts')).auditReport(words, environment);
    default:
      return undefined;
  }
};
