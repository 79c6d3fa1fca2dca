import { wrong } from '#domain/finding.ts';
import type { Result } from '#domain/result.ts';
import { type Answer, misspelt } from './answer.ts';
import { checkNode } from './check-node.ts';
import type { Checked } from './checks.ts';
import { checkedJson, isHealthy, sayChecked } from './doctor-text.ts';
import { readFlags } from './flags.ts';

/** `--json` is how it was said before there was `--output`. */
const known = { output: 'value', json: 'switch' } as const;

/**
 * Checks everything that can be wrong before Hallpass runs, or while it does: as the role of the environment. Node comes
 * first and by itself, for nothing else can be loaded by one that is too old. `loaded` is how reading `.env` went.
 */
export const doctor = async (
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  nodeVersion = process.versions.node,
  loaded?: Result<null, string>,
): Promise<Answer> => {
  const flags = readFlags(words, known);
  if (!flags.ok) return misspelt([flags.error]);
  const { json, output = json ? 'json' : 'text' } = flags.value;
  if (output !== 'text' && output !== 'json')
    return misspelt([`--output ${JSON.stringify(output)} is not understood. Write text or json.`]);
  if (json && output === 'text') return misspelt(['--json and --output text do not go together. Leave one out.']);
  const node = checkNode(nodeVersion);
  const unread = loaded?.ok === false ? [{ about: 'Settings', finding: wrong(loaded.error) }] : [];
  const others = node.type === 'wrong' ? [] : [...unread, ...(await lookAtAll(environment))];
  const checked: readonly Checked[] = [{ about: 'Node', finding: node }, ...others];
  const out = output === 'json' ? [JSON.stringify(checkedJson(checked), null, 2)] : sayChecked(checked);
  return { status: isHealthy(checked) ? 0 : 1, out };
};

const lookAtAll = async (environment: NodeJS.ProcessEnv): Promise<readonly Checked[]> => {
  try {
    return await (await import('./check-all.ts')).checkAll(environment);
  } catch (cause) {
    // What this finds it says itself: only what it is made of can be missing.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')) throw cause;
    const text = `${cause.message}. Run "npm ci", or take the image as it is. Nothing else could be looked at.`;
    return [{ about: 'Packages', finding: wrong(text) }];
  }
};
