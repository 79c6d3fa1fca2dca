import { createApi } from '#adapters/http/api-routes.ts';
import type { ApiParts } from '#adapters/http/api-tools.ts';
import { type Caller, groupsOfAccount } from '#domain/callers.ts';
import type { Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { TokenAsking } from '#use-cases/ask-by-token.ts';
import { askByToken } from '#use-cases/ask-by-token.ts';
import type { Principal } from '#use-cases/principal.ts';
import { alice } from './people.ts';
import type { World } from './world.ts';

export const accountUser = 'system:serviceaccount:ci:deployer';

/** A pipeline that is a ServiceAccount of the cluster `prod`, and for which Alice answers. */
export const callerOver = (over: Partial<Caller> = {}): Caller => ({
  name: 'deploy',
  responsible: alice,
  isAgent: false,
  knownBy: { type: 'service-account', cluster: 'prod', user: accountUser },
  kubernetes: { user: accountUser, groups: [...(groupsOfAccount(accountUser) ?? [])] },
  ...over,
});

export const askingFor = (over: Partial<TokenAsking> = {}): TokenAsking => ({
  kind: 'access',
  cluster: 'prod',
  namespace: 'shop',
  ask: { profile: 'ingress-edit', objects: [] } as Json,
  reason: 'release',
  own: true,
  key: 'k1',
  ...over,
});

/** What a pipeline asks for, filed. */
export const fileAs = async ({ bot }: World, caller: Caller, over: Partial<TokenAsking> = {}): Promise<Chain> => {
  const filed = await askByToken(bot, { type: 'caller', caller }, askingFor(over));
  if (!filed.ok) throw new Error(`It was not filed: ${JSON.stringify(filed.error)}`);
  return filed.value.chain;
};

/** The parts of an API over a world, to which everybody is the same one. */
export const partsOver = ({ bot }: World, principal: Principal, over: Partial<ApiParts> = {}): ApiParts => ({
  ports: bot,
  authenticate: async () => principal,
  waiting: { until: async () => 'over' },
  sayNotFiled: ({ type }) => type,
  sayNotDone: ({ type }) => type,
  onFault: () => {},
  epoch: () => Math.floor(Date.now() / 1_000),
  anyKey: () => 'any',
  ...over,
});

/** Posts to such an API; answers with the status. */
export const postTo = async (parts: ApiParts, path: string, body: unknown): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (await createApi(parts).request(path, { method: 'POST', headers, body: text })).status;
};
