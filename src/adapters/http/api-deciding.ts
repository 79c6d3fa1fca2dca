import { parseDuration } from '#domain/duration.ts';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { State } from '#domain/request/request.ts';
import { ok, type Result } from '#domain/result.ts';
import {
  type ActRefusal,
  approveRequest,
  denyRequest,
  finishGrant,
  revokeGrant,
  withdrawRequest,
} from '#use-cases/act-on-request.ts';
import { accountOf, type Principal } from '#use-cases/principal.ts';
import { operations } from './api-operations.ts';
import { mayNotDecide, notThere, unreadable } from './api-problems.ts';
import { type Api, type ApiParts, type In, refuse, type Tools } from './api-tools.ts';

/** What is done with a request: by who asked for it, and by people whom the policy lets decide. */
export const serveDeciding = (app: Api, parts: ApiParts, { seen, answered }: Tools): void => {
  const { ports } = parts;
  /** Somebody who may decide, on a request that they may see. */
  const deciding = async (
    context: In,
    id: string,
    decide: (which: { by: ReturnType<typeof accountOf>; id: RequestId }) => Promise<Result<Chain, ActRefusal>>,
  ) => {
    const principal = context.get('principal');
    if (principal.type !== 'person' || !principal.mayDecide) return refuse(context, mayNotDecide);
    const chain = await seen(context, id);
    if (chain === undefined) return refuse(context, notThere(id));
    return answered(context, await decide({ by: principal.person, id: chain.request.asked.id }));
  };

  /** Saying it again, because an answer was lost, is answered as the first time. */
  const owning = (act: typeof withdrawRequest, wasDone: typeof wasWithdrawn) => async (context: In, id: string) => {
    const chain = await seen(context, id);
    if (chain === undefined) return refuse(context, notThere(id));
    const by = accountOf(context.get('principal'));
    if (wasDone(chain.request.state, by)) return answered(context, ok(chain));
    return answered(context, await act(ports, { by, id: chain.request.asked.id }));
  };
  const [withdraw, giveBack] = [owning(withdrawRequest, wasWithdrawn), owning(finishGrant, wasGivenBack)];
  app.openapi(operations.withdraw, (context) => withdraw(context, context.req.valid('param').id));
  app.openapi(operations.done, (context) => giveBack(context, context.req.valid('param').id));

  app.openapi(operations.approve, async (context) => {
    const { revision, for: length } = context.req.valid('json');
    const seconds = length === undefined ? undefined : parseDuration(length);
    if (seconds?.ok === false) return refuse(context, unreadable('for', seconds.error));
    return deciding(context, context.req.valid('param').id, (which) =>
      approveRequest(ports, {
        ...which,
        revision,
        seconds: seconds?.value.total('seconds'),
        isConfirmed: isFresh(context.get('principal'), parts.epoch()),
      }),
    );
  });
  app.openapi(operations.deny, (context) => {
    const { revision, reason } = context.req.valid('json');
    return deciding(context, context.req.valid('param').id, (which) =>
      denyRequest(ports, {
        ...which,
        revision,
        reason,
        isConfirmed: isFresh(context.get('principal'), parts.epoch()),
      }),
    );
  });
  app.openapi(operations.revoke, (context) => {
    const { reason } = context.req.valid('json');
    return deciding(context, context.req.valid('param').id, (which) => revokeGrant(ports, { ...which, reason }));
  });
};

const wasWithdrawn = (state: State, by: PersonId): boolean => state.status === 'withdrawn' && state.by === by;

const wasGivenBack = (state: State, by: PersonId): boolean =>
  state.status === 'revoked'
    ? state.cause === 'done' && state.endedBy === by
    : state.status === 'active' && state.ending?.cause === 'done' && state.ending.by === by;

/** Seconds since somebody proved who they are, for which that is proof enough where a rule asks for it. */
const freshFor = 600;

/** Seconds by which clocks differ. */
const apart = 10;

const isFresh = (principal: Principal, now: number): boolean =>
  principal.type === 'person' && now - principal.provenAt <= freshFor && principal.provenAt - now <= apart;
