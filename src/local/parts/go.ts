import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Apt } from './apt.ts';
import { makeFolder } from './files.ts';
import { run } from './run.ts';

const goRoot = (work: string): string => join(work, 'go/usr/lib/go-1.19');

/** Debian's Go into the folder `work`, where it is not there yet. */
export const fetchGo = async (work: string, apt: Apt): Promise<void> => {
  await makeFolder(join(work, 'go'), (tree) => apt.unpack(['golang-1.19-go'], tree));
  await rm(join(work, 'tmp'), { recursive: true, force: true });
  await mkdir(join(work, 'tmp'), { recursive: true });
};

/** What Go is told of its surroundings. CGO_ENABLED=0: no C compiler needed. */
export const goEnvironment = (work: string): NodeJS.ProcessEnv => ({
  PATH: `${join(goRoot(work), 'bin')}:/usr/bin:/bin`,
  HOME: work,
  LC_ALL: 'C',
  GOROOT: goRoot(work),
  GOCACHE: join(work, 'gocache'),
  GOTMPDIR: join(work, 'tmp'),
  GOENV: 'off',
  GOFLAGS: '',
  CGO_ENABLED: '0',
});

/** This Go and no other: a machine's own would be found on PATH first. */
export const runGo = (work: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd?: string): Promise<string> =>
  run(join(goRoot(work), 'bin/go'), args, { env, ...(cwd === undefined ? {} : { cwd }) });
