import { mostWorse, writeEntry } from '#domain/guard/entry.ts';
import { breaksGlass } from '#domain/guard/fingerprint.ts';
import { type Misuse, revokesAt } from '#domain/guard/protection.ts';
import { isKept, isWorse } from '#domain/request/misuse.ts';
import { sayFinding } from '#domain/risk/finding.ts';
import { cut } from '#domain/text.ts';
import { type Covering, targetIn } from './covering-grant.ts';
import type { GuardPorts } from './guard-ports.ts';
import type { Guarded } from './guarded.ts';

/**
 * The risk of a write that ends the grant of its author, as far as that is in force; undefined for what is only held. Whoever breaks
 * glass is in an emergency, and everybody is told of that write.
 */
const misuseOf = ({ write, protection }: Guarded, { type, risk }: Covering): Misuse | undefined =>
  type === 'worse' && breaksGlass(write) === undefined && revokesAt(protection, risk) ? risk : undefined;

/** Whether a write would end the grant that does not go so far. */
export const wouldEnd = (guarded: Guarded, covering: Covering): boolean =>
  misuseOf(guarded, covering) !== undefined && !isKept(covering.chain.request.asked);

/**
 * Leaves word for the bot that somebody tried what is worse than their grant's card, from the risk on that the protection names: the
 * grant is to be ended for it. Answers whether it will be. The write is refused in any case, so nothing is let in where that is lost.
 */
export const noteMisuse = async (ports: GuardPorts, guarded: Guarded, covering: Covering): Promise<boolean> => {
  const { asked, state } = covering.chain.request;
  const risk = misuseOf(guarded, covering);
  // Of what stays in force all the same it is told once.
  if (risk === undefined || state.status !== 'active' || state.tried !== undefined) return false;
  const { id, cluster } = asked;
  const findings = worseIn(covering);
  const [{ operation }, { fingerprint }] = [guarded.write, guarded];
  const tried = { operation, target: targetIn(guarded), risk, findings, fingerprint };
  const entry = { type: 'misused', id, cluster, ...tried } as const;
  try {
    const isEnding = (await ports.held.note(writeEntry(entry, ports.signer), true)) && wouldEnd(guarded, covering);
    if (isEnding) ports.lostGrants.lose(asked.subject, id);
    return isEnding;
  } catch (cause) {
    ports.alarm('That a grant is to be ended for what was tried could not be noted', {
      request: id,
      cause: String(cause),
    });
    return false;
  }
};

/** The first of what its card did not show, in words. */
const worseIn = ({ chain, findings }: Covering): string[] =>
  findings
    .filter(({ change, severity }) => change === 'introduces' && isWorse(chain.request.asked, severity))
    .slice(0, mostWorse.findings)
    .map((one) => cut(sayFinding(one), mostWorse.characters));
