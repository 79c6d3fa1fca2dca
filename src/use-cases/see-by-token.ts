import type { RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { admit } from './membership.ts';
import type { BotPorts } from './ports.ts';
import { accountOf, type Principal } from './principal.ts';
import { find } from './request-log.ts';
import { seeRequest } from './see-requests.ts';

/** The latest so many are looked through. */
const most = 100;

/**
 * One request, if the principal of a token may know of it: a pipeline or agent of what it asked for itself, a person of what
 * concerns them. Otherwise the same answer as if it were not there.
 */
export const seeByToken = async (ports: BotPorts, principal: Principal, id: RequestId): Promise<Chain | undefined> => {
  if (principal.type === 'person') return seeRequest(ports, principal.person, id);
  const found = await find(ports, id);
  return found.type === 'found' && isOf(found.chain, principal) ? found.chain : undefined;
};

/** What the principal asked for, the latest first. */
export const listByToken = async (ports: BotPorts, principal: Principal): Promise<readonly Chain[]> => {
  const account = accountOf(principal);
  if (principal.type === 'person' && !(await admit(ports, account)).ok) return [];
  const ids = await ports.store.ofPerson(account, most);
  const found = await Promise.all(ids.map((id) => find(ports, id)));
  return found.flatMap((one) => (one.type === 'found' && isOf(one.chain, principal) ? [one.chain] : []));
};

const isOf = ({ request: { asked } }: Chain, principal: Principal): boolean =>
  principal.type === 'caller'
    ? asked.caller?.name === principal.caller.name
    : asked.requester === principal.person || asked.subject === principal.person;
