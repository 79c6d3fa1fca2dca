import { type Answer, misspelt } from './answer.ts';
import { checkNode } from './check-node.ts';
import { checkedJson, isHealthy, sayChecked } from './doctor-text.ts';
import { readFlags } from './flags.ts';

const known = { json: 'switch' } as const;

/**
 * Checks everything that can be wrong before Hallpass runs, or while it does: as the role of the environment. Node comes
 * first and by itself, for nothing else can be loaded by one that is too old.
 */
export const doctor = async (
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  nodeVersion = process.versions.node,
): Promise<Answer> => {
  const flags = readFlags(words, known);
  if (!flags.ok) return misspelt([flags.error]);
  const node = checkNode(nodeVersion);
  const others = node.type === 'wrong' ? [] : await (await import('./check-all.ts')).checkAll(environment);
  const checked = [{ about: 'Node', finding: node }, ...others];
  const out = flags.value.json ? [JSON.stringify(checkedJson(checked), null, 2)] : sayChecked(checked);
  return { status: isHealthy(checked) ? 0 : 1, out };
};
