import type { GuardEntry, Left } from '#domain/guard/entry.ts';
import { cut } from '#domain/text.ts';
import type { BotPorts } from './ports.ts';
import { find } from './request-log.ts';

/** What was signed by a key that is bound to other clusters than the one that it is about. */
export type Foreign = { readonly boundTo: readonly string[]; readonly what: string };

/**
 * Whether what a guard or watcher has signed is about a cluster that its key is not good for: who has taken the guard of one cluster
 * files nothing for another, and has nothing ended there. Undefined where it is believed.
 */
export const ofAnotherCluster = async (ports: BotPorts, { said, by, key }: Left): Promise<Foreign | undefined> => {
  const boundTo = ports.trust.boundTo(by, key);
  if (boundTo === undefined) return undefined;
  const cluster = await clusterOf(ports, said);
  if (cluster === undefined || boundTo.includes(cluster)) return undefined;
  return { boundTo, what: `"${said.type}" of request ${said.id} in cluster "${cut(cluster, mostName)}"` };
};

/** Characters: whoever signs may write anything there. */
const mostName = 60;

/** A use names its grant alone, and that has its cluster. Of a grant that is not known nothing is noted. */
const clusterOf = async (ports: BotPorts, said: GuardEntry): Promise<string | undefined> => {
  if ('cluster' in said) return said.cluster;
  const found = await find(ports, said.id);
  return found.type === 'found' ? found.chain.request.asked.cluster : undefined;
};
