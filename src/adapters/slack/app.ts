import { App, LogLevel, type Receiver } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import { z } from 'zod';
import { personId, type RequestId } from '#domain/ids.ts';
import type { BotPorts } from '#use-cases/ports.ts';
import type { PeopleWatch } from '#use-cases/watch-people.ts';
import { listenToActions } from './actions.ts';
import { createAlteredAlarm } from './altered-alarm.ts';
import { letThroughAsDrawn } from './as-drawn.ts';
import { listenToCommands } from './commands.ts';
import type { SlackDirectory } from './directory.ts';
import type { Faces } from './faces.ts';
import { refuseFromTheFuture } from './receiver.ts';
import type { Sight } from './sight.ts';
import { listenToSubmissions } from './submissions.ts';

export type SlackAppParts = {
  readonly ports: BotPorts;
  readonly directory: SlackDirectory;
  readonly faces: Faces;
  readonly people: PeopleWatch;
  readonly receiver: Receiver;
  readonly token: string;
  readonly clientOptions: WebClientOptions;
  /** Draws the card of a request anew. */
  readonly redraw?: (id: RequestId) => Promise<void>;
  /** Counts what a click that gives something stood on. */
  readonly countClick?: (sight: Sight) => void;
};

/** The bot as Slack sees it: its command, its buttons, its forms and its home. The receiver is the way in. */
export const createSlackApp = ({
  ports,
  directory,
  faces,
  people,
  receiver,
  token,
  clientOptions: options,
  redraw = async () => {},
  countClick = () => {},
}: SlackAppParts): App => {
  const app = new App({
    token,
    receiver,
    clientOptions: options,
    ignoreSelf: true,
    attachFunctionToken: false,
    logLevel: LogLevel.ERROR,
  });
  refuseFromTheFuture(app, ports.clock);
  letThroughAsDrawn(app, { ports, faces, alarm: createAlteredAlarm(ports), redraw, count: countClick });
  listenToCommands(app, ports, faces);
  listenToActions(app, ports, faces);
  listenToSubmissions(app, ports);
  listenToHome(app, faces);
  listenToPeople(app, directory, people);
  // Thrown on, so that the sender is answered at once (401 or 500) and not after three seconds of silence.
  app.error(async (cause) => {
    ports.alarm('A message from Slack could not be handled', { cause: String(cause) });
    throw cause;
  });
  return app;
};

const opened = z.object({ user: personId, tab: z.string().optional() });
const listenToHome = (app: App, faces: Faces): void => {
  app.event('app_home_opened', async ({ event, client }) => {
    const { user, tab } = opened.parse(event);
    if (tab === 'messages') return;
    await client.views.publish({ user_id: user, view: await faces.home(user) });
  });
};

const userChange = z.object({ user: z.object({ id: z.string() }) });
const groupChange = z.object({
  subteam_id: z.string().optional(),
  subteam: z.object({ id: z.string() }).optional(),
  removed_users: z.array(z.string()).optional().catch(undefined),
});

/** Of what an event says only whom it is about is taken; what is so is looked up. */
const listenToPeople = (app: App, directory: SlackDirectory, people: PeopleWatch): void => {
  app.event('user_change', async ({ event }) => {
    const { id } = userChange.parse(event).user;
    directory.forgetPerson(id);
    await people.personChanged(id);
  });
  for (const name of ['subteam_members_changed', 'subteam_updated'] as const) {
    app.event(name, async ({ event }) => {
      const { subteam_id, subteam, removed_users } = groupChange.parse(event);
      const id = subteam_id ?? subteam?.id ?? '';
      directory.forgetGroup(id);
      await people.groupChanged(id, removed_users);
    });
  }
};
