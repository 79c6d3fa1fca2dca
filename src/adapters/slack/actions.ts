import type { App } from '@slack/bolt';
import type { View } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { personId } from '#domain/ids.ts';
import type { Conflict } from '#domain/request/events.ts';
import type { Result } from '#domain/result.ts';
import { type ActRefusal, approveRequest, finishGrant, withdrawRequest } from '#use-cases/act-on-request.ts';
import { endPods } from '#use-cases/end-pods.ts';
import { extendableGrant } from '#use-cases/extend-grant.ts';
import { ownWrite } from '#use-cases/own-write.ts';
import type { BotPorts } from '#use-cases/ports.ts';
import { seeRequest } from '#use-cases/see-requests.ts';
import { whatMayBeAsked } from '#use-cases/what-may-be-asked.ts';
import { actions, fieldActions, parseButtonValue } from './action-ids.ts';
import { type Click, click } from './click.ts';
import { conflictsIn } from './conflicts.ts';
import { askExtension } from './extend-form.ts';
import type { Faces } from './faces.ts';
import { fieldOf, notice, renderForm } from './form.ts';
import { inTime } from './in-time.ts';
import { askLess } from './less-form.ts';
import { plain } from './mrkdwn.ts';
import { notRecorded, sayNotDone, sayPodsAsked, wentWrong } from './replies.ts';
import { chosenIn, isBreaking, type ViewPayload, viewPayload } from './view-state.ts';
import { listenToWhole } from './whole-actions.ts';
import { askWhy, type WhyAct, whyActs } from './why-form.ts';

const suggestion = z.object({
  user: z.object({ id: personId }),
  value: z.string().max(200),
  block_id: z.string(),
});

/** The buttons of cards, and the selects of the form. A click is acknowledged once it is in the log, or said not to be. */
export const listenToActions = (app: App, ports: BotPorts, faces: Faces): void => {
  const acts = {
    [actions.approve]: (by: Click['user']['id'], target: Target) => approveRequest(ports, { by, ...target }),
    [actions.withdraw]: (by: Click['user']['id'], { id }: Target) => withdrawRequest(ports, { by, id }),
    [actions.own]: (by: Click['user']['id'], { id }: Target) => ownWrite(ports, { by, id, isTheirs: true }),
    [actions.disown]: (by: Click['user']['id'], { id }: Target) => ownWrite(ports, { by, id, isTheirs: false }),
    [actions.done]: (by: Click['user']['id'], { id }: Target) => finishGrant(ports, { by, id }),
  };
  const listen = <T>(action: string, act: Act<T>, say: (done: T, clicked: Click) => string | undefined): void =>
    app.action(action, async ({ ack, body, client, respond }) => {
      const clicked = click.parse(body);
      const answer = await outcome(ports, clicked, act, say);
      await ack();
      if (clicked.channel === undefined) await answerAtHome(client, faces, clicked, answer);
      else if (answer !== undefined)
        await respond({ text: answer, response_type: 'ephemeral', replace_original: false }).catch(() => undefined);
    });
  for (const [action, act] of Object.entries(acts))
    listen(action, act, (_, clicked) => sayWhereNoCardIs(action, clicked));
  listen(actions.endPods, (by, { id }) => endPods(ports, { by, id }), sayPodsAsked);

  for (const act of whyActs) {
    app.action(actions[act], async ({ ack, body, client }) => {
      const {
        user,
        trigger_id,
        actions: [pressed],
      } = click.parse(body);
      await ack();
      const value = pressed?.value ?? '';
      await client.views.open({ trigger_id, view: askWhy(act, value, await contested(ports, user.id, act, value)) });
    });
  }

  app.action(actions.extend, async ({ ack, body, client }) => {
    const {
      user,
      trigger_id,
      actions: [pressed],
    } = click.parse(body);
    await ack();
    await client.views.open({ trigger_id, view: await extensionFor(ports, user.id, pressed?.value ?? '') });
  });

  app.action(actions.approveLess, async ({ ack, body, client }) => {
    const { user, trigger_id, actions: pressed } = click.parse(body);
    await ack();
    const value = pressed[0]?.value ?? '';
    await client.views.open({ trigger_id, view: await lessFor(ports, user.id, value) });
  });

  app.action(actions.ask, async ({ ack, body, client }) => {
    const { user, trigger_id } = click.parse(body);
    await ack();
    await client.views.open({ trigger_id, view: await formFor(ports, user.id, {}) });
  });
  // A button that only opens a page sends a click all the same.
  app.action(actions.open, async ({ ack }) => ack());
  listenToWhole(app, ports);
  listenToForm(app, ports);
};

/** In the App Home nothing can be said beside what stands there: it is drawn anew, and a refusal stands in a window. */
const answerAtHome = async (
  client: WebClient,
  faces: Faces,
  { user, trigger_id }: Click,
  answer: string | undefined,
): Promise<void> => {
  if (answer !== undefined) await client.views.open({ trigger_id, view: notice(plain(answer)) });
  await client.views.publish({ user_id: user.id, view: await faces.home(user.id) });
};

/** The form, or why there is nothing to fill in; what cannot be known in time is said when the form is sent. */
const extensionFor = async (ports: BotPorts, by: Click['user']['id'], value: string): Promise<View> => {
  const target = parseButtonValue(value);
  if (target === undefined) return notice(plain(nowhere));
  const found = await inTime(extendableGrant(ports, { by, id: target.id })).catch(() => 'late' as const);
  return found === 'late' || found.ok ? askExtension(value) : notice(plain(sayNotDone(found.error, 'extend')));
};

/** The form, with what was asked; where that cannot be read in time the form says less. */
const lessFor = async (ports: BotPorts, by: Click['user']['id'], value: string): Promise<View> => {
  const target = parseButtonValue(value);
  if (target === undefined) return notice(plain(nowhere));
  const chain = await inTime(seeRequest(ports, by, target.id)).catch(() => 'late' as const);
  if (chain === undefined) return notice(plain(sayNotDone({ type: 'no-such-request', id: target.id })));
  return askLess(value, chain === 'late' ? undefined : chain.request.asked.seconds);
};

const nowhere = 'This button leads to no request. Use the card in its channel, or `/jit list`.';

/** What a person decides between, to be seen where they say why; nothing if it cannot be read in time. */
const contested = async (
  ports: BotPorts,
  by: Click['user']['id'],
  act: WhyAct,
  value: string,
): Promise<readonly Conflict[]> => {
  const target = parseButtonValue(value);
  if (target === undefined || (act !== 'keep' && act !== 'restore')) return [];
  const chain = await inTime(seeRequest(ports, by, target.id)).catch(() => undefined);
  if (chain === undefined || chain === 'late') return [];
  return conflictsIn(chain);
};

type Target = NonNullable<ReturnType<typeof parseButtonValue>>;
type Act<T> = (by: Click['user']['id'], target: Target) => Promise<Result<T, ActRefusal>>;

/** What is said in a direct message of what was done there. */
const done: Readonly<Record<string, string>> = {
  [actions.approve]: 'Your approval is recorded. Its card says whether it wants more.',
  [actions.withdraw]: 'It is withdrawn.',
  [actions.own]: 'Hallpass makes it now, as yours. You are told when it is done.',
  [actions.disown]: 'It is not made. Whoever wrote it in your name is not known: tell your administrators.',
  [actions.done]: 'It is being ended. Thank you for giving it back.',
};

/** What is done where no card stands that would show it. */
const sayWhereNoCardIs = (action: string, { channel }: Click): string | undefined =>
  channel?.id.startsWith('D') ? done[action] : undefined;

/** What the person is told beside what the card will show; of what went well, what `say` says. */
const outcome = async <T>(
  { alarm }: BotPorts,
  clicked: Click,
  act: Act<T>,
  say: (done: T, clicked: Click) => string | undefined,
): Promise<string | undefined> => {
  const {
    user,
    actions: [pressed],
  } = clicked;
  const target = parseButtonValue(pressed?.value);
  if (target === undefined) return nowhere;
  try {
    const result = await inTime(act(user.id, target));
    if (result === 'late') return notRecorded;
    return result.ok ? say(result.value, clicked) : sayNotDone(result.error);
  } catch (cause) {
    alarm('A click could not be handled', { request: target.id, cause: String(cause) });
    return wentWrong;
  }
};

const listenToForm = (app: App, ports: BotPorts): void => {
  app.action({ type: 'block_actions', action_id: fieldActions }, async ({ ack, body, client }) => {
    await ack();
    const changed = viewPayload.safeParse(body);
    if (!changed.success) return;
    const { view } = changed.data;
    const drawn = await drawnAnew(ports, changed.data);
    await client.views.update({
      view_id: view.id,
      ...(view.hash === undefined ? {} : { hash: view.hash }),
      view: drawn,
    });
  });

  app.options(fieldActions, async ({ ack, body }) => {
    const asked = suggestion.parse(body);
    const names = await suggest(ports, asked, viewPayload.safeParse(body).data).catch((cause: unknown) => {
      ports.alarm('Names for a form could not be listed', { cause: String(cause) });
      return [];
    });
    const found = names
      .filter((name) => name.length <= 150 && name.includes(asked.value.trim().toLowerCase()))
      .slice(0, 100);
    await ack({
      options: found.map((name) => ({
        text: { type: 'plain_text', text: name.slice(0, 75) },
        value: name.slice(0, 150),
      })),
    });
  });
};

/** The form for what is chosen in it by now. One that another version has drawn may hold what this one cannot read. */
const drawnAnew = async (ports: BotPorts, payload: ViewPayload): Promise<View> => {
  try {
    return await formFor(ports, payload.user.id, chosenIn(payload), isBreaking(payload));
  } catch (cause) {
    ports.alarm('A form that is open cannot be read', { cause: String(cause) });
    return notice('This form cannot be read any more. Close it, and open it anew with /jit.');
  }
};

/** Names for a field of the form, of what this person may ask for. */
const suggest = async (
  ports: BotPorts,
  { user, block_id }: z.infer<typeof suggestion>,
  payload: ViewPayload | undefined,
): Promise<readonly string[]> => {
  if (payload === undefined) return [];
  const offer = await whatMayBeAsked(ports, user.id, { byBreakGlass: isBreaking(payload) });
  if (offer === undefined) return [];
  const { kind: name = '', cluster = '', namespace = '', ...chosen } = chosenIn(payload);
  const namespaces = await offer.namespaces(cluster, name);
  if (fieldOf(block_id) === 'namespace') return namespaces;
  const kind = offer.kinds.find((one) => one.name === name);
  if (kind === undefined || !namespaces.includes(namespace)) return [];
  const field = kind
    .fields(chosen, offer.profiles(cluster, kind, namespace))
    .find((one) => one.name === fieldOf(block_id));
  const input = field?.input;
  return input?.type === 'objects' || input?.type === 'object'
    ? offer.objects(cluster, namespace, [...input.resources])
    : [];
};

const noGlass = 'The policy lets you take nothing by break-glass. `/jit` opens the form to ask for something.';

/** The form for one person, or why there is none. */
export const formFor = async (
  ports: BotPorts,
  person: Click['user']['id'],
  chosen: Readonly<Record<string, string>>,
  byBreakGlass = false,
): Promise<View> => {
  try {
    const offer = await whatMayBeAsked(ports, person, { byBreakGlass });
    return offer === undefined
      ? notice(
          byBreakGlass
            ? noGlass
            : 'The policy lets you ask for nothing here. Whoever keeps the policy can change that.',
        )
      : await renderForm(offer, person, chosen);
  } catch (cause) {
    ports.alarm('The form could not be drawn', { cause: String(cause) });
    return notice('A cluster or Slack does not answer at the moment. Try again in a minute.');
  }
};
