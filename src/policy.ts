import { createPolicyFollower } from '#adapters/files/follow-policy.ts';
import { type PolicyFiles, readPolicyFiles } from '#adapters/files/policy-files.ts';
import { type PolicyFolder, policyFolderOf } from '#adapters/files/policy-folder.ts';
import type { Author } from '#domain/request/events.ts';
import { countPolicyNews, markPolicy } from '#src/metrics/policy.ts';
import type { Settings } from '#use-cases/ports.ts';
import { every } from './every.ts';
import { createSpeaker, sayNews, type Voice } from './policy-news.ts';

/** Milliseconds between two looks at the folder; a change takes effect at the second look that finds it. */
const lookEvery = 2_000;
/** Milliseconds between two tries to tell what is to be told. */
const tellEvery = 1_000;

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
  const files = await readSettled(path);
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
      markPolicy(who, current?.policy.hash);
      const speaker = createSpeaker(voice);
      const follower = createPolicyFollower(path, {
        first: { digest: files.digest, problems },
        check,
        tell: (news) => {
          const before = current;
          if (news.type === 'taken') current = news.folder.settings;
          countPolicyNews(who, news, before?.policy.hash);
          sayNews(who, { ...voice, tell: speaker.put }, news, before);
        },
      });
      const looking = every(lookEvery, follower.look, (cause) =>
        voice.error('The policy folder could not be looked at', { cause: String(cause) }),
      );
      // Apart: a Slack that hangs keeps no policy from taking effect.
      const telling = every(tellEvery, speaker.tellAll, () => {});
      return {
        stop: async () => {
          await Promise.all([looking.stop(), telling.stop()]);
        },
      };
    },
  };
};

/** At start it must be found twice in a row, too: a ConfigMap may be swapped between two of its files. */
const readSettled = async (path: string): Promise<PolicyFiles> => {
  let files = await readPolicyFiles(path);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const again = await readPolicyFiles(path);
    if (again.digest === files.digest) return again;
    files = again;
  }
  return files;
};
