import { readSuggestions } from './acks.ts';
import { type ActParts, errorName, notSent } from './act-parts.ts';
import type { Acts } from './acts.ts';
import { fits } from './field-checks.ts';
import { rememberOffered } from './field-values.ts';
import type { Outcome } from './outcome.ts';
import type { FieldValues, SuggestAnswer } from './page-api.ts';
import { pageOption, pageOptionGroup } from './page-blocks.ts';
import { actionOf, actionPayload, suggestionPayload } from './payloads.ts';
import { findElement, isListed, mergeValues, type Standing, standingAt, storeValues } from './standing.ts';
import type { Person } from './state.ts';

/** What a person does to elements of messages and views. */
export const createElementActs = ({
  core,
  deliveries,
  responseUrls,
  personOf,
  fail,
}: ActParts): Pick<Acts, 'action' | 'pressAsSeen' | 'suggest'> => {
  const action: Acts['action'] = async (userId, call) => {
    const person = personOf(userId);
    const found = findElement(core, userId, call);
    if (!found.ok) return notSent(found.message);
    const { standing, block, element } = found;
    if (element.type !== 'button' && (call.value === undefined || !fits(element, call.value)))
      return notSent('That cannot be chosen there.');
    if (call.value !== undefined && !isListed(core, userId, call.value))
      return notSent('Slack lists nothing of that name there.');
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
    if (standing === undefined) return notSent('This message or view is gone, or this person does not see it.');
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

  return { action, pressAsSeen, suggest };
};
