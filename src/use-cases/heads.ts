import type { RequestId } from '#domain/ids.ts';
import type { Heads } from './ports.ts';

/** Past so many requests those that were seen longest ago are forgotten: some 10 MB. */
const most = 50_000;

/** Remembers heads for as long as this process runs. */
export const createHeads = (): Heads => {
  const heads = new Map<RequestId, { readonly version: number; readonly hash: string }>();
  return {
    seen: (id) => heads.get(id),
    see: (id, version, hash) => {
      const before = heads.get(id);
      if (before !== undefined && before.version > version) return;
      heads.delete(id);
      const [oldest] = heads.size < most ? [] : heads.keys();
      if (oldest !== undefined) heads.delete(oldest);
      heads.set(id, { version, hash });
    },
  };
};
