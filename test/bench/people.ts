import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { keys } from '#adapters/redis/keys.ts';
import { actions } from '#adapters/slack/action-ids.ts';
import { type RequestId, requestId } from '#domain/ids.ts';
import type { Outcome } from '#local/slack/outcome.ts';
import { drawnWith } from '#test/stories/clicks.ts';
import type { Stage } from './stage.ts';

/** Who asks and who agrees: the rule `shop` wants one approval of the platform group. */
export const requester = 'U0ALICE';
export const approver = 'U0BOB';

/** What one request is about: a NetworkPolicy or an Ingress of its own, for nobody may ask twice for the same. */
export type Wanted = { readonly namespace: string; readonly object: string };

export const typed = ({ namespace, object }: Wanted, seconds: number): string =>
  `/jit request access networkpolicy-edit ${namespace}/${object} for ${seconds}s because the bench wants it`;

const said = z.object({ text: z.string() });

/** A change of an Ingress that `makeIngress` made: one path more. */
export const typedChange = ({ namespace, object }: Wanted, seconds: number): string =>
  `/jit request change add ${object}.bench.test/beta=beta:80 ${namespace}/${object} for ${seconds}s because the bench wants it`;

/** The request's id in the answer to `/jit request`; throws with the answer when there is none. */
export const idIn = (outcome: Outcome): RequestId => {
  const answer = said.safeParse(outcome.delivery?.ack).data?.text ?? JSON.stringify(outcome).slice(0, 500);
  const [, id] = /^Asked, as \*([^*]+)\*/.exec(answer) ?? [];
  if (id === undefined) throw new Error(`No request was filed: ${answer}`);
  return requestId.parse(id);
};

/** Types `/jit request …`, as the requester unless said. */
export const ask = async (
  { slack }: Stage,
  wanted: Wanted,
  seconds: number,
  line: typeof typed = typed,
  by = requester,
): Promise<RequestId> => idIn(await slack.as(by).command(line(wanted, seconds)));

/** The click on a card's Approve button, as Slack sends it; resolves with its acknowledgement. */
export const approve = (stage: Stage, id: RequestId): Promise<void> => press(stage, id, actions.approve);

/** The click on a button of a card. */
export const press = async ({ slack, stand }: Stage, id: RequestId, action: string): Promise<void> => {
  const { status } = await slack.sendRaw({
    type: 'block_actions',
    team: { id: 'T0HALLPASS', domain: 'acme' },
    user: { id: approver, username: 'bob', name: 'bob', team_id: 'T0HALLPASS' },
    api_app_id: 'A0HALLPASS',
    token: 'local',
    container: { type: 'message', message_ts: '1.000001', channel_id: 'C0APPROVALS', is_ephemeral: false },
    channel: { id: 'C0APPROVALS', name: 'approvals' },
    trigger_id: `bench.${id}`,
    response_url: 'https://slack.local/actions/bench',
    message: drawnWith(stand.config('bot').keys, { action, id, revision: 1 }),
    actions: [{ type: 'button', block_id: 'buttons', action_id: action, value: `${id}.1`, action_ts: '1.000001' }],
  });
  if (status !== 'acknowledged') throw new Error(`The click on ${id} was ${status}.`);
};

const logged = z.object({
  at: z.string(),
  event: z.object({
    type: z.string(),
    startedAt: z.string().optional(),
    expiresAt: z.string().optional(),
    lagMilliseconds: z.number().optional(),
    why: z.string().optional(),
  }),
});
export type Logged = z.infer<typeof logged>;

/** What the log says of a request, read from outside and not verified. */
export const logOf = async ({ redis }: Stage, id: RequestId): Promise<readonly Logged[]> =>
  (await redis.lrange(keys.log(id), 0, -1)).map((line) => logged.parse(JSON.parse(line)));

/** Waits until a request's log has an event of a type; throws when it has come to another end. */
export const untilLogged = async (stage: Stage, id: RequestId, type: string, within = 30_000): Promise<Logged> => {
  const deadline = performance.now() + within;
  for (;;) {
    const events = await logOf(stage, id);
    const found = events.find(({ event }) => event.type === type);
    if (found !== undefined) return found;
    const bad = events.find(({ event }) => event.type === 'failed' || event.type === 'lapsed');
    if (bad !== undefined) throw new Error(`Request ${id} ${bad.event.type}: ${bad.event.why}`);
    if (performance.now() > deadline) throw new Error(`Request ${id} is not "${type}" after ${within} ms`);
    await pause(5);
  }
};
