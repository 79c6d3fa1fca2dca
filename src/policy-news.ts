import type { PolicyNews } from '#adapters/files/follow-policy.ts';
import { renderManifests } from '#adapters/kubernetes/manifests.ts';
import { policyBetween } from '#domain/policy/between.ts';
import type { Author } from '#domain/request/events.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Settings } from '#use-cases/ports.ts';
import type { Tell } from './alarm.ts';
import type { Log } from './log.ts';

/** Of these many problems, each cut, an administrator reads in Slack; the log has more of them. */
const most = { inSlack: 10, inLog: 100, characters: 300 } as const;

/** Where news of the policy go: the log, and what is told in the administrators' channel. */
export type Voice = { readonly info: Log; readonly error: Log; readonly tell: Tell };

/** Says one thing after another; what cannot be said now, because Slack or Redis is away, is said later. */
export const createSpeaker = ({ error, tell }: Voice) => {
  const waiting: string[] = [];
  let fails = false;
  return {
    put: (text: string): void => void waiting.push(text),
    tellAll: async (): Promise<void> => {
      try {
        for (let text = waiting[0]; text !== undefined; text = waiting[0]) {
          await tell(text);
          waiting.shift();
          fails = false;
        }
      } catch (cause) {
        if (!fails)
          error('The administrators could not be told of the policy; it is tried again', { cause: String(cause) });
        fails = true;
      }
    },
  };
};

/** Says what became of a policy folder that has changed, and what an operator has to do about it. */
export const sayNews = (
  who: Author,
  { info, error, tell }: Omit<Voice, 'tell'> & { readonly tell: (text: string) => void },
  news: PolicyNews,
  before: Settings | undefined,
): void => {
  const hash = before?.policy.hash;
  switch (news.type) {
    case 'refused':
      error('The policy folder has changed and cannot be used', {
        inForce: hash ?? 'none',
        problems: sayProblems(news.problems, most.inLog),
      });
      tell(
        [
          `The policy folder has changed and cannot be used. ${stays(who, hash)}`,
          ...sayProblems(news.problems).map((problem) => `• ${problem}`),
        ].join('\n'),
      );
      return;
    case 'restored':
      info('The policy folder is again as the policy in force', { hash });
      tell(`The policy folder can be used again: it is as the policy that the ${who} goes by (${short(hash)}).`);
      return;
    case 'taken': {
      const { policy } = news.folder.settings;
      info('The policy was read anew', { hash: policy.hash, before: hash ?? 'none', rules: policy.rules.length });
      if (who === 'bot' && before !== undefined && before.policy.hash !== policy.hash)
        tell(
          [
            `The policy has changed: the bot goes by ${short(policy.hash)} now, and no more by ${short(hash)}.`,
            ...policyBetween(before.policy, policy).map((line) => `• ${cut(line, most.characters)}`),
          ].join('\n'),
        );
      if (news.mended) tell(`The policy folder can be used again: the ${who} goes by it now (${short(policy.hash)}).`);
      const stale = before === undefined ? [] : manifestsBetween(before, news.folder.settings);
      if (stale.length > 0)
        info('The manifests that fit the policy have changed: write and apply them again', {
          files: stale,
          remedy: 'npx hallpass manifests <policy folder> <into>, then kubectl apply -k',
        });
    }
  }
};

const stays = (who: Author, hash: string | undefined): string =>
  hash === undefined
    ? `The ${who} still has no policy: nothing is applied until it is mended.`
    : `The ${who} goes by the policy from before (${short(hash)}) until it is mended.`;

const short = (hash: string | undefined): string => (hash ?? 'none').slice(0, 12);

/** The first problems, each on a line that is not too long. */
export const sayProblems = (problems: readonly string[], count: number = most.inSlack): readonly string[] => [
  ...problems.slice(0, count).map((problem) => cut(oneLine(problem), most.characters)),
  ...(problems.length > count
    ? [`${problems.length - count} more: npx hallpass policy check <folder> names each.`]
    : []),
];

/** Which manifests differ: what may be granted is bounded by those that were applied. */
const manifestsBetween = (before: Settings, after: Settings): readonly string[] => {
  const [old, now] = [renderManifests(before.kinds), renderManifests(after.kinds)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path));
};
