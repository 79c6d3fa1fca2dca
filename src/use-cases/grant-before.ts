import { extensionEnd } from '#domain/request/extension.ts';
import type { Asked, Request } from '#domain/request/request.ts';
import { lengthOf } from '#domain/request/terms.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { BotPorts, WorkerPorts } from './ports.ts';
import { find } from './request-log.ts';

/** What an extension has of the grant that it goes on from: when it ends, and what was made for the other. */
export type Before = { readonly until: Temporal.Instant; readonly objects: readonly string[] };

/**
 * Looks an extended grant up in its own log. What the bot says of it in the extension is not enough: how long all of it
 * lasts follows from what a worker has signed there, and from the rule as this worker reads it.
 */
export const grantBefore = async (
  ports: WorkerPorts,
  { asked, state }: Pick<Request, 'asked' | 'state'>,
): Promise<Result<Before | undefined, string>> => {
  const { extends: said, approval, kind } = asked;
  if (said === undefined) return ok(undefined);
  const { policy, kinds } = ports.settings();
  const rule = policy.rules.find(({ name }) => name === approval.rule);
  if (rule === undefined) return err('The rule that it was approved by is no longer in the policy. Ask again.');
  if ((kinds.find(({ name }) => name === kind)?.mayBeExtended ?? 'no') === 'no')
    return err('What is of this kind cannot be extended.');
  const found = await find(ports, said.request);
  if (found.type !== 'found') return err('The log of the grant that it extends cannot be read. Ask anew.');
  const { request } = found.chain;
  const until = extensionEnd(
    { ...asked, seconds: lengthOf({ asked, state }) },
    request,
    rule.duration.longest,
    await ports.clock.now(),
  );
  if (!until.ok) return until;
  return ok({ until: until.value, objects: madeFor(request) });
};

/** The names of what is there for a grant that is in force. */
const madeFor = ({ state }: Pick<Request, 'state'>): readonly string[] =>
  state.status === 'active' ? state.objects.map(({ name }) => name) : [];

/** The same by its id; none where its log cannot be read. */
export const objectsOf = async (ports: BotPorts, { extends: before }: Asked): Promise<readonly string[]> => {
  const found = before === undefined ? undefined : await find(ports, before.request);
  return found?.type === 'found' ? madeFor(found.chain.request) : [];
};
