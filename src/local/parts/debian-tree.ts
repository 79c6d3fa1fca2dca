import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Apt } from './apt.ts';
import { foldersBelow, isExecutable, makeFolder } from './files.ts';
import { run } from './run.ts';

export type DebianProgram = {
  packages: readonly string[];
  /** Where the program is inside the packages, without a leading slash. */
  program: string;
  /** Further lines of shell for the wrapper; `$tree` is the folder the packages are unpacked in. */
  prepare?: string;
  /** Arguments that show that the program runs. */
  probe: readonly string[];
};

const libraryFolders = (tree: string): string[] =>
  ['lib', 'usr/lib']
    .flatMap((top) =>
      foldersBelow(join(tree, top), (_, files) => files.some((name) => /^lib.*\.so(\.\d|$)/.test(name))),
    )
    .map((folder) => folder.slice(tree.length + 1));

/** A shell script rather than a link: the program finds its unpacked libraries wherever the folder is moved to. */
const wrapper = ({ program, prepare = '' }: DebianProgram, libraries: string[]): string => {
  const path = libraries.map((folder) => `$tree/${folder}`).join(':');
  return `#!/bin/sh
tree=$(dirname -- "$(readlink -f -- "$0")")/../tree
${path === '' ? '' : `export LD_LIBRARY_PATH="${path}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`}
${prepare}
exec "$tree/${program}" "$@"
`;
};

/** Unpacks Debian packages into `<folder>/tree` and makes `<folder>/bin/<name>`, which runs the program from there. */
export const installTree = (name: string, wanted: DebianProgram, folder: string, apt: Apt): Promise<void> =>
  makeFolder(folder, async (unfinished) => {
    const tree = join(unfinished, 'tree');
    await apt.unpack(wanted.packages, tree);
    if (!isExecutable(join(tree, wanted.program)))
      throw new Error(`Debian's ${wanted.packages.join(', ')} has no ${wanted.program}.`);
    const script = join(unfinished, 'bin', name);
    await mkdir(join(unfinished, 'bin'));
    await writeFile(script, wrapper(wanted, libraryFolders(tree)));
    await chmod(script, 0o755);
    await run(script, wanted.probe, { timeout: 60_000 });
  });
