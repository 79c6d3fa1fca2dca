#!/usr/bin/env node
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readPolicyFolder, warningsOf } from '#adapters/files/policy-folder.ts';
import { renderSchemas } from '#adapters/files/policy-schemas.ts';
import { generateKeys } from '#adapters/keys/generate.ts';
import { renderManifests } from '#adapters/kubernetes/manifests.ts';
import { err, ok, type Result } from '#domain/result.ts';

const usage = `hallpass <command>

  keys generate <folder>     make the signing keys of the bot and the worker
  policy check <folder>      read all files of the folder as the bot does, and name every problem; warnings are no problem
  policy schema <into>       write the JSON Schemas of the folder's files, for editors
  manifests <policy> <into>  write the Kubernetes manifests that fit a policy folder's profiles

Exit status: 0 done, 1 there are problems, 2 the command is not understood.`;

type Answer = Result<readonly string[], readonly string[]>;

const checkPolicy = async (folder: string): Promise<Answer> => {
  const read = await readPolicyFolder(folder);
  if (!read.ok) return read;
  const { policy, identities, kinds } = read.value.settings;
  const count = `${policy.rules.length} rules, ${policy.groups.size} groups, ${identities.length} people, ${kinds.flatMap(({ profiles }) => profiles).length} profiles`;
  return ok([
    ...warningsOf(read.value).map((warning) => `Warning: ${warning}`),
    `${folder}: ${count}. Slack's own ids are checked when the bot starts, and before a change takes effect.`,
  ]);
};

const writeManifests = async (folder: string, into: string): Promise<Answer> => {
  const read = await readPolicyFolder(folder);
  if (!read.ok) return read;
  return writeFiles(renderManifests(read.value.settings.kinds), into);
};

const writeFiles = async (files: ReadonlyMap<string, string>, into: string): Promise<Answer> => {
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

const run = async (words: readonly string[]): Promise<Answer | undefined> => {
  const [command = '', ...rest] = words;
  const [first, second, ...more] = rest;
  if (more.length > 0) return undefined;
  if (command === 'keys' && first === 'generate' && second !== undefined) return generateKeys(resolve(second));
  if (command === 'policy' && first === 'check' && second !== undefined) return checkPolicy(resolve(second));
  if (command === 'policy' && first === 'schema' && second !== undefined)
    return writeFiles(renderSchemas(), resolve(second));
  if (command === 'manifests' && first !== undefined && second !== undefined)
    return writeManifests(resolve(first), resolve(second));
  return command === 'help' || command === '--help' ? ok([usage]) : undefined;
};

const answer = (await run(process.argv.slice(2))) ?? err([usage]);
(answer.ok ? process.stdout : process.stderr).write(`${(answer.ok ? answer.value : answer.error).join('\n')}\n`);
if (!answer.ok) process.exitCode = answer.error[0] === usage ? 2 : 1;
