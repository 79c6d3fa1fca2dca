#!/usr/bin/env node
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readPolicyFolder } from '#adapters/files/policy-folder.ts';
import { generateKeys } from '#adapters/keys/generate.ts';
import { renderManifests } from '#adapters/kubernetes/manifests.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { explainPolicy, testPolicy } from './policy-commands.ts';

const usage = `hallpass <command>

  keys generate <folder>     make the signing keys of the bot and the worker
  policy check <folder>      read all files of the folder as the bot does, and name every problem
  policy test <folder> [file]
                             run the cases in its tests.yaml, or in another file: what each would come to
  policy explain <folder> [file]
                             say of each case what every rule makes of it, and what comes of it
  manifests <policy> <into>  write the Kubernetes manifests that fit a policy folder's profiles

Exit status: 0 done, 1 there are problems, 2 the command is not understood.`;

type Answer = Result<readonly string[], readonly string[]>;

const checkPolicy = async (folder: string): Promise<Answer> => {
  const read = await readPolicyFolder(folder);
  if (!read.ok) return read;
  const { policy, identities, kinds } = read.value.settings;
  const count = `${policy.rules.length} rules, ${policy.groups.size} groups, ${identities.length} people, ${kinds.flatMap(({ profiles }) => profiles).length} profiles`;
  return ok([`${folder}: ${count}. Slack's own ids are checked when the bot starts.`]);
};

const writeManifests = async (folder: string, into: string): Promise<Answer> => {
  const read = await readPolicyFolder(folder);
  if (!read.ok) return read;
  const files = [...renderManifests(read.value.settings.kinds)].map(([name, text]) => ({
    path: join(into, name),
    text,
  }));
  for (const { path, text } of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return ok(files.map(({ path }) => path));
};

const run = async (words: readonly string[]): Promise<Answer | undefined> => {
  const [command = '', ...rest] = words;
  const [first, second, third, ...more] = rest;
  if (more.length > 0) return undefined;
  const file = third === undefined ? undefined : resolve(third);
  if (command === 'policy' && first === 'test' && second !== undefined) return testPolicy(resolve(second), file);
  if (command === 'policy' && first === 'explain' && second !== undefined) return explainPolicy(resolve(second), file);
  if (third !== undefined) return undefined;
  if (command === 'keys' && first === 'generate' && second !== undefined) return generateKeys(resolve(second));
  if (command === 'policy' && first === 'check' && second !== undefined) return checkPolicy(resolve(second));
  if (command === 'manifests' && first !== undefined && second !== undefined)
    return writeManifests(resolve(first), resolve(second));
  return command === 'help' || command === '--help' ? ok([usage]) : undefined;
};

const answer = (await run(process.argv.slice(2))) ?? err([usage]);
(answer.ok ? process.stdout : process.stderr).write(`${(answer.ok ? answer.value : answer.error).join('\n')}\n`);
if (!answer.ok) process.exitCode = answer.error[0] === usage ? 2 : 1;
