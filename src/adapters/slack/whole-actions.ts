import type { App } from '@slack/bolt';
import type { View } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type PersonId, personId, type RequestId } from '#domain/ids.ts';
import { openWhole } from '#use-cases/open-whole.ts';
import type { BotPorts } from '#use-cases/ports.ts';
import { seeRequest } from '#use-cases/see-requests.ts';
import { actions, parseButtonValue } from './action-ids.ts';
import { click } from './click.ts';
import { describedBy } from './described.ts';
import { notice } from './form.ts';
import { plain } from './mrkdwn.ts';
import { sayNotDone, wentWrong } from './replies.ts';
import { readShownPage, renderWhole, type ShownPage } from './whole-view.ts';

const opened = z.object({ view: z.object({ id: z.string() }) });
const turned = z.object({
  user: z.object({ id: personId }),
  actions: z
    .array(
      z.object({
        value: z
          .string()
          .regex(/^\d{1,6}$/)
          .transform(Number),
      }),
    )
    .min(1),
  view: z.object({ id: z.string(), hash: z.string().optional(), private_metadata: z.string() }),
});

/** The look at all of what a request does, from its card wherever that is shown, and from page to page. */
export const listenToWhole = (app: App, ports: BotPorts): void => {
  app.action(actions.whole, async ({ ack, body, client }) => {
    const { user, trigger_id, view, actions: pressed } = click.parse(body);
    await ack();
    const target = parseButtonValue(pressed[0]?.value);
    await showWhole(ports, client, trigger_id, user.id, target, view?.type === 'modal');
  });
  for (const action of [actions.previousPage, actions.nextPage]) {
    app.action(action, async ({ ack, body, client }) => {
      const { user, view, actions: pressed } = turned.parse(body);
      await ack();
      const at = readShownPage(view.private_metadata);
      if (at === undefined) return;
      const drawn = await draw(ports, user.id, { ...at, page: pressed[0]?.value ?? 0 });
      await client.views.update({
        view_id: view.id,
        ...(view.hash === undefined ? {} : { hash: view.hash }),
        view: drawn,
      });
    });
  }
};

/**
 * Opens the modal at once, for a trigger lives three seconds only, and fills it when all is read. Without a revision it
 * is for the one that there is now. Over a modal that is open it lies on that.
 */
export const showWhole = async (
  ports: BotPorts,
  client: WebClient,
  trigger: string,
  by: PersonId,
  target: { readonly id: RequestId; readonly revision?: number } | undefined,
  isOnModal = false,
): Promise<void> => {
  const open = (text: string) => {
    const drawn = { trigger_id: trigger, view: notice(text) };
    return isOnModal ? client.views.push(drawn) : client.views.open(drawn);
  };
  if (target === undefined) {
    await open('This button leads to no request.');
    return;
  }
  const { view } = opened.parse(await open('Reading all of it …'));
  await client.views.update({ view_id: view.id, view: await drawFirst(ports, by, target) });
};

const drawFirst = async (
  ports: BotPorts,
  by: PersonId,
  { id, revision }: { readonly id: RequestId; readonly revision?: number },
): Promise<View> => {
  const now = revision ?? (await current(ports, by, id));
  return now === undefined ? unknown(id) : draw(ports, by, { id, revision: now, page: 0 });
};

const current = async (ports: BotPorts, by: PersonId, id: RequestId): Promise<number | undefined> =>
  (await seeRequest(ports, by, id).catch(() => undefined))?.request.asked.revision;

const draw = async (ports: BotPorts, by: PersonId, at: ShownPage): Promise<View> => {
  try {
    const whole = await openWhole(ports, { by, id: at.id, revision: at.revision });
    if (whole === undefined) return unknown(at.id);
    return renderWhole(whole, by, at, describedBy(ports.settings().kinds, whole.chain.request.asked));
  } catch (cause) {
    ports.alarm('All of a request could not be shown', { request: at.id, cause: String(cause) });
    return notice(plain(wentWrong));
  }
};

/** The same for somebody who may not know of it as for an id that is not there. */
const unknown = (id: RequestId): View => notice(plain(sayNotDone({ type: 'no-such-request', id })));
