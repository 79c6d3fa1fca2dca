import { objectRef } from '#domain/plan.ts';
import { type Chain, extend } from '#domain/request/chain.ts';
import { authorOf, type RequestEvent } from '#domain/request/events.ts';
import type { MemoryKeys } from '#test/memory/keys.ts';
import { bob, id } from './people.ts';
import { activated, approved, noon, submitted } from './requests.ts';

const target = objectRef.omit({ uid: true }).parse({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  namespace: 'shop',
  name: 'web',
});

/** The lines of a log of so many entries, at least five: a grant that is used again and again. */
export const longLog = (
  keys: Pick<MemoryKeys, 'signer' | 'trust'>,
  count: number,
  request = id(),
): { readonly lines: readonly string[]; readonly chain: Chain } => {
  const used: RequestEvent = { type: 'used', operation: 'update', target, risk: 'none' };
  const events: readonly RequestEvent[] = [
    submitted(),
    { type: 'voted', by: bob, revision: 1 },
    approved,
    activated,
    ...Array.from({ length: Math.max(1, count - 4) }, () => used),
  ];
  const lines: string[] = [];
  let chain: Chain | undefined;
  for (const [seconds, event] of events.slice(0, count).entries()) {
    const added = extend(request, chain, [event], noon.add({ seconds }), keys.signer(authorOf(event.type)), keys.trust);
    lines.push(...added.lines);
    chain = added.chain;
  }
  if (chain === undefined) throw new Error('A log has at least one entry');
  return { lines, chain };
};
