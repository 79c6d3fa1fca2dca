import { at, itemsAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Rule } from '#domain/risk/rule.ts';
import { ofPod, podSpecsOf } from './workload.ts';

/** The node fetches it, with its own rights, and runs the hooks that are in it. */
export const workloadGitRepo: Rule = {
  name: 'workload-git-repo',
  severity: 'critical',
  sources: ['CVE-2024-10220'],
  inside: (object) =>
    podSpecsOf(object).flatMap((pod) =>
      itemsAt(pod.spec, 'volumes')
        .filter(({ item }) => (at(item, 'gitRepo') ?? null) !== null)
        .map(({ item, path }) => {
          const from = textAt(item, 'gitRepo', 'repository');
          const says = `a volume out of a repository, whose hooks run on the node${ofPod(pod)}: ${quoted(from)}`;
          return { key: `${pod.name} ${from}`, says, path: [...pod.path, ...path, 'gitRepo'] };
        }),
    ),
};
