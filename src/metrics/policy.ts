import type { PolicyNews } from '#adapters/files/follow-policy.ts';
import type { Author } from '#domain/request/events.ts';
import { defineCounter, defineGauge } from './registry.ts';

const toldBy = ['bot', 'worker', 'guard', 'watcher'] as const;

const inForce = defineGauge({
  name: 'hallpass_policy_info',
  help: 'The policy in force, by the hash of its files; the value is 1.',
  labels: ['process', 'hash'],
  toldBy,
});
const isRefused = defineGauge({
  name: 'hallpass_policy_refused',
  help: '1 while the policy folder has changed and cannot be used, so that the policy from before stays in force.',
  labels: ['process'],
  toldBy,
});
const reads = defineCounter({
  name: 'hallpass_policy_changes_total',
  help: 'Changes of the policy folder: taken, refused, or restored to what is in force.',
  labels: ['process', 'result'],
  toldBy,
});

/** Says which policy a process has begun with; none is refused from the start. */
export const markPolicy = (process: Author, hash: string | undefined): void => {
  if (hash !== undefined) inForce.set({ process, hash }, 1);
  isRefused.set({ process }, hash === undefined ? 1 : 0);
  for (const result of ['taken', 'refused', 'restored']) reads.add({ process, result }, 0);
};

/** Counts what became of a change of the policy folder. */
export const countPolicyNews = (process: Author, news: PolicyNews, before: string | undefined): void => {
  reads.add({ process, result: news.type });
  isRefused.set({ process }, news.type === 'refused' ? 1 : 0);
  if (news.type !== 'taken') return;
  if (before !== undefined) inForce.forget({ process, hash: before });
  inForce.set({ process, hash: news.folder.settings.policy.hash }, 1);
};
