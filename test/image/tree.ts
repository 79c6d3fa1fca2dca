import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname, join, posix, relative } from 'node:path';
import { createIgnored, type Dockerfile, type Instruction, type Stage } from './dockerfile.ts';

type Lock = { readonly packages: Readonly<Record<string, { dev?: true; optional?: true; devOptional?: true }>> };

/** The packages that `npm ci --omit=dev --omit=optional` installs, by their folders. */
export const productionPackages = (root: string): readonly string[] => {
  const { packages }: Lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional)
    .map(([path]) => path);
};

/**
 * Lays out in `into` what the Dockerfile's COPY lines put into the final image of this repository, without what its bases bring. What is
 * installed there by RUN is copied from what is installed here: the same packages, from the same lockfile.
 */
export const layOutImage = (root: string, { stages }: Dockerfile, into: string): void => {
  const ignored = createIgnored(readFileSync(join(root, '.dockerignore'), 'utf8'));
  const context = filesIn(root, (path) => !['node_modules', '.git'].includes(path)).filter((path) => !ignored(path));
  const layOut = (stage: Stage, place: string): void => {
    let at = '/';
    for (const one of stage.instructions) {
      if (one.name === 'WORKDIR') at = posix.resolve(at, one.text);
      if (one.name === 'COPY') copy(one, at, place);
      if (one.name === 'RUN' && one.text.startsWith('npm ci')) install(one, at, place);
    }
  };
  const copy = (one: Instruction, at: string, place: string): void => {
    const words = one.text.split(/\s+/);
    const to = words.at(-1) ?? '';
    const target = posix.resolve(at, to);
    const { from } = one.flags;
    if (from !== undefined) {
      const source = stages.find(({ name }) => name === from);
      if (source === undefined) throw new Error(`There is no stage "${from}"`);
      // What brings Node is not looked at here: this very Node runs the tests.
      if (from === 'node') return;
      const other = join(into, '..', from);
      layOut(source, other);
      // Nobody else copies from there, and there are ten thousand files.
      for (const word of words.slice(0, -1)) {
        mkdirSync(dirname(join(place, target)), { recursive: true });
        renameSync(join(other, word), join(place, target));
      }
      return;
    }
    for (const word of words.slice(0, -1)) {
      const files = context.filter((path) => path === word || path.startsWith(`${word}/`));
      if (files.length === 0) throw new Error(`The context has no "${word}": .dockerignore leaves it out`);
      for (const path of files) {
        const name = path === word ? (to.endsWith('/') ? path : '') : relative(word, path);
        put(join(root, path), join(place, target, name));
      }
    }
  };
  const install = (one: Instruction, at: string, place: string): void => {
    if (!one.text.includes('--omit=optional')) return;
    // Packages below another one are copied if they are wanted.
    const filter = (source: string): boolean => basename(source) !== 'node_modules';
    for (const path of productionPackages(root))
      cpSync(join(root, path), join(place, at, path), { recursive: true, filter });
  };
  const final = stages.at(-1);
  if (final === undefined) throw new Error('There is no stage');
  layOut(final, into);
};

const put = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
};

/** All files below a folder, hidden ones too, by their path in it. */
export const filesIn = (folder: string, isWanted: (path: string) => boolean = () => true, below = ''): string[] =>
  readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    if (!isWanted(path)) return [];
    return entry.isDirectory() ? filesIn(folder, isWanted, path) : [path];
  });

/** Takes the right to write from everybody, or gives it back to its owner; everybody may read. */
export const letWrite = (folder: string, isAllowed: boolean): void => {
  chmodSync(folder, isAllowed ? 0o755 : 0o555);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) letWrite(path, isAllowed);
    else if (entry.isFile()) chmodSync(path, isAllowed ? 0o644 : 0o444);
  }
};
