import { type ActParts, errorName, notSent } from './act-parts.ts';
import type { Acts } from './acts.ts';
import { addMessage, directChannel } from './core.ts';
import type { Delivery } from './delivery.ts';
import type { Outcome } from './outcome.ts';
import { commandPayload } from './payloads.ts';
import { ResponseBody, sayInAnswer } from './response-urls.ts';
import { viewShape } from './shapes.ts';
import type { Channel, Person } from './state.ts';

/** What a person types, and opening the app's Home. */
export const createCommandActs = ({
  core,
  deliveries,
  responseUrls,
  personOf,
  fail,
}: ActParts): Pick<Acts, 'command' | 'say' | 'openHome'> => {
  const command: Acts['command'] = async (userId, call) => {
    const person = personOf(userId);
    const channel = core.state.channels.get(call.channelId);
    if (channel === undefined || !channel.members.has(userId)) return notSent('This person is not in that channel.');
    const [name = '', ...rest] = call.text.trim().split(/(?<=^\S+)\s+/u);
    const { commands, scopes } = core.state.app;
    const found = scopes.includes('commands') ? commands.find((one) => one.command === name) : undefined;
    if (found === undefined || person.teamId !== core.state.team.id) return notSent(`${name} is not a valid command.`);
    if (call.threadTs !== undefined) return notSent(`${name} is not supported in threads. Sorry!`);
    const responseUrl = responseUrls.issue({ channelId: channel.id, userId });
    const delivery = await deliveries.send(
      'slash_commands',
      commandPayload(core, person, channel, found, rest.join(' '), responseUrl),
    );
    if (delivery.status !== 'acknowledged')
      return fail(userId, delivery, `${name} failed with the error "${errorName(delivery)}"`, channel.id);
    return answerCommand(person, channel, delivery, name);
  };

  const answerCommand = (person: Person, channel: Channel, delivery: Delivery, name: string): Outcome => {
    if (delivery.ack === '' || delivery.ack === undefined) return { status: 'acknowledged', delivery };
    const said = ResponseBody.safeParse(typeof delivery.ack === 'string' ? { text: delivery.ack } : delivery.ack);
    const answer = said.success
      ? sayInAnswer(core, { channelId: channel.id, userId: person.id }, said.data)
      : ({ ok: false, error: 'invalid_payload' } as const);
    if (answer.ok) return { status: 'acknowledged', delivery };
    core.problem(`the acknowledgement of ${name} is not a message: ${answer.error}`, delivery.ack);
    return fail(person.id, delivery, `${name} failed with the error "${answer.error}"`, channel.id);
  };

  const say: Acts['say'] = async (userId, call) => {
    personOf(userId);
    const channel = core.state.channels.get(call.channelId);
    if (channel === undefined || !channel.members.has(userId)) return notSent('This person is not in that channel.');
    if (channel.isArchived) return notSent('The channel is archived.');
    const thread = call.threadTs === undefined ? {} : { threadTs: call.threadTs };
    const message = {
      channelId: channel.id,
      ts: core.newTs(),
      ...thread,
      userId,
      isBot: false,
      text: call.text,
      blocks: [],
      fileIds: [],
      reactions: [],
    };
    addMessage(core, { ...message, isBroadcast: false, values: new Map() });
    return { status: 'acknowledged' };
  };

  const openHome: Acts['openHome'] = async (userId) => {
    personOf(userId);
    const channel = directChannel(core, core.state.app.botUserId, userId);
    const home = core.state.homes.get(userId);
    const event = { type: 'app_home_opened', user: userId, channel: channel.id, tab: 'home', event_ts: core.newTs() };
    const delivery = await deliveries.sendEvent({
      ...event,
      ...(home === undefined ? {} : { view: viewShape(core, home) }),
    });
    return {
      status: delivery === undefined || delivery.status === 'acknowledged' ? 'acknowledged' : 'failed',
      ...(delivery === undefined ? {} : { delivery }),
    };
  };

  return { command, say, openHome };
};
