import { type Caller, callersOf, type Verified } from '#domain/callers.ts';
import type { PersonId } from '#domain/ids.ts';
import type { Source } from '#domain/source.ts';
import type { Settings } from './ports.ts';

/** Whom a token is of: a pipeline or agent, or a person. */
export type Principal =
  | { readonly type: 'caller'; readonly caller: Caller }
  | { readonly type: 'person'; readonly person: PersonId; readonly mayDecide: boolean; readonly provenAt: number };

/** Whom a verified token is of, by the policy; undefined for nobody, and for one that would be of two. */
export const principalOf = (
  { callers = [], tokenPeople = [] }: Pick<Settings, 'callers' | 'tokenPeople'>,
  token: Verified,
): Principal | undefined => {
  const fitting = callersOf(callers, token);
  const people =
    token.type === 'oidc'
      ? tokenPeople.filter(({ issuer, subject }) => issuer === token.issuer && subject === token.claims.sub)
      : [];
  const [one, ...more] = people;
  if (people.length + fitting.length !== 1 || more.length > 0) return undefined;
  const [caller] = fitting;
  if (one === undefined) return caller && { type: 'caller', caller };
  // Whoever acts for a person is not that person, and neither is a program that they let do something in their name.
  return token.type === 'oidc' && (token.isDelegated || (token.client !== undefined && token.client !== one.client))
    ? undefined
    : {
        type: 'person',
        person: one.person,
        mayDecide: one.mayDecide,
        provenAt: token.type === 'oidc' ? token.provenAt : 0,
      };
};

/** On whose account it asks: its own, or that of who answers for it. */
export const accountOf = (principal: Principal): PersonId =>
  principal.type === 'person' ? principal.person : principal.caller.responsible;

/** By what each is told apart from all others. */
export const nameOf = (principal: Principal): string =>
  principal.type === 'caller' ? `caller ${principal.caller.name}` : `person ${principal.person}`;

/** By which way a request of theirs comes in: people have a command line, agents speak MCP, pipelines call. */
export const sourceFor = (principal: Principal): Source => {
  if (principal.type === 'person') return 'cli';
  return principal.caller.isAgent ? 'mcp' : 'api';
};
