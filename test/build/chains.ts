import { type Chain, extend } from '#domain/request/chain.ts';
import { authorOf, type RequestEvent } from '#domain/request/events.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { id } from './people.ts';
import { noon } from './requests.ts';

const keys = createMemoryKeys();

/** A signed log of these events, a minute apart from noon on. */
export const chainOf = (...[first, ...rest]: readonly [RequestEvent, ...RequestEvent[]]): Chain => {
  const add = (chain: Chain | undefined, event: RequestEvent, minute: number): Chain =>
    extend(id(), chain, [event], noon.add({ minutes: minute }), keys.signer(authorOf(event.type)), keys.trust).chain;
  return rest.reduce((chain, event, index) => add(chain, event, index + 1), add(undefined, first, 0));
};
