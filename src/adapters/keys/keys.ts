import { createPublicKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { Signer, Trust } from '#domain/request/chain.ts';
import type { Author } from '#domain/request/events.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { keyIdOf, signerOf, trustOf } from './ed25519.ts';
import { authors, type Found, readPrivate, readTrusted } from './files.ts';

export type Keys = {
  /** Throws for an author whose private key is not there; ask for it through `needed` when loading. */
  readonly signer: (author: Author) => Signer;
  readonly trust: Trust;
  /** All public keys that are believed, with what their names say. */
  readonly trusted: readonly Found[];
};

/**
 * Loads the keys of a folder: `bot.key`, `worker.key`, `guard.key` and `watcher.key` (PEM, only those that this process may have) and
 * `trusted/bot-*.pub`, `trusted/worker-*.pub`, … (PEM; several of one author while a key is being replaced, and afterwards the old one with the time until which it was good in its name; of a guard's and a watcher's also the clusters that it is good for). An
 * own key is trusted without standing there. Nobody needs a guard's or watcher's key where there is none. `needed` are the authors that this process signs as. Answers with every problem at
 * once, each with what to do.
 */
export const createKeys = (folder: string, needed: readonly Author[] = []): Result<Keys, readonly string[]> => {
  const own = authors.map((author) => ({ author, read: readPrivate(folder, author) }));
  const listed = readTrusted(folder);
  const problems = [...own.map(({ read }) => read), ...listed].flatMap((one) => (one.ok ? [] : [one.error]));

  const privateKeys = new Map<Author, KeyObject>();
  for (const { author, read } of own) if (read.ok && read.value !== undefined) privateKeys.set(author, read.value);
  const found = [
    ...[...privateKeys].map(([author, key]) => ownPublic(folder, author, key)),
    ...listed.flatMap((one) => (one.ok ? [one.value] : [])),
  ];
  problems.push(...missing(folder, needed, own, found, problems.length > 0), ...shared(found), ...contrary(found));
  if (problems.length > 0) return err(problems);

  const signer = (author: Author): Signer => {
    const key = privateKeys.get(author);
    if (key === undefined) throw new Error(`This process has no "${author}.key" and cannot sign as the ${author}`);
    return signerOf(author, key);
  };
  const trusted = {
    bot: byId(found, 'bot'),
    worker: byId(found, 'worker'),
    guard: byId(found, 'guard'),
    watcher: byId(found, 'watcher'),
  };
  return ok({
    signer,
    trust: trustOf(trusted),
    trusted: Object.values(trusted).flatMap((byKey) => [...byKey.values()]),
  });
};

const ownPublic = (folder: string, author: Author, key: KeyObject): Found => ({
  author,
  file: join(folder, `${author}.key`),
  key: createPublicKey(key),
});

/** What a name in `trusted/` says holds for a private key that is there too. */
const byId = (found: readonly Found[], author: Author): ReadonlyMap<string, Found> =>
  new Map(found.filter((one) => one.author === author).map((one) => [keyIdOf(one.key), one]));

const missing = (
  folder: string,
  needed: readonly Author[],
  own: readonly { readonly author: Author; readonly read: Result<KeyObject | undefined, string> }[],
  found: readonly Found[],
  isBroken: boolean,
): readonly string[] => [
  ...own.flatMap(({ author, read }) =>
    needed.includes(author) && read.ok && read.value === undefined
      ? [`There is no "${join(folder, `${author}.key`)}". Make the keys with \`hallpass keys generate ${folder}\`.`]
      : [],
  ),
  // A file that could not be read may have been the one.
  ...authors.flatMap((author) =>
    isBroken || (isOptional(author) && !needed.includes(author)) || found.some((one) => one.author === author)
      ? []
      : [`No key of the ${author} is trusted. Put its public key to "${join(folder, 'trusted', `${author}-1.pub`)}".`],
  ),
];

const isOptional = (author: Author): boolean => author === 'guard' || author === 'watcher';

/** One key for two authors would let either sign what only the other may. */
const shared = (found: readonly Found[]): readonly string[] =>
  found.flatMap(({ author, key, file }, index) => {
    const other = found.slice(0, index).find((one) => one.author !== author && keyIdOf(one.key) === keyIdOf(key));
    return other === undefined
      ? []
      : [
          `"${file}" and "${other.file}" hold the same key; ${other.author} and ${author} need one each. Make a new pair for one of them.`,
        ];
  });

/** One key under two names would be good for what the last of them says. */
const contrary = (found: readonly Found[]): readonly string[] => {
  const listed = found.filter(({ file }) => file.endsWith('.pub'));
  return listed.flatMap(({ author, key, file, clusters }, index) => {
    const other = listed
      .slice(0, index)
      .find((one) => one.author === author && keyIdOf(one.key) === keyIdOf(key) && !isSame(one.clusters, clusters));
    return other === undefined
      ? []
      : [`"${file}" and "${other.file}" hold the same key, and say other clusters that it is good for. Take one away.`];
  });
};

const isSame = (one: Found['clusters'], other: Found['clusters']): boolean =>
  JSON.stringify(one?.toSorted()) === JSON.stringify(other?.toSorted());
