import { cronJob, deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadGitRepo } from './git-repo.ts';

const cloned = (repository: string) => deployment({ volumes: [{ name: 'code', gitRepo: { repository } }] });

ruleTest(workloadGitRepo, {
  hits: [
    ...made(cloned('https://a.test/x.git'), cronJob({ volumes: [{ name: 'x', gitRepo: {} }] })),
    [cloned('https://a.test/x.git'), cloned('https://b.test/x.git')],
  ],
  misses: made(
    deployment({ volumes: [{ name: 'gitRepo', emptyDir: {} }] }),
    deployment({ volumes: [{ gitRepo: null }] }),
  ),
});
