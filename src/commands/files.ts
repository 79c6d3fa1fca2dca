import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readPolicyFolder, warningsOf } from '#adapters/files/policy-folder.ts';
import { renderSchemas } from '#adapters/files/policy-schemas.ts';
import { generateKeys } from '#adapters/keys/generate.ts';
import { renderManifests } from '#adapters/kubernetes/manifests.ts';
import { managedFile, managedIn } from '#adapters/kubernetes/manifests-managed.ts';
import { home } from '#adapters/kubernetes/manifests-names.ts';
import { overlayFiles } from '#adapters/kubernetes/manifests-overlays.ts';
import { namedNamespaces } from '#adapters/kubernetes/manifests-rules.ts';
import { isNamespaceName } from '#domain/namespace-name.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { isOurs } from '#use-cases/home.ts';
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

const manifestsFlags = { namespace: 'values' } as const;

/** Those said now beside those that are managed by what was written here before. */
const writeManifests = async (words: readonly string[]): Promise<Outcome | undefined> => {
  const line = readLine(words, manifestsFlags);
  if (!line.ok) return err([line.error]);
  const [folder, into, ...others] = line.value.words;
  if (folder === undefined || into === undefined || others.length > 0) return undefined;
  const said = line.value.flags.namespace ?? [];
  const bad = said.find((name) => !isNamespaceName(name) || isOurs(home, name));
  if (bad !== undefined)
    return err([
      isOurs(home, bad)
        ? `"${bad}" is Hallpass's own: from there everything that it trusts could be granted. Name the namespaces that people ask for.`
        : `${JSON.stringify(bad)} is no name of a namespace. Write it as Kubernetes does: a-z, 0-9 and "-", at most 63 characters.`,
    ]);
  const read = await readPolicyFolder(resolve(folder));
  if (!read.ok) return read;
  const before = await managedBefore(resolve(into));
  if (!before.ok) return err([before.error]);
  const namespaces = [...new Set([...before.value, ...said])].sort();
  const written = await writeFiles(renderManifests(read.value.settings.kinds, namespaces), resolve(into));
  if (!written.ok) return written;
  const managed = [...new Set([...namespaces, ...namedNamespaces(read.value.settings.kinds)])];
  return writeOverlays(written.value, resolve(into), managed);
};

/** Those that were managed by what was written into this folder before. */
const managedBefore = async (into: string): Promise<Result<readonly string[], string>> => {
  const path = join(into, managedFile);
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) =>
    cause.code === 'ENOENT' ? undefined : cause,
  );
  if (text === undefined) return ok([]);
  const found = typeof text === 'string' ? managedIn(text) : undefined;
  return found === undefined
    ? err(`${path} does not say which namespaces are managed. Delete it, and name all of them with --namespace.`)
    : ok(found);
};

/** Overlays are their owner's: what is there stays. */
const writeOverlays = async (
  written: readonly string[],
  into: string,
  managed: readonly string[],
): Promise<Outcome> => {
  const files = [...overlayFiles(managed)];
  const missing = files.filter(([name]) => !existsSync(join(into, name)));
  const more = await writeFiles(new Map(missing), into);
  if (!more.ok) return more;
  const kept = files
    .filter((file) => !missing.includes(file))
    .map(([name]) => `${join(into, name)} is yours, and stays`);
  return ok([...written, ...more.value, ...kept]);
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

const ofPolicy = ([first, second, third, ...others]: readonly string[]): Outcome | Promise<Outcome> | undefined => {
  if (second === undefined || others.length > 0) return undefined;
  const file = third === undefined ? undefined : resolve(third);
  if (first === 'test') return testPolicy(resolve(second), file);
  if (first === 'explain') return explainPolicy(resolve(second), file);
  if (file !== undefined) return undefined;
  if (first === 'schema') return writeFiles(renderSchemas(), resolve(second));
  return first === 'check' ? checkPolicy(resolve(second)) : undefined;
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
  const outcome = await { keys: makeKeys, policy: ofPolicy, manifests: writeManifests }[command](words);
  if (outcome === undefined) return undefined;
  return outcome.ok ? done(outcome.value) : failed(outcome.error);
};
