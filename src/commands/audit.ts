import type { Answer } from './answer.ts';

/** `audit …`, each loaded when it is asked for; undefined when the words make no command. */
export const auditCommand = async (
  [verb, ...words]: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Answer | undefined> => {
  switch (verb) {
    case 'export':
      return (await import('./audit-export.ts')).auditExport(words, environment);
    case 'report':
      return (await import('./audit-report.ts')).auditReport(words, environment, {
        // A file says nothing of what stands elsewhere.
        ...(words.includes('--log')
          ? {}
          : {
              tampering: async (retention) =>
                (await import('./audit-tampering.ts')).tamperingOf(environment, retention),
            }),
      });
    case 'verify':
      return (await import('./audit-verify.ts')).verifyAudit(words, environment);
    default:
      return undefined;
  }
};
