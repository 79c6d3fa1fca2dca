import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { noPassword, type OtherUser, otherUser, redisAcl, redisUsers } from '#adapters/redis/acl.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Answer, failed, misspelt } from './answer.ts';
import { readFlags } from './flags.ts';

const known = { into: 'value', from: 'value', at: 'value', admin: 'value', sentinel: 'switch' } as const;

const usual = 'rediss://redis:6379';

/**
 * `redis users`: writes Redis' ACL file with a user for each process and an administrator, with the hashes of passwords that are made
 * for it and printed once. With `--from` the users of another file keep their passwords; undefined when the words make no command.
 */
export const redisCommand = async ([verb, ...words]: readonly string[]): Promise<Answer | undefined> => {
  if (verb !== 'users') return undefined;
  const flags = readFlags(words, known);
  if (!flags.ok) return misspelt([flags.error]);
  const { into, from, at = usual, admin = 'admin', sentinel = false } = flags.value;
  const problems = [...problemsOfAddress(at), ...problemsOfName(admin)];
  if (problems.length > 0) return misspelt(problems);
  const before = from === undefined ? ok('') : await readBefore(from);
  if (!before.ok) return failed([before.error]);
  const { text, made } = usersFile(before.value, admin, sentinel);
  const said = sayMade(made, at);
  if (into === undefined) return { status: 0, out: text.trimEnd().split('\n'), errors: said };
  const written = await writeOnce(into, text);
  return written.ok ? { status: 0, out: [`${into} is written. ${loading}`, ...said] } : failed([written.error]);
};

const loading =
  'Make it readable for Redis alone, set "aclfile" to it, and start Redis; or, where Redis has it already, ACL LOAD as the administrator.';

const problemsOfAddress = (at: string): readonly string[] => {
  const { protocol, username, password, hostname } = URL.canParse(at) ? new URL(at) : new URL('none:');
  if (username !== '' || password !== '') return ['--at holds a user or a password. Say where Redis is, and no more.'];
  return ['redis:', 'rediss:'].includes(protocol) && hostname !== ''
    ? []
    : [`--at is ${JSON.stringify(at)}. Say where Redis is, like ${usual}.`];
};

const ours = (name: string): boolean => redisUsers.some((user) => name === `hallpass-${user}`);

const problemsOfName = (name: string): readonly string[] =>
  /^[\w-]{1,60}$/.test(name) && !ours(name) && !['default', 'replica', 'sentinel'].includes(name)
    ? []
    : [`--admin is ${JSON.stringify(name)}. Name somebody who is not there already, of letters, digits, "_" and "-".`];

type User = { readonly name: string; readonly line: string; readonly hashes: readonly string[] };

const readBefore = async (path: string): Promise<Result<string, string>> => {
  try {
    const text = await readFile(path, 'utf8');
    return text.split('\n').every((line) => line.trim() === '' || /^user \S+ /.test(line))
      ? ok(text)
      : err(`${path} is no ACL file of Redis, each line of which begins with "user". Name one that is.`);
  } catch (cause) {
    return err(`${path} cannot be read (${codeOf(cause)}). Name the users.acl that Redis has.`);
  }
};

const usersIn = (text: string): readonly User[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('user '))
    .map((line) => ({
      line: line.trim(),
      name: line.split(' ')[1] ?? '',
      hashes: [...line.matchAll(/ #([0-9a-f]{64})(?= |$)/g)].map(([, hash = '']) => hash),
    }));

/** By the user's name. */
type Made = ReadonlyMap<string, string>;

/** The users of a file that was there keep what they have; only Hallpass' rights are written anew, and what is missing is added. */
const usersFile = (
  before: string,
  admin: string,
  sentinel: boolean,
): { readonly text: string; readonly made: Made } => {
  const there = usersIn(before);
  const made = new Map<string, string>();
  const hashOf = (name: string): string => {
    // All of them: one may be on its way out.
    const kept = there.find((user) => user.name === name)?.hashes.filter((hash) => hash !== noPassword) ?? [];
    return kept.length > 0 ? kept.join(' #') : make(name);
  };
  const make = (name: string): string => {
    const password = randomBytes(32).toString('base64url');
    made.set(name, password);
    return createHash('sha256').update(password).digest('hex');
  };
  // Somebody has turned it off, and that stays: whoever has its password shall not come in by an update.
  const isOff = (name: string): boolean =>
    there.some(
      (user) => user.name === name && / off( |$)/.test(user.line) && user.hashes.some((one) => one !== noPassword),
    );
  const acl = redisAcl({
    bot: hashOf('hallpass-bot'),
    worker: hashOf('hallpass-worker'),
    guard: hashOf('hallpass-guard'),
    watcher: hashOf('hallpass-watcher'),
  });
  const others = there.filter(({ name }) => name !== 'default' && !ours(name));
  const wanted: readonly (readonly [string, OtherUser])[] = [
    ...(others.some(isAdmin) ? [] : [[admin, 'admin'] as const]),
    ...(sentinel ? (['replica', 'sentinel'] as const).map((name) => [name, name] as const) : []),
  ];
  const added = wanted
    .filter(([name]) => others.every((other) => other.name !== name))
    .map(([name, user]) => otherUser(name, user, make(name)));
  const own = acl
    .trimEnd()
    .split('\n')
    .map((line) => (isOff(line.split(' ')[1] ?? '') ? line.replace(' on ', ' off ') : line));
  return { text: `${[...own, ...others.map(({ line }) => line), ...added].join('\n')}\n`, made };
};

const isAdmin = ({ line }: User): boolean => / on( |$)/.test(line) && /\+@all|allcommands/.test(line);

const sayMade = (made: Made, at: string): readonly string[] => {
  if (made.size === 0) return ['Everybody keeps the password that they have.'];
  const { protocol, host, pathname } = new URL(at);
  return [
    'These passwords are shown once, and stand nowhere else:',
    ...[...made].map(([name, password]) => {
      const url = `${protocol}//${name}:${password}@${host}${pathname}`;
      if (ours(name)) return `REDIS_URL of the ${name.replace('hallpass-', '')}: ${url}`;
      if (name === 'replica') return `Replicas and the primary: masteruser replica, masterauth ${password}`;
      if (name === 'sentinel')
        return `Sentinels: sentinel auth-user <name> sentinel, sentinel auth-pass <name> ${password}`;
      return `Administrator: ${url}`;
    }),
  ];
};

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);

const writeOnce = async (into: string, text: string): Promise<Result<null, string>> => {
  try {
    await writeFile(into, text, { flag: 'wx', mode: 0o600 });
    return ok(null);
  } catch (cause) {
    return codeOf(cause) === 'EEXIST'
      ? err(`${into} is there already, and is not written over. Name another file.`)
      : err(`${into} cannot be written (${codeOf(cause)}). Name a file that you may write.`);
  }
};
