import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { download } from './download.ts';
import { makeFolder } from './files.ts';
import type { Report } from './progress.ts';
import { run } from './run.ts';

/**
 * The envtest archive of controller-tools: etcd, kube-apiserver and kubectl. SHA-512 as listed in that project's
 * envtest-releases.yaml. Its release of kube-controller-manager is not in there and comes from Kubernetes' own site.
 */
export const officialKubernetes = 'v1.36.0';

const hashes: Record<string, string> = {
  'linux-amd64':
    'e4d08cda61e51778c1eb4a207e827ad877e5e01990a163b8153ca6bcaed6c15cd253b46c1de87ac7bf46957436e48fea1414157ce7b9db890d617cb8e991f7eb',
  'linux-arm64':
    '6081c89c3a10f19edd8c586d36eaf81a298dc2800a4298f6f5599eba1ef6e75b8f4c9c3d71b9bb7b4e4df3310081093c06ab62762440c42b110647ee1f5fe3c2',
  'darwin-arm64':
    'd177ddc50cb48bcc0952f2cbe394811bffde03303e0303b30b0da9302db6685f9a5e76fe2ad8dca17f3f48366083d71409441b237b0ef360f6ca7a8cccd7b6a4',
};

const platform = (): string => `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;

const verify = (url: string, actual: string, expected: string) => {
  if (actual !== expected)
    throw new Error(
      `${url} has SHA-512 ${actual} instead of ${expected}: it was changed on its way or since. Not used.`,
    );
};

/** Fetches kube-controller-manager of one version; its hash is published beside it, over the same TLS connection. */
export const fetchControllerManager = async (version: string, file: string): Promise<void> => {
  // Darwin has no official build of the server programs.
  if (process.platform !== 'linux')
    throw new Error(`there is no official kube-controller-manager for ${process.platform}.`);
  const url = `https://dl.k8s.io/release/${version}/bin/${platform().replace('-', '/')}/kube-controller-manager`;
  await download(`${url}.sha512`, `${file}.sha512`);
  const expected = (await readFile(`${file}.sha512`, 'utf8')).trim().split(/\s/)[0] ?? '';
  verify(url, await download(url, file), expected);
  await rm(`${file}.sha512`);
  await chmod(file, 0o755);
};

/** Fetches the four official programs into `<folder>/bin`, all or none: they must be of one version. */
export const fetchOfficial = (folder: string, report: Report): Promise<void> =>
  makeFolder(folder, async (unfinished) => {
    const expected = hashes[platform()];
    if (expected === undefined) throw new Error(`there is no official envtest archive for ${platform()}.`);
    report.doing(`fetching the official Kubernetes ${officialKubernetes} (gives up after 5 s without a connection)`);
    const name = `envtest-${officialKubernetes}`;
    const url = `https://github.com/kubernetes-sigs/controller-tools/releases/download/${name}/${name}-${platform()}.tar.gz`;
    const archive = join(unfinished, 'envtest.tar.gz');
    verify(url, await download(url, archive), expected);
    await run('tar', ['-xzf', archive, '-C', unfinished]);
    await rename(join(unfinished, 'controller-tools/envtest'), join(unfinished, 'bin'));
    await rm(archive);
    await mkdir(join(unfinished, 'bin'), { recursive: true });
    await fetchControllerManager(officialKubernetes, join(unfinished, 'bin/kube-controller-manager'));
    for (const program of ['kube-apiserver', 'kube-controller-manager'])
      await run(join(unfinished, 'bin', program), ['--version']);
  });
