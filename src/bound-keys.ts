import type { Keys } from '#adapters/keys/keys.ts';
import type { Author } from '#domain/request/events.ts';
import type { ClusterSource } from './config.ts';

/** Whose keys may be bound to clusters. */
type Bound = Extract<Author, 'guard' | 'watcher'>;

/** Why all that a guard or watcher of this cluster signs would be dropped; nothing where its key is good for it. */
export const boundElsewhere = (
  { signer, trust }: Pick<Keys, 'signer' | 'trust'>,
  author: Bound,
  cluster: string,
): readonly string[] => {
  const { key } = signer(author);
  const boundTo = trust.boundTo(author, key);
  if (boundTo === undefined || boundTo.includes(cluster)) return [];
  return [
    `This ${author} is for cluster "${cluster}", and its key ${key} is good for ${boundTo.join(', ')} alone, as its name in trusted/ says: nothing that it signs would be believed. Give it the ${author}.key of its own cluster (\`hallpass keys generate <folder> --cluster ${cluster}\` makes one), or name its public key for "${cluster}" everywhere.`,
  ];
};

/** What should be another with keys of guards and watchers. `idle`: what is signed by it is dropped. `broad`: it is good for every cluster. */
export type KeyDoubt = { readonly type: 'idle' | 'broad'; readonly text: string };

/** Looks whether each key of a guard or watcher is bound to clusters that there are. With one cluster it need not be. */
export const doubtsOfKeys = (
  { trusted }: Pick<Keys, 'trusted'>,
  sources: readonly Pick<ClusterSource, 'name'>[],
): readonly KeyDoubt[] => {
  const names = sources.map(({ name }) => name);
  return trusted.flatMap(({ author, file, until, clusters }): readonly KeyDoubt[] => {
    if ((author !== 'guard' && author !== 'watcher') || until !== undefined) return [];
    if (clusters === undefined) return names.length > 1 ? [broad(file, author)] : [];
    return clusters.filter((one) => !names.includes(one)).map((one) => idle(file, one));
  });
};

const does: Readonly<Record<Bound, string>> = {
  guard: 'file requests in any name and end grants',
  watcher: 'end grants',
};

const broad = (file: string, author: Bound): KeyDoubt => ({
  type: 'broad',
  text: `Key file "${file}" is good for every cluster: whoever takes the ${author} of one can ${does[author]} in all of them. Give each cluster a key of its own, and name it for that, like "${author}-1.for-prod.pub" (docs/setup.md, "Signing keys").`,
});

const idle = (file: string, cluster: string): KeyDoubt => ({
  type: 'idle',
  text: `Key file "${file}" is good for cluster "${cluster}", and HALLPASS_CLUSTERS names none that is called so. Correct its name, or take it away.`,
});
