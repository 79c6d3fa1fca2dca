import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Destination, Outgoing } from '#domain/outgoing/destination.ts';
import { problemsOfWebhooks, type WebhooksFile, webhooksFile } from '#domain/outgoing/webhooks-file.ts';
import { type Problem, problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { parseYaml } from './yaml-file.ts';

/** Characters; twenty destinations have far fewer. */
const longest = 1024 * 1024;

/** Reads `webhooks.yaml`, wherever it is. Either all of it is right, or every problem is named with its line and what to do. */
export const readWebhooksFile = async (path: string): Promise<Result<Outgoing, readonly string[]>> => {
  const file = parseYaml({ name: path, text: await textOf(path) });
  if (file.problems.length > 0) return err(file.problems);
  const say = ({ path: at, message }: Problem): string =>
    `${file.where(at)}: ${at.length === 0 ? '' : `"${at.join('.')}": `}${message}`;
  const parsed = webhooksFile.safeParse(file.value);
  if (!parsed.success) return err(parsed.error.issues.flatMap(problemsOfIssue).map(say));
  const problems = problemsOfWebhooks(parsed.data);
  return problems.length > 0 ? err(problems.map(say)) : ok(outgoingIn(parsed.data, dirname(path)));
};

const textOf = async (path: string): Promise<Result<string, string>> => {
  try {
    const text = await readFile(path, 'utf8');
    return text.length > longest ? err('is longer than 1 MiB. Is it the right file?') : ok(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return err(`cannot be read (${why}). Correct the path in HALLPASS_WEBHOOKS, or who may read the file.`);
  }
};

/** Other files are named from where it stands. */
const outgoingIn = ({ source, destinations }: WebhooksFile, folder: string): Outgoing => ({
  source,
  destinations: destinations.map(
    ({ signingKeyFile, caFile, ...rest }): Destination => ({
      ...rest,
      signingKeyFile: resolve(folder, signingKeyFile),
      ...(caFile === undefined ? {} : { caFile: resolve(folder, caFile) }),
    }),
  ),
});
