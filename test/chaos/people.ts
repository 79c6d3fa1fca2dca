import { keys } from '#adapters/redis/keys.ts';
import { actions, whyForm } from '#adapters/slack/action-ids.ts';
import { personId, type RequestId, requestId } from '#domain/ids.ts';
import type { Delivery } from '#local/slack/delivery.ts';
import { clickOf, pressOn } from '#test/stories/clicks.ts';
import type { Ground } from './ground.ts';
import { type Answer, actOver } from './pipeline.ts';
import { type Ask, type Deed, pipeline } from './plan.ts';
import { annotation, objectOf } from './seen.ts';

/** What somebody did, when, and whether Slack was told that it arrived; over the API, what was answered. */
export type Done = {
  readonly deed: Deed;
  readonly at: number;
  readonly isAcknowledged: boolean;
  readonly answer?: Answer;
};

/** What was asked is typed once, as people do; they do not type it again when nothing is answered. */
export const type = async ({ slack }: Ground, round: number, ask: Ask): Promise<void> => {
  const object = objectOf(round, ask);
  const what =
    ask.kind === 'access'
      ? `access networkpolicy-edit ${ask.namespace}/${object}`
      : `change annotate ${annotation}=yes ${ask.namespace}/${object}`;
  await slack.as('U0ALICE').command(`/jit request ${what} for ${ask.seconds}s because things break`);
};

/** Whether there is anything to decide on. */
export const isInLog = async ({ redis }: Ground, id: RequestId): Promise<boolean> =>
  (await redis.llen(keys.log(id)).catch(() => 0)) > 0;

/** The requests that were filed for an ask, as Redis has them: an answer may have been lost. There is never more than one. */
export const filedFor = async ({ redis }: Ground, round: number, ask: Ask): Promise<readonly RequestId[]> => {
  const name = `"${objectOf(round, ask)}"`;
  // Carol answers for the pipeline.
  const person = personId.parse(ask.over === 'api' ? 'U0CAROL' : 'U0ALICE');
  const found: RequestId[] = [];
  for (const text of await redis.zrevrange(keys.person(person), 0, 30)) {
    const id = requestId.safeParse(text);
    const [first] = id.success ? await redis.lrange(keys.log(id.data), 0, 0) : [];
    if (id.success && first?.includes(name)) found.push(id.data);
  }
  return found;
};

/** Does it as Slack's client would, or a pipeline. */
export const act = async (ground: Ground, id: RequestId, deed: Deed): Promise<Done> => {
  const at = Date.now();
  if (deed.by === pipeline) {
    const answer = await actOver(ground, id, deed.does, deed.nth);
    return { deed, at, isAcknowledged: answer.status === 200, answer };
  }
  const { slack, stand } = ground;
  const delivery = await deliver(slack, stand, id, deed);
  if (deed.twice && delivery !== undefined) await slack.replay(delivery).catch(() => undefined);
  return { deed, at, isAcknowledged: delivery?.status === 'acknowledged' };
};

const deliver = async (
  slack: Ground['slack'],
  stand: Ground['stand'],
  id: RequestId,
  { by, does }: Deed,
): Promise<Delivery | undefined> => {
  const press = { action: actions.approve, id, revision: 1 };
  if (does === 'approve')
    return slack.sendRaw(await pressOn(slack, stand.config('bot').keys, by, press, async () => 1));
  if (does === 'deny') return slack.sendRaw(denial(by, id));
  const why = does === 'revoke' ? ' because of a trial' : '';
  return (await slack.as(by).command(`/jit ${does} ${id}${why}`)).delivery;
};

const denial = (by: string, id: RequestId): Record<string, unknown> => {
  const { actions: _, ...click } = clickOf(by, actions.deny, `${id}.1`);
  return {
    ...click,
    type: 'view_submission',
    view: {
      id: 'V0CHAOS',
      type: 'modal',
      callback_id: whyForm,
      private_metadata: JSON.stringify({ act: 'deny', value: `${id}.1` }),
      state: { values: { 'reason|': { hallpass_field_reason: { type: 'plain_text_input', value: 'not now' } } } },
    },
  };
};
