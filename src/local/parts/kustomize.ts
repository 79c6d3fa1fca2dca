import { join } from 'node:path';
import type { Apt } from './apt.ts';
import { makeFolder } from './files.ts';
import { fetchGo, goEnvironment, runGo } from './go.ts';
import type { Report } from './progress.ts';
import { run } from './run.ts';

/** The newest that Debian's Go can build; `kubectl apply -k` of 1.27 is the same. Its sums are beside it, and are checked. */
const wanted = 'sigs.k8s.io/kustomize/kustomize/v5';
const module_ = join(import.meta.dirname, 'kustomize');

/** Builds kustomize with Debian's Go into `<folder>/bin/kustomize`; its modules come from where Go gets modules. */
export const buildKustomize = async (
  folder: string,
  work: string,
  apt: Apt,
  env: NodeJS.ProcessEnv,
  report: Report,
) => {
  report.doing("fetching Debian's Go compiler");
  await fetchGo(work, apt);
  report.doing('building kustomize (about a minute, once)');
  const { GOPROXY, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy, SSL_CERT_FILE } = env;
  const through = { GOPROXY, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy, SSL_CERT_FILE };
  const goEnv = {
    ...goEnvironment(work),
    ...Object.fromEntries(Object.entries(through).filter(([, value]) => value !== undefined)),
    GOPATH: join(work, 'modules'),
    // Else what is fetched cannot be removed with the folder.
    GOFLAGS: '-modcacherw',
  };
  await makeFolder(folder, async (unfinished) => {
    const program = join(unfinished, 'bin', 'kustomize');
    await runGo(
      work,
      ['build', '-mod=readonly', '-trimpath', '-ldflags', '-s -w', '-o', program, wanted],
      goEnv,
      module_,
    );
    await run(program, ['version']);
  });
};
