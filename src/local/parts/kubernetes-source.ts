import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Apt } from './apt.ts';
import { foldersBelow, makeFile, makeFolder } from './files.ts';
import { fetchGo, goEnvironment, runGo } from './go.ts';
import type { Report } from './progress.ts';
import { run } from './run.ts';

export type Built = 'kube-apiserver' | 'kube-controller-manager';

const package_ = 'k8s.io/kubernetes';

/** The version that Debian 12's source package `kubernetes` holds; the steps below are written for it. */
export const debianKubernetes = 'v1.20.2';

const unpackSource = async (apt: Apt, download: string, source: string) => {
  await makeFolder(download, (folder) => apt.downloadSource('kubernetes', folder));
  const archive = readdirSync(download).find((name) => name.includes('.orig.tar.'));
  if (archive === undefined || !archive.includes(debianKubernetes.slice(1)))
    throw new Error(
      `Debian's source package "kubernetes" is ${archive ?? 'empty'} here, not ${debianKubernetes} as on Debian 12. ` +
        'Point KUBEBUILDER_ASSETS at a folder with etcd, kube-apiserver, kube-controller-manager and kubectl instead.',
    );
  await makeFolder(source, async (folder) => {
    await run('tar', ['-xf', join(download, archive), '-C', folder, '--strip-components=1']);
  });
};

/** The vendor tree of the source package, no downloads. */
const sourceEnvironment = (work: string): NodeJS.ProcessEnv => ({
  ...goEnvironment(work),
  GOPATH: join(work, 'gopath'),
  GO111MODULE: 'off',
});

const go = (work: string, args: readonly string[]) => runGo(work, args, sourceEnvironment(work));

const hasTag = (file: string): boolean => {
  const text = readFileSync(file, 'utf8');
  return text.includes('+k8s:openapi-gen=') && /^\/\/ *\+k8s:/m.test(text);
};

/** The packages whose types appear in the API's description: what `make gen_openapi` finds with find and grep. */
const describedPackages = (source: string): string[] => {
  const isDescribed = (folder: string, files: string[]) =>
    files.some((file) => file.endsWith('.go') && hasTag(join(folder, file)));
  const found = ['pkg', 'cmd', 'plugin', 'staging/src/k8s.io'].flatMap((top) =>
    foldersBelow(join(source, top), isDescribed),
  );
  return found
    .map((folder) => folder.slice(source.length + 1).replace(/^staging\/src\//, 'vendor/'))
    .filter((folder) => !/^vendor\/k8s\.io\/(code-generator|sample-apiserver)\//.test(folder))
    .map((folder) => `${package_}/${folder}`)
    .sort();
};

const description = 'pkg/generated/openapi/zz_generated.openapi.go';

/** The one generated file that the source package lacks. The generator is run by itself: its makefile wants jq and rsync. */
const generateDescription = async (work: string, source: string) => {
  const generator = join(work, 'openapi-gen');
  await makeFile(generator, async (unfinished) => {
    await go(work, ['build', '-o', unfinished, `${package_}/vendor/k8s.io/kube-openapi/cmd/openapi-gen`]);
  });
  const flags = ['--v', '0', '--logtostderr', '-O', 'unfinished', '-p', `${package_}/pkg/generated/openapi`];
  const header = join(source, 'vendor/k8s.io/code-generator/hack/boilerplate.go.txt');
  await makeFile(join(source, description), async (unfinished) => {
    const inputs = ['-i', describedPackages(source).join(','), '-h', header, '-r', join(work, 'api-rules')];
    await run(generator, [...flags, ...inputs], { env: sourceEnvironment(work), cwd: source });
    await rename(join(source, description, '../unfinished.go'), unfinished);
  });
};

/** Set in both places, as Kubernetes' own build does: `--version` reads the one, the `/version` path the other. */
const linkerFlags = (): string => {
  const [major, minor] = debianKubernetes.slice(1).split('.');
  const values = { gitVersion: debianKubernetes, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const named = ['component-base/version', 'client-go/pkg/version'].flatMap((place) =>
    Object.entries(values).map(([key, value]) => `-X ${package_}/vendor/k8s.io/${place}.${key}=${value}`),
  );
  return ['-s', '-w', ...named].join(' ');
};

const compile = (name: Built, into: string, work: string) =>
  go(work, ['build', '-trimpath', '-ldflags', linkerFlags(), '-o', join(into, name), `${package_}/cmd/${name}`]);

/**
 * Builds a Kubernetes program from Debian's source package with Debian's Go, into `<folder>/bin/<name>`.
 * Finished steps stay in `work` (about 2 GB), so that an interrupted build goes on; the caller removes it.
 */
export const buildFromDebian = async (name: Built, folder: string, work: string, apt: Apt, report: Report) => {
  const source = join(work, 'gopath/src', package_);
  if (!existsSync(source)) report.doing("fetching Debian's Go compiler and the Kubernetes source (120 MB)");
  await fetchGo(work, apt);
  await unpackSource(apt, join(work, 'source'), source);
  if (!existsSync(join(source, description))) report.doing('generating the API description');
  await generateDescription(work, source);
  const isFirst = !existsSync(join(work, 'compiled'));
  report.doing(`building from Debian's source (about ${isFirst ? '5 minutes' : 'a minute'}, once)`);
  await makeFolder(folder, async (unfinished) => {
    await compile(name, join(unfinished, 'bin'), work);
    await run(join(unfinished, 'bin', name), ['--version']);
  });
  await makeFile(join(work, 'compiled'), async (unfinished) => {
    await mkdir(unfinished);
  });
};
