import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { linesOf, openLines } from '#adapters/files/lines.ts';
import { readPolicyFolder } from '#adapters/files/policy-folder.ts';
import { readToldGroups } from '#adapters/files/told-groups.ts';
import { unsigned } from '#adapters/keys/ed25519.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import type { Trust } from '#domain/request/chain.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Settings } from '#use-cases/ports.ts';
import { type FileLine, readExport } from '#use-cases/read-export.ts';
import type { Known } from '#use-cases/rejudge.ts';
import { replayExport } from '#use-cases/replay-export.ts';
import { type Answer, failed, misspelt } from './answer.ts';
import { type Flags, readFlags } from './flags.ts';
import { countsOf, replayJson, sayReplay } from './replay-text.ts';

const known = { before: 'value', groups: 'value', keys: 'value', all: 'switch', json: 'switch' } as const;
type Asked = Flags<typeof known>;

/** Of an export that is broken everywhere, so many problems are told. */
const mostProblems = 20;

/**
 * `policy replay <folder> <export>`: says which requests of an export the policy of a folder would have decided otherwise;
 * undefined when the words make no command. Asks no cluster, no Redis and no Slack.
 */
export const replayPolicy = async (
  [folder, file, ...words]: readonly string[],
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<Answer | undefined> => {
  if (folder === undefined || file === undefined) return undefined;
  const isFlag = (word: string): boolean => word !== '-' && word.startsWith('-');
  const flags = isFlag(folder) || isFlag(file) ? readFlags([folder, file, ...words], known) : readFlags(words, known);
  if (!flags.ok) return misspelt([flags.error]);
  const asked = flags.value;
  const read = await readPolicyFolder(resolve(folder));
  if (!read.ok) return failed(read.error);
  const { settings } = read.value;
  const trust = trustFor(asked.keys);
  const told =
    asked.groups === undefined ? ok(new Map()) : await readToldGroups(resolve(asked.groups), settings.policy.groups);
  const before = await policiesIn(asked.before);
  const lines = file === '-' ? ok(linesOf(stdin)) : await openLines(resolve(file));
  const problems = [trust, told, before].flatMap((one) => (one.ok ? [] : one.error));
  if (!trust.ok || !told.ok || !before.ok || !lines.ok)
    return failed([...problems, ...(lines.ok ? [] : [lines.error])]);
  try {
    const answer = await answerFor(
      asked,
      settings,
      lines.value,
      trust.value,
      { policies: before.value.policies, told: told.value },
      file,
    );
    return { ...answer, errors: [...before.value.leftOut, ...(answer.errors ?? [])] };
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    return failed([`${file} cannot be read (${cause.message}). Name a file that you may read.`]);
  }
};

const answerFor = async (
  asked: Asked,
  settings: Settings,
  lines: AsyncIterable<FileLine>,
  trust: Trust | undefined,
  beyond: Known,
  file: string,
): Promise<Answer> => {
  const replay = await replayExport(settings, readExport(lines), trust ?? unsigned, beyond);
  const said = replay.problems.slice(0, mostProblems).map((problem) => `${file}: ${problem}.`);
  const more = replay.problems.length - said.length;
  const errors = [...said, ...(more > 0 ? [`${file}: ${more} more such lines.`] : [])];
  if (!replay.isExport || isEmpty(replay.problems))
    return failed([...errors, 'Name a file that "hallpass log export" has written.']);
  const { otherwise, unknown } = countsOf(replay);
  const all = asked.all === true;
  const isSigned = trust !== undefined;
  const out = asked.json
    ? [JSON.stringify(replayJson(replay, { all, isSigned }), null, 2)]
    : [...(isSigned ? [] : [unverified, '']), ...sayReplay(replay, all)];
  return { status: otherwise + unknown + errors.length > 0 ? 1 : 0, out, errors };
};

const isEmpty = (problems: readonly string[]): boolean => problems.includes('it is empty');

const unverified = 'Signatures were not looked at, only order and hashes. Name the folder of the keys with --keys.';

const trustFor = (folder: string | undefined): Result<Trust | undefined, readonly string[]> => {
  if (folder === undefined) return ok(undefined);
  const keys = createKeys(resolve(folder));
  return keys.ok ? ok(keys.value.trust) : keys;
};

type Before = { readonly policies: ReadonlyMap<string, Settings>; readonly leftOut: readonly string[] };

/** The policies of then: a folder of one, or one that holds several, of which some may be too old to be read. */
const policiesIn = async (folder: string | undefined): Promise<Result<Before, readonly string[]>> => {
  if (folder === undefined) return ok({ policies: new Map(), leftOut: [] });
  const folders = foldersIn(resolve(folder));
  if (!folders.ok) return folders;
  const read = await Promise.all(folders.value.map(async (one) => ({ one, policy: await readPolicyFolder(one) })));
  const policies = read.flatMap(({ policy }) => (policy.ok ? [policy.value.settings] : []));
  const unread = read.flatMap(({ one, policy }) =>
    policy.ok ? [] : [`${one} was left out, for it cannot be read as a policy: ${policy.error[0] ?? ''}`],
  );
  if (policies.length === 0) return err(unread);
  return ok({ policies: new Map(policies.map((one) => [one.policy.hash, one])), leftOut: unread });
};

const foldersIn = (folder: string): Result<readonly string[], readonly string[]> => {
  if (existsSync(join(folder, 'rules.yaml'))) return ok([folder]);
  const remedy = 'Name a policy folder with --before, or a folder that holds several.';
  try {
    const inside = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => join(folder, name))
      .filter((one) => existsSync(join(one, 'rules.yaml')))
      .sort();
    return inside.length > 0 ? ok(inside) : err([`${folder} has no rules.yaml, and no folder with one. ${remedy}`]);
  } catch (cause) {
    return err([`${folder} cannot be read (${cause instanceof Error ? cause.message : String(cause)}). ${remedy}`]);
  }
};
