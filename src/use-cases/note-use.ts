import { type UsedEntry, writeEntry } from '#domain/guard/entry.ts';
import { stateMark } from '#domain/guard/state-mark.ts';
import { type Covering, targetIn } from './covering-grant.ts';
import type { GuardPorts } from './guard-ports.ts';
import type { Guarded } from './review-write.ts';

/** Leaves word for the bot that a grant was used: its thread shall say so. A note that is lost lets nothing in. */
export const noteUse = async (ports: GuardPorts, guarded: Guarded, { chain, risk }: Covering): Promise<void> => {
  const { id } = chain.request.asked;
  const { operation } = guarded.write;
  const used = { type: 'used', id, operation, target: targetIn(guarded), risk, ...statesOf(ports, guarded) } as const;
  await ports.held.note(writeEntry(used, ports.signer)).catch((cause: unknown) => {
    ports.alarm('The use of a grant could not be noted', { request: id, cause: String(cause) });
  });
};

/** A part of an object, as its scale, does not say what the whole of it is. */
const statesOf = ({ trust }: GuardPorts, { write, protection }: Guarded): Pick<UsedEntry, 'from' | 'to'> => {
  const { before, after, subresource } = write;
  if (subresource !== undefined) return {};
  return { from: stateMark(before, protection, trust.digest), to: stateMark(after, protection, trust.digest) };
};
