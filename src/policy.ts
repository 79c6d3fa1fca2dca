import { createPolicyFollower, type PolicyNews } from '#adapters/files/follow-policy.ts';
import { readPolicyFiles } from '#adapters/files/policy-files.ts';
import { type PolicyFolder, policyFolderOf } from '#adapters/files/policy-folder.ts';
import { renderManifests } from '#adapters/kubernetes/manifests.ts';
import type { Author } from '#domain/request/events.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Settings } from '#use-cases/ports.ts';
import { every } from './every.ts';
import type { Log } from './log.ts';

/** Milliseconds between two looks at the folder; a change takes effect at the second look that finds it. */
const lookEvery = 2_000;
/** Of these many problems, each cut, an administrator reads in Slack; the log has more of them. */
const most = { inSlack: 10, inLog: 100, characters: 300 } as const;

/** Where news of the policy go: the log, and what is told in the administrators' channel. */
export type Voice = { readonly info: Log; readonly error: Log; readonly tell: (text: string) => void };

/** The policy in force: read as a whole, replaced as a whole. */
export type PolicyInForce = {
  /** As it was first read; absent when it could not be used. */
  readonly folder?: PolicyFolder;
  /** Of the folder when it was first read. */
  readonly problems: readonly string[];
  /** Throws as long as no policy could be used. */
  readonly settings: () => Settings;
  /** From now on changes of the folder take effect, once `check` has nothing to say against them. */
  readonly follow: (
    who: Author,
    voice: Voice,
    check?: (folder: PolicyFolder) => Promise<readonly string[]>,
  ) => { readonly stop: () => Promise<void> };
};

export const openPolicy = async (path: string): Promise<PolicyInForce> => {
  const files = await readPolicyFiles(path);
  const first = await policyFolderOf(files);
  const problems = first.ok ? [] : first.error;
  let current: Settings | undefined = first.ok ? first.value.settings : undefined;
  const settings = (): Settings => {
    if (current === undefined) throw new Error('The policy cannot be used');
    return current;
  };
  return {
    ...(first.ok ? { folder: first.value } : {}),
    problems,
    settings,
    follow: (who, voice, check = async () => []) => {
      const follower = createPolicyFollower(path, {
        first: { digest: files.digest, problems },
        check,
        tell: (news) => {
          const before = current;
          if (news.type === 'taken') current = news.folder.settings;
          say(who, voice, news, before);
        },
      });
      return every(lookEvery, follower.look, (cause) =>
        voice.error('The policy folder could not be looked at', { cause: String(cause) }),
      );
    },
  };
};

const say = (who: Author, { info, error, tell }: Voice, news: PolicyNews, before: Settings | undefined): void => {
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
