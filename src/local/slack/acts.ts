import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { Element } from '#local/slack/block-kit/elements.ts';
import { elementsOf } from '#local/slack/block-kit/walk.ts';
import { applySubmissionAck, readSuggestions } from './acks.ts';
import { addMessage, type Core, canSee, directChannel, messagesIn } from './core.ts';
import type { Deliveries, Delivery } from './delivery.ts';
import { fits, formProblems } from './field-checks.ts';
import { rememberOffered } from './field-values.ts';
import type { Outcome, Suggestions } from './outcome.ts';
import type {
  ActionCall,
  CloseCall,
  CommandCall,
  FieldValues,
  Place,
  SayCall,
  SubmitCall,
  SuggestAnswer,
  SuggestCall,
} from './page-api.ts';
import { pageOption, pageOptionGroup } from './page-blocks.ts';
import {
  actionOf,
  actionPayload,
  closedPayload,
  commandPayload,
  type Standing,
  submissionPayload,
  suggestionPayload,
} from './payloads.ts';
import { ResponseBody, type ResponseUrls, sayInAnswer } from './response-urls.ts';
import { viewShape } from './shapes.ts';
import type { Channel, Person, View } from './state.ts';
import { popViews, stackOf } from './views.ts';

/** What a person can do in Slack's client. Nothing reaches the app that the client would not send. */
export type Acts = {
  command: (userId: string, call: CommandCall & { threadTs?: string }) => Promise<Outcome>;
  say: (userId: string, call: SayCall) => Promise<Outcome>;
  action: (userId: string, call: ActionCall) => Promise<Outcome>;
  /** Presses a button as it once stood, though the message may have changed since: a client that lags behind. */
  pressAsSeen: (userId: string, place: Place, seen: { block: StoredBlock; element: Element }) => Promise<Outcome>;
  suggest: (userId: string, call: SuggestCall) => Promise<Suggestions>;
  submit: (userId: string, call: SubmitCall) => Promise<Outcome>;
  closeView: (userId: string, call: CloseCall) => Promise<Outcome>;
  openHome: (userId: string) => Promise<Outcome>;
};

const notSent = (message: string): Outcome => ({ status: 'not-sent', message });
const errorName = (delivery: Delivery) => (delivery.status === 'timed-out' ? 'operation_timeout' : 'dispatch_failed');

export type Found =
  | { ok: true; standing: Standing; block: StoredBlock; element: Element }
  | { ok: false; message: string };

/** A surface as it stands now, if this person can see it. */
export const standingAt = (core: Core, userId: string, place: Place): Standing | undefined => {
  if (place.type === 'view') {
    const view = core.state.views.get(place.viewId);
    const isOnTop = view !== undefined && (view.type === 'home' || stackOf(core, userId).at(-1) === view);
    return view?.userId === userId && isOnTop ? { type: 'view', view } : undefined;
  }
  const channel = core.state.channels.get(place.channelId);
  if (channel === undefined || !canSee(core.state, userId, channel)) return undefined;
  const message = messagesIn(core.state, channel.id).find(
    (one) => one.ts === place.ts && (one.onlyFor ?? userId) === userId,
  );
  return message && { type: 'message', message, channel };
};

export const blocksAt = (standing: Standing): StoredBlock[] =>
  standing.type === 'view' ? standing.view.blocks : standing.message.blocks;

const findElement = (core: Core, userId: string, at: { place: Place; blockId: string; actionId: string }): Found => {
  const standing = standingAt(core, userId, at.place);
  if (standing === undefined) return { ok: false, message: 'This person does not see that message or view.' };
  const block = blocksAt(standing).find((one) => one.block_id === at.blockId);
  const element = block && elementsOf(block).find((one) => one.action_id === at.actionId);
  if (block === undefined || element === undefined)
    return { ok: false, message: 'Nothing stands there now by these ids.' };
  return { ok: true, standing, block, element };
};

const mergeValues = (before: FieldValues, after: FieldValues): FieldValues => {
  const merged: FieldValues = { ...before };
  for (const [blockId, values] of Object.entries(after)) merged[blockId] = { ...merged[blockId], ...values };
  return merged;
};

const storeValues = (standing: Standing, userId: string, values: FieldValues): void => {
  if (standing.type === 'view') standing.view.values = mergeValues(standing.view.values, values);
  else standing.message.values.set(userId, mergeValues(standing.message.values.get(userId) ?? {}, values));
};

export const createActs = (core: Core, deliveries: Deliveries, responseUrls: ResponseUrls): Acts => {
  const personOf = (userId: string): Person => {
    const person = core.state.people.get(userId);
    if (person === undefined || person.kind === 'deleted' || person.kind === 'bot')
      throw new Error(`${userId} cannot sign in: ${person?.kind ?? 'nobody'}.`);
    return person;
  };

  const fail = (userId: string, delivery: Delivery, text: string, channelId?: string): Outcome => {
    core.notice({ userId, tone: 'error', text, ...(channelId === undefined ? {} : { channelId }) });
    return { status: 'failed', message: text, delivery };
  };

  const command: Acts['command'] = async (userId, call) => {
    const person = personOf(userId);
    const channel = core.state.channels.get(call.channelId);
    if (channel === undefined || !channel.members.has(userId)) return notSent('This person is not in that channel.');
    const [name = '', ...rest] = call.text.trim().split(/(?<=^\S+)\s+/u);
    const found = core.state.app.commands.find((one) => one.command === name);
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

  const action: Acts['action'] = async (userId, call) => {
    const person = personOf(userId);
    const found = findElement(core, userId, call);
    if (!found.ok) return notSent(found.message);
    const { standing, block, element } = found;
    if (element.type !== 'button' && (call.value === undefined || !fits(element, call.value)))
      return notSent('That cannot be chosen there.');
    const isAsked = 'confirm' in element && element.confirm !== undefined && call.confirmed !== true;
    if (isAsked) return notSent('This asks for confirmation first.');
    const chosen: FieldValues =
      call.value === undefined || element.type === 'overflow'
        ? {}
        : { [call.blockId]: { [call.actionId]: call.value } };
    storeValues(standing, userId, mergeValues(call.values ?? {}, chosen));
    if (block.type === 'input' && block.dispatch_action !== true) return { status: 'acknowledged' };
    return sendAction(person, standing, actionOf(core, block, element, call.value));
  };

  const pressAsSeen: Acts['pressAsSeen'] = async (userId, place, { block, element }) => {
    const person = personOf(userId);
    const standing = standingAt(core, userId, place);
    if (standing === undefined) return notSent('This person does not see that message or view.');
    return sendAction(person, standing, actionOf(core, block, element, undefined));
  };

  const sendAction = async (person: Person, standing: Standing, sent: Record<string, unknown>): Promise<Outcome> => {
    const message = standing.type === 'message' ? standing.message : undefined;
    const thread = message?.threadTs === undefined ? {} : { threadTs: message.threadTs };
    const at = message && { channelId: message.channelId, userId: person.id, messageTs: message.ts, ...thread };
    const payload = actionPayload(core, person, standing, sent, at && responseUrls.issue(at));
    const delivery = await deliveries.send('interactive', payload);
    if (delivery.status !== 'acknowledged') {
      return fail(person.id, delivery, `⚠ The action failed ("${errorName(delivery)}")`, message?.channelId);
    }
    if (delivery.ack !== '' && delivery.ack !== undefined) {
      core.problem('the acknowledgement of an action has a body, which Slack ignores', delivery.ack);
    }
    return { status: 'acknowledged', delivery };
  };

  const suggest: Acts['suggest'] = async (userId, call) => {
    const person = personOf(userId);
    const none: SuggestAnswer = { options: [], groups: [] };
    const found = findElement(core, userId, call);
    if (!found.ok) return { ...none, message: found.message };
    const { element, standing } = found;
    if (element.type !== 'external_select' && element.type !== 'multi_external_select')
      return { ...none, message: 'That has no suggestions.' };
    // Slack's default is three characters before it asks.
    if (call.query.length < (element.min_query_length ?? 3)) return none;
    const delivery = await deliveries.send('interactive', suggestionPayload(core, person, standing, call));
    const read = readSuggestions(core, delivery);
    rememberOffered(element, [...read.options, ...read.groups.flatMap((group) => group.options)]);
    return {
      options: read.options.map(pageOption),
      groups: read.groups.map(pageOptionGroup),
      delivery,
      ...(read.message === undefined ? {} : { message: read.message }),
    };
  };

  const submit: Acts['submit'] = async (userId, call) => {
    const person = personOf(userId);
    const standing = standingAt(core, userId, { type: 'view', viewId: call.viewId });
    if (standing?.type !== 'view' || standing.view.type !== 'modal') return notSent('That modal is not on top.');
    const { view } = standing;
    if (view.submit === undefined) return notSent('This modal has nothing to submit.');
    storeValues(standing, userId, call.values);
    const fieldErrors = formProblems(view.blocks, view.values);
    if (Object.keys(fieldErrors).length > 0)
      return { status: 'not-sent', message: 'Slack does not send this form.', fieldErrors };
    view.errors = {};
    const delivery = await deliveries.send('interactive', submissionPayload(core, person, view));
    return applySubmissionAck(core, view, delivery);
  };

  const tellClosed = async (person: Person, taken: View[], isCleared: boolean) => {
    const closed = taken.filter((view) => view.notifyOnClose);
    const sent = await Promise.all(
      closed.map((view) => deliveries.send('interactive', closedPayload(core, person, view, isCleared))),
    );
    return sent[0];
  };

  const closeView: Acts['closeView'] = async (userId, call) => {
    const person = personOf(userId);
    const top = stackOf(core, userId).at(-1);
    if (top?.id !== call.viewId) return notSent('That modal is not on top.');
    const all = call.all === true || top.clearOnClose;
    const delivery = await tellClosed(person, popViews(core, userId, all), all);
    return { status: 'acknowledged', ...(delivery === undefined ? {} : { delivery }) };
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

  return { command, say, action, pressAsSeen, suggest, submit, closeView, openHome };
};
