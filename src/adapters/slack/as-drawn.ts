import type { AllMiddlewareArgs, App, RespondFn, SlackActionMiddlewareArgs } from '@slack/bolt';
import type { View } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { PersonId, RequestId } from '#domain/ids.ts';
import type { BotPorts } from '#use-cases/ports.ts';
import { find } from '#use-cases/request-log.ts';
import { type ButtonValue, type Giving, givingBy, parseButtonValue } from './action-ids.ts';
import type { AlteredAlarm } from './altered-alarm.ts';
import { type Click, click } from './click.ts';
import type { Faces } from './faces.ts';
import { notice } from './form.ts';
import { judgeSurface } from './hallmark.ts';
import { inTime } from './in-time.ts';
import { logWindow } from './log-window.ts';
import { plain } from './mrkdwn.ts';
import { notRecorded, sayNotDone, wentWrong } from './replies.ts';
import { isOutdated, isPast, type Sight } from './sight.ts';

export type AsDrawnParts = {
  readonly ports: BotPorts;
  readonly faces: Faces;
  readonly alarm: AlteredAlarm;
  /** Draws a request's card anew. */
  readonly redraw: (id: RequestId) => Promise<void>;
  readonly count: (sight: Sight) => void;
};

type Found = { readonly act: Giving; readonly target: ButtonValue; readonly sight: Exclude<Sight, 'genuine'> };

/**
 * Stands before whatever listens to clicks that let something happen or stay. One on what Hallpass drew goes through; of any other
 * nothing is done: the request is shown from the log, and decided on there by a second click. So a false alarm costs that click, and no more.
 */
export const letThroughAsDrawn = (app: App, parts: AsDrawnParts): void => {
  app.use((args) => ('action' in args ? letThrough(parts, args) : args.next()));
};

/** Bolt gives no way to answer to a click in the App Home, whatever its types say. */
type Pressed = Pick<SlackActionMiddlewareArgs & AllMiddlewareArgs, 'body' | 'ack' | 'client' | 'next'> & {
  readonly respond?: RespondFn;
};

const letThrough = async (parts: AsDrawnParts, { body, ack, respond, client, next }: Pressed): Promise<void> => {
  const clicked = click.safeParse(body).data;
  const act = givingBy(clicked?.actions[0]?.action_id);
  const target = parseButtonValue(clicked?.actions[0]?.value);
  // What leads to no request, or cannot be read, does nothing; whoever listens says so.
  if (clicked === undefined || act === undefined || target === undefined) return next();
  const sight = await inTime(judge(parts.ports, clicked, act, target)).catch((cause: unknown) => {
    parts.ports.alarm('A click could not be handled', { request: target.id, cause: String(cause) });
    return 'failed' as const;
  });
  if (sight === 'past') return next();
  if (sight === 'late' || sight === 'failed') {
    await ack();
    return teller(client, clicked, respond)(sight === 'late' ? notRecorded : wentWrong);
  }
  parts.count(sight);
  if (sight === 'genuine') return next();
  await ack();
  await showFromLog(parts, client, clicked, { act, target, sight }, teller(client, clicked, respond));
};

const judge = async (ports: BotPorts, clicked: Click, act: Giving, target: ButtonValue): Promise<Sight | 'past'> => {
  const found = await find(ports, target.id);
  // There is nothing to be done to what is not there; whoever listens says so.
  if (found.type !== 'found' || isPast(found.chain, act, target)) return 'past';
  const drawn = judgeSurface(clicked, target, ports.trust);
  if (typeof drawn !== 'number') return drawn;
  return isOutdated(found.chain, act, drawn) ? 'older' : 'genuine';
};

type Tell = (text: string) => Promise<void>;

/** In the App Home nothing can be said beside what stands there. */
const teller =
  (client: WebClient, { trigger_id }: Click, respond?: RespondFn): Tell =>
  async (text) => {
    if (respond === undefined) await client.views.open({ trigger_id, view: notice(plain(text)) });
    else await respond({ text, response_type: 'ephemeral', replace_original: false }).catch(() => undefined);
  };

const showFromLog = async (
  parts: AsDrawnParts,
  client: WebClient,
  clicked: Click,
  found: Found,
  tell: Tell,
): Promise<void> => {
  const { user, trigger_id, channel, message } = clicked;
  const { act, target, sight } = found;
  const opened = await client.views
    .open({ trigger_id, view: notice('Reading it from the log …') })
    .then((answer) => openedView.safeParse(answer).data?.view.id)
    .catch(() => undefined);
  const where = `${channel?.id ?? 'App Home'} ${message?.ts ?? ''}`.trim();
  if (sight === 'altered') await parts.alarm({ request: target.id, button: act, by: user.id, where });
  try {
    if (opened === undefined) await tell(notCounted(target.id));
    else await client.views.update({ view_id: opened, view: await windowOf(parts, user.id, found) });
  } finally {
    if (sight === 'altered') await mend(parts, client, clicked, target.id);
  }
};

/** Draws anew what ought to stand there. What somebody else posted stays, to be looked at. */
const mend = async (
  { faces, redraw }: AsDrawnParts,
  client: WebClient,
  { user, channel }: Click,
  id: RequestId,
): Promise<void> => {
  if (channel === undefined) await client.views.publish({ user_id: user.id, view: await faces.home(user.id) });
  await redraw(id);
};

/** A trigger lives three seconds only, so the window is opened before it is known what stands in it. */
const openedView = z.object({ view: z.object({ id: z.string() }) });

const windowOf = async (
  { ports: { alarm }, faces }: AsDrawnParts,
  person: PersonId,
  { act, target: { id }, sight }: Found,
): Promise<View> => {
  try {
    const look = await faces.look(person, id);
    return look === undefined
      ? notice(plain(sayNotDone({ type: 'no-such-request', id })))
      : logWindow(act, sight, look);
  } catch (cause) {
    alarm('A request could not be shown from its log', { request: id, cause: String(cause) });
    return notice(plain(wentWrong));
  }
};

const notCounted = (id: RequestId): string =>
  `Your click did not count: it could not be shown that you clicked on what Hallpass drew, and Slack opened no window for it. Click again, or read \`/jit show ${id}\` and decide there.`;
