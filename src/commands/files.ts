import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readPolicyFolder, warningsOf } from '#adapters/files/policy-folder.ts';
import { renderSchemas } from '#adapters/files/policy-schemas.ts';
import { generateKeys } from '#adapters/keys/generate.ts';
import { renderManifests } from '#adapters/kubernetes/manifests.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Answer, done, failed } from './answer.ts';
import { readLine } from './flags.ts';
import { explainPolicy, testPolicy } from './policy.ts';

type Outcome = Result<readonly string[], readonly string[]>;

const checkPolicy = async (folder: string): Promise<Outcome> => {
  const read = await readPolicyFolder(folder);
  if (!read.ok) return read;
  const { policy, identities, kinds } = read.value.settings;
  const count = `${policy.rules.length} rules, ${policy.groups.size} groups, ${identities.length} people, ${kinds.flatMap(({ profiles }) => profiles).length} profiles`;
  return ok([
    ...warningsOf(read.value).map((warning) => `Warning: ${warning}`),
    `${folder}: ${count}. Slack's own ids are checked when the bot starts, and before a change takes effect.`,
  ]);
};

const writeManifests = async (folder: string, into: string): Promise<Outcome> => {
  const read = await readPolicyFolder(folder);
  if (!read.ok) return read;
  return writeFiles(renderManifests(read.value.settings.kinds), into);
};

const writeFiles = async (files: ReadonlyMap<string, string>, into: string): Promise<Outcome> => {
  const written: string[] = [];
  for (const [name, text] of files) {
    const path = join(into, name);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      return err([`${path} cannot be written (${why}). Name a folder that you may write to.`]);
    }
    written.push(path);
  }
  return ok(written);
};

const outcomeOf = (
  command: 'policy' | 'manifests',
  [first, second, third]: readonly string[],
): Outcome | Promise<Outcome> | undefined => {
  if (first === undefined || second === undefined) return undefined;
  const file = third === undefined ? undefined : resolve(third);
  if (command === 'policy' && first === 'test') return testPolicy(resolve(second), file);
  if (command === 'policy' && first === 'explain') return explainPolicy(resolve(second), file);
  if (file !== undefined) return undefined;
  switch (command) {
    case 'policy':
      if (first === 'schema') return writeFiles(renderSchemas(), resolve(second));
      return first === 'check' ? checkPolicy(resolve(second)) : undefined;
    case 'manifests':
      return writeManifests(resolve(first), resolve(second));
  }
};

const makeKeys = (words: readonly string[]): Outcome | undefined => {
  const line = readLine(words, { cluster: 'values' });
  if (!line.ok) return err([line.error]);
  const [verb, folder, ...others] = line.value.words;
  if (verb !== 'generate' || folder === undefined || others.length > 0) return undefined;
  return generateKeys(resolve(folder), line.value.flags.cluster);
};

/** The commands that work on folders alone; undefined when the words make none of them. */
export const filesCommand = async (
  command: 'keys' | 'policy' | 'manifests',
  words: readonly string[],
): Promise<Answer | undefined> => {
  const outcome = command === 'keys' ? makeKeys(words) : words.length > 3 ? undefined : await outcomeOf(command, words);
  if (outcome === undefined) return undefined;
  return outcome.ok ? done(outcome.value) : failed(outcome.error);
};
