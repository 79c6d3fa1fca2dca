import { type UsedEntry, writeEntry } from '#domain/guard/entry.ts';
import { stateMark } from '#domain/guard/state-mark.ts';
import { type Covering, targetIn } from './covering-grant.ts';
import type { GuardPorts } from './guard-ports.ts';
import type { Guarded } from './guarded.ts';

/** Leaves word for the bot that a grant was used: its thread shall say so. A note that is lost lets nothing in, and is told. */
export const noteUse = async (ports: GuardPorts, guarded: Guarded, { chain, risk }: Covering): Promise<void> => {
  const { id } = chain.request.asked;
  const { operation } = guarded.write;
  const used = { type: 'used', id, operation, target: targetIn(guarded), risk, ...statesOf(ports, guarded) } as const;
  const noted = ports.grantUses.use(used);
  if (noted.type === 'now') await leave(ports, used);
  if (noted.type === 'lost') tellLost(ports, used, 'Too many objects in a minute');
  // Nobody who writes waits for the minute to be over.
  if (noted.type === 'later' && noted.first !== undefined) void leaveLater(ports, id, noted.first);
};

const leaveLater = async (ports: GuardPorts, grant: UsedEntry['id'], milliseconds: number): Promise<void> => {
  await ports.pause(milliseconds);
  for (const one of ports.grantUses.take(grant)) await leave(ports, one);
};

const leave = async (ports: GuardPorts, used: UsedEntry): Promise<void> => {
  try {
    if (!(await ports.held.note(writeEntry(used, ports.signer)))) tellLost(ports, used, 'No room: is a bot running?');
  } catch (cause) {
    tellLost(ports, used, String(cause));
  }
};

const tellLost = ({ alarm }: GuardPorts, { id }: UsedEntry, cause: string): void =>
  alarm('The use of a grant could not be noted', { request: id, cause });

/** A part of an object, as its scale, does not say what the whole of it is. */
const statesOf = ({ trust }: GuardPorts, { write, protection }: Guarded): Pick<UsedEntry, 'from' | 'to'> => {
  const { before, after, subresource } = write;
  if (subresource !== undefined) return {};
  return { from: stateMark(before, protection, trust.digest), to: stateMark(after, protection, trust.digest) };
};
