import { cronJob, deployment, made, ruleTest } from '#test/build/risk.ts';
import { workloadGitRepo } from './git-repo.ts';

const from = (repository: string) => deployment({ volumes: [{ name: 'code', gitRepo: { repository } }] });

ruleTest(workloadGitRepo, {
  hits: [
    ...made(from('https://a.test/x.git'), cronJob({ volumes: [{ name: 'x', gitRepo: {} }] })),
    [from('https://a.test/x.git'), from('https://b.test/x.git')],
  ],
  misses: made(
    deployment({ volumes: [{ name: 'gitRepo', emptyDir: {} }] }),
    deployment({ volumes: [{ gitRepo: null }] }),
  ),
});
