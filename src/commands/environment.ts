import { err, ok, type Result } from '#domain/result.ts';
import type { Inspected } from '#src/config.ts';

/** Takes on a file `.env` of the folder that the command runs in, as `npm start` does; what is set already stays. */
export const loadEnvironment = (): Result<null, string> => {
  try {
    process.loadEnvFile('.env');
    return ok(null);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return ok(null);
    return err(`The file .env cannot be read (${String(cause)}). Mend its permissions, or take it away.`);
  }
};

/** The problems of these settings only, for a command that needs no others. */
export const problemsAbout = ({ problems }: Inspected, ...settings: readonly string[]): readonly string[] =>
  problems.filter((problem) => settings.some((name) => problem.startsWith(`${name} `)));
