import { examinePolicy } from '#adapters/files/examine-policy.ts';
import { readPolicyFiles } from '#adapters/files/policy-files.ts';
import { folderFrom, type PolicyFolder } from '#adapters/files/policy-folder.ts';
import { ok, type Result } from '#domain/result.ts';

/** Reads a policy folder as the product does, but for the thread of its own that it does it on. */
export const readHere = async (folder: string): Promise<Result<PolicyFolder, readonly string[]>> => {
  const examined = examinePolicy(await readPolicyFiles(folder));
  return examined.ok ? ok(folderFrom(examined.value)) : examined;
};
