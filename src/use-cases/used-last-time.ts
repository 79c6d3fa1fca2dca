import type { PersonId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Asked } from '#domain/request/request.ts';
import type { Used } from '#domain/request/summary.ts';
import type { Asking } from './asking.ts';
import { narrowerFor } from './narrower.ts';
import type { BotPorts } from './ports.ts';
import { find } from './request-log.ts';
import { usageIn } from './sum-up.ts';

/** What somebody asks for. */
export type AskingAgain = Pick<Asking, 'by' | 'subject' | 'kind' | 'cluster' | 'namespace' | 'ask'>;

/** The grant that somebody had of the same last, what they did with it, and what would have been enough now. */
export type LastTime = { readonly asked: Asked; readonly used: readonly Used[]; readonly narrower: Json };

/** So many of somebody's requests are looked through, the latest first. */
const most = 20;

/**
 * What somebody used when they asked for the same profile in the same place the last time, if that is less than what they ask
 * for now. Only the request just before counts, so that it is said once. Undefined where it is not certain.
 */
export const usedLastTime = async (ports: BotPorts, asking: AskingAgain): Promise<LastTime | undefined> => {
  const { by, subject, ask } = asking;
  if (by !== subject) return undefined;
  const chain = await before(ports, asking, by);
  if (chain === undefined) return undefined;
  const { asked, state } = chain.request;
  const { kinds } = ports.settings();
  const usage = usageIn(kinds, chain);
  const seen = state.status === 'revoked' ? state.summary?.seen : undefined;
  if (usage === undefined || seen === undefined || seen.until !== undefined) return undefined;
  const narrower = narrowerFor(ports.settings(), chain.request, usage, seen.by, ask);
  return narrower === undefined ? undefined : { asked, used: usage.used, narrower };
};

/** Their last request for the same profiles in the same place. */
const before = async (ports: BotPorts, asking: AskingAgain, by: PersonId): Promise<Chain | undefined> => {
  const profiles = profilesOf(ports, asking);
  if (profiles === undefined) return undefined;
  for (const id of await ports.store.ofPerson(by, most)) {
    const found = await find(ports, id);
    if (found.type !== 'found') continue;
    const { asked } = found.chain.request;
    const isSamePlace =
      asked.kind === asking.kind && asked.cluster === asking.cluster && asked.namespace === asking.namespace;
    if (asked.requester !== by || !isSamePlace) continue;
    if (profilesOf(ports, { kind: asked.kind, ask: asked.ask as Json }) === profiles) return found.chain;
  }
  return undefined;
};

const profilesOf = ({ settings }: BotPorts, { kind, ask }: Pick<AskingAgain, 'kind' | 'ask'>): string | undefined => {
  const found = settings().kinds.find(({ name }) => name === kind);
  const described = found?.narrower === undefined ? undefined : found.describe(ask);
  return described?.ok === true ? described.value.profiles.toSorted().join(' ') : undefined;
};
