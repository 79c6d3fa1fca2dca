import { readPolicyFiles } from './policy-files.ts';
import { type PolicyFolder, policyFolderOf } from './policy-folder.ts';

/** What became of a policy folder that has changed. */
export type PolicyNews =
  /** It takes effect now; `mended` when it could not be used before. */
  | { readonly type: 'taken'; readonly folder: PolicyFolder; readonly mended: boolean }
  /** It cannot be used; what was in force stays so. Told once as long as its problems are the same. */
  | { readonly type: 'refused'; readonly problems: readonly string[] }
  /** It is again as what is in force. */
  | { readonly type: 'restored' };

export type FollowOptions = {
  /** How the folder was when it was first read: the digest of its files, and its problems if it could not be used. */
  readonly first: { readonly digest: string; readonly problems: readonly string[] };
  /** What files cannot tell: problems of a folder that is right by itself. */
  readonly check: (folder: PolicyFolder) => Promise<readonly string[]>;
  readonly tell: (news: PolicyNews) => void;
  /** Milliseconds after which what `check` complained of is checked again, though no file changed. */
  readonly checkAgain?: number;
};

/**
 * Looks at a policy folder anew, as a whole, each time `look` is called. By content, and not by what a file system says
 * of changes: Kubernetes swaps a link, editors rename, and some volumes notify of nothing. A state counts when it was
 * found twice in a row, for it may be half written the first time.
 */
export const createPolicyFollower = (
  folder: string,
  { first, check, tell, checkAgain = 30_000 }: FollowOptions,
): { readonly look: () => Promise<void> } => {
  let inForce = first.problems.length > 0 ? undefined : first.digest;
  let told = sayAll(first.problems);
  let judged = { digest: first.digest, again: Number.POSITIVE_INFINITY };
  let seen = first.digest;

  const refuse = (problems: readonly string[]): void => {
    if (sayAll(problems) === told) return;
    told = sayAll(problems);
    tell({ type: 'refused', problems });
  };

  const judge = async (files: Awaited<ReturnType<typeof readPolicyFiles>>): Promise<void> => {
    const { digest } = files;
    const read = await policyFolderOf(files);
    if (!read.ok) {
      judged = { digest, again: Number.POSITIVE_INFINITY };
      refuse(read.error);
      return;
    }
    const problems = await check(read.value);
    judged = { digest, again: performance.now() + checkAgain };
    if (problems.length > 0) {
      refuse(problems);
      return;
    }
    const mended = told !== '';
    [inForce, told] = [digest, ''];
    tell({ type: 'taken', folder: read.value, mended });
  };

  const look = async (): Promise<void> => {
    const files = await readPolicyFiles(folder);
    const { digest } = files;
    const settled = digest === seen;
    seen = digest;
    if (!settled) return;
    if (digest === inForce) {
      if (told !== '') tell({ type: 'restored' });
      told = '';
      judged = { digest, again: Number.POSITIVE_INFINITY };
      return;
    }
    if (judged.digest !== digest || judged.again <= performance.now()) await judge(files);
  };
  return { look };
};

const sayAll = (problems: readonly string[]): string => problems.join('\n');
