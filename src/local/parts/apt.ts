import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AptSource,
  distributionsOwn,
  formatSources,
  parseList,
  parseRelease,
  parseSources,
} from './apt-sources.ts';
import { onPath, readOr } from './files.ts';
import { run } from './run.ts';

/** Debian's packages without touching the system: apt with folders of its own, no root needed. */
export type Apt = {
  /** Downloads the packages and those they need that the machine lacks, and unpacks them all into `tree`. */
  unpack: (packages: readonly string[], tree: string) => Promise<void>;
  /** Downloads a source package (verified by apt) into `folder`, without unpacking it. */
  downloadSource: (name: string, folder: string) => Promise<void>;
};

const freshFor = 24 * 3600_000;

const machineSources = (): AptSource[] => {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const lists = ['/etc/apt/sources.list', ...files.filter((file) => file.endsWith('.list'))];
  const stanzas = files.filter((file) => file.endsWith('.sources'));
  return [
    ...lists.flatMap((file) => parseList(readOr(file, ''))),
    ...stanzas.flatMap((file) => parseSources(readOr(file, ''))),
  ];
};

const ownSources = (): AptSource[] => {
  const release = parseRelease(readOr('/etc/os-release', ''));
  const own = distributionsOwn(machineSources(), release);
  if (own.length > 0) return own;
  throw new Error(
    `No entry of ${release.id || 'this machine'}'s own package archive was found in /etc/apt/sources.list(.d) for release "${release.codename}". ` +
      'Restore it, or install the part by hand so that it is found on PATH (see docs).',
  );
};

/** How the machine reaches the network (proxies, time-outs, dates): the only settings taken over, its hooks are not. */
const networkSettings = async (): Promise<string> => {
  const dump = await run('apt-config', ['dump']);
  const wanted = /^Acquire::(?!IndexTargets|cdrom|Languages|CompressionTypes|Changelogs)\S+ /;
  return dump
    .split('\n')
    .filter((line) => wanted.test(line))
    .join('\n');
};

const settings = (home: string, network: string): string => `${network}
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "${home}/own.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::State "${home}/state";
Dir::State::lists "${home}/lists";
Dir::State::status "${home}/state/status";
Dir::Cache "${home}/cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Log "${home}/log";
APT::Sandbox::User "${process.getuid?.() === 0 ? 'root' : ''}";
APT::Install-Recommends "false";
APT::Keep-Downloaded-Packages "true";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
`;

/** One type of package, where its index is kept, and the machine's environment. */
type Index = { home: string; type: 'deb' | 'deb-src'; machine: NodeJS.ProcessEnv };

/** Prepares apt folders for one type of package and brings their index up to date, at most once a day. */
const prepare = async ({ home, type, machine }: Index): Promise<NodeJS.ProcessEnv> => {
  if (onPath(['apt-get'], machine) === undefined || onPath(['dpkg'], machine) === undefined)
    throw new Error('this machine has no apt-get and dpkg: it is not a Debian.');
  for (const folder of ['state', 'lists/partial', 'cache/archives/partial', 'log'])
    mkdirSync(join(home, folder), { recursive: true });
  // A copy, because apt locks the folder that holds it, which would need root.
  if (existsSync('/var/lib/dpkg/status')) copyFileSync('/var/lib/dpkg/status', join(home, 'state/status'));
  else writeFileSync(join(home, 'state/status'), '');
  const sources = formatSources(ownSources(), type);
  const stamp = join(home, 'updated');
  const isSame = readOr(join(home, 'own.sources'), '') === sources;
  writeFileSync(join(home, 'own.sources'), sources);
  writeFileSync(join(home, 'apt.conf'), settings(home, await networkSettings()));
  const env = { ...machine, APT_CONFIG: join(home, 'apt.conf'), LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const isFresh = isSame && existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < freshFor;
  if (isFresh) return env;
  rmSync(stamp, { force: true });
  await run('apt-get', ['update', '-q', '-o', 'APT::Update::Error-Mode=any'], { env });
  writeFileSync(stamp, '');
  return env;
};

/** Once with the index at hand, and once more with a fresh one: a day-old index may name files that are gone. */
const withFreshIndex = async <T>(index: Index, use: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<T> => {
  const stamp = join(index.home, 'updated');
  const hadIndex = existsSync(stamp);
  try {
    return await use(await prepare(index));
  } catch (fault) {
    if (!hadIndex) throw fault;
    rmSync(stamp, { force: true });
    return await use(await prepare(index));
  }
};

/** @param folder where apt's index is kept between calls. */
export const createApt = (folder: string, machine: NodeJS.ProcessEnv): Apt => ({
  unpack: async (packages, tree) => {
    const home = join(folder, 'binary');
    await withFreshIndex({ home, type: 'deb', machine }, async (env) => {
      const archives = join(home, 'cache/archives');
      rmSync(archives, { recursive: true, force: true });
      mkdirSync(join(archives, 'partial'), { recursive: true });
      // --reinstall: a package that the machine has is fetched as well, for its files are wanted in the tree.
      const flags = ['-q', '-y', '--download-only', '--no-install-recommends', '--reinstall'];
      await run('apt-get', ['install', ...flags, ...packages], { env });
      mkdirSync(tree, { recursive: true });
      const debs = readdirSync(archives).filter((name) => name.endsWith('.deb'));
      for (const deb of debs) await run('dpkg', ['-x', join(archives, deb), tree]);
      rmSync(archives, { recursive: true, force: true });
    });
  },
  downloadSource: async (name, into) => {
    mkdirSync(into, { recursive: true });
    await withFreshIndex({ home: join(folder, 'source'), type: 'deb-src', machine }, (env) =>
      run('apt-get', ['source', '-q', '--download-only', '--only-source', name], { env, cwd: into }),
    );
  },
});
