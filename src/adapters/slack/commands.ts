import type { App } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type PersonId, personId, requestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Result } from '#domain/result.ts';
import { cut } from '#domain/text.ts';
import {
  type ActRefusal,
  finishGrant,
  reviewRequest,
  revokeGrant,
  settleConflict,
  withdrawRequest,
} from '#use-cases/act-on-request.ts';
import { askAgain } from '#use-cases/ask-again.ts';
import { endPods } from '#use-cases/end-pods.ts';
import { endsToTell } from '#use-cases/ends-to-tell.ts';
import { extendGrant } from '#use-cases/extend-grant.ts';
import { admit } from '#use-cases/membership.ts';
import type { BotPorts } from '#use-cases/ports.ts';
import { seeRequest } from '#use-cases/see-requests.ts';
import { submitRequest } from '#use-cases/submit-request.ts';
import { formFor } from './actions.ts';
import { describedBy } from './described.ts';
import { readExtension } from './extend-form.ts';
import type { Faces } from './faces.ts';
import { notice } from './form.ts';
import { helpFor, unknownCommand } from './help.ts';
import { type Hint, hintFor } from './hint.ts';
import { inTime } from './in-time.ts';
import { escaped, plain } from './mrkdwn.ts';
import {
  notRecorded,
  sayExtensionAsked,
  sayNotDone,
  sayNotFiled,
  sayPodsAsked,
  type Wanted,
  wentWrong,
} from './replies.ts';
import { parseTyped, usageLine } from './typed-request.ts';
import { asTyped } from './typed-text.ts';
import { showWhole } from './whole-actions.ts';
import { longestWhy } from './why-form.ts';

const command = z.object({ user_id: personId, text: z.string().default(''), trigger_id: z.string() });
type Command = z.infer<typeof command>;

/** Slack takes no message of more than 40,000 characters, and some of an answer is what was typed. */
const longestAnswer = 10_000;

/** What only the person who typed it sees. */
type Answer = { readonly text: string; readonly blocks?: readonly KnownBlock[] };

/** `/jit`: everything that can be clicked can be typed too. Answers are seen by the person alone. */
export const listenToCommands = (app: App, ports: BotPorts, faces: Faces): void => {
  app.command('/jit', async ({ ack, body, client }) => {
    const typed = command.parse(body);
    const [verb = '', ...rest] = typed.text.trim().split(/\s+/);
    if (verb === '' || (verb === 'request' && rest.length === 0)) {
      await ack();
      await client.views.open({ trigger_id: typed.trigger_id, view: await formFor(ports, typed.user_id, {}) });
      return;
    }
    if (verb.toLowerCase() === 'break-glass' && rest.length === 0) {
      await ack();
      await client.views.open({ trigger_id: typed.trigger_id, view: await formFor(ports, typed.user_id, {}, true) });
      return;
    }
    if (verb.toLowerCase() === 'diff') {
      await ack();
      await showDiff(ports, client, typed, rest[0] ?? '');
      return;
    }
    const { text, blocks } = await answer(ports, faces, typed, verb.toLowerCase(), rest);
    await ack({
      response_type: 'ephemeral',
      text: cut(text, longestAnswer),
      ...(blocks === undefined ? {} : { blocks: [...blocks] }),
    });
  });
};

/** As the button on the card, for the revision that there is now. */
const showDiff = async (
  ports: BotPorts,
  client: WebClient,
  { trigger_id, user_id: by }: Command,
  word: string,
): Promise<void> => {
  const id = requestId.safeParse(word.toLowerCase());
  if (id.success) return showWhole(ports, client, trigger_id, by, { id: id.data });
  await client.views.open({ trigger_id, view: notice(plain(which('diff'))) });
};

const answer = async (
  ports: BotPorts,
  faces: Faces,
  typed: Command,
  verb: string,
  rest: readonly string[],
): Promise<Answer> => {
  try {
    const said = await inTime(run(ports, faces, typed, verb, rest));
    return said === 'late' ? { text: notRecorded } : said;
  } catch (cause) {
    ports.alarm('A command could not be handled', { verb, cause: String(cause) });
    return { text: wentWrong };
  }
};

const run = async (
  ports: BotPorts,
  faces: Faces,
  typed: Command,
  verb: string,
  rest: readonly string[],
): Promise<Answer> => {
  const by = typed.user_id;
  switch (verb) {
    case 'request':
      return { text: await request(ports, typed, behind(typed, verb)) };
    case 'break-glass':
      return { text: await request(ports, typed, behind(typed, verb), true) };
    case 'review':
      return withId(verb, rest, async (id, words) => review(ports, { by, id }, words));
    case 'list':
      return faces.list(by);
    case 'show':
    case 'approve':
      return withId(
        verb,
        rest,
        async (id) => (await faces.card(by, id)) ?? { text: sayNotDone({ type: 'no-such-request', id }) },
      );
    case 'withdraw':
      return withId(verb, rest, async (id) =>
        said(ports, { by, id }, await withdrawRequest(ports, { by, id }), () => `Request *${id}* is withdrawn.`),
      );
    case 'done':
      return withId(verb, rest, async (id) => {
        const thanks = (name: string) => `${name} *${id}* is being ended. Thank you for giving it back.`;
        return said(ports, { by, id }, await finishGrant(ports, { by, id }), thanks);
      });
    case 'extend':
      return withId(verb, rest, async (id, words) => ({ text: await extend(ports, { by, id }, words) }));
    case 'again':
      return withReason(verb, rest, async (id, reason) => ({ text: await again(ports, { by, id }, reason) }));
    case 'end-pods':
      return withId(verb, rest, async (id, words) => ({ text: await askForEnd(ports, { by, id }, words) }));
    case 'revoke':
      return withReason(verb, rest, async (id, reason) =>
        said(
          ports,
          { by, id, verb },
          await revokeGrant(ports, { by, id, reason }),
          (name) => `${name} *${id}* is being ended.`,
        ),
      );
    case 'keep':
    case 'restore':
      return withReason(verb, rest, async (id, reason) => {
        const what = verb === 'keep' ? 'stays as it is now' : 'becomes again what it was';
        const result = await settleConflict(ports, { by, id, choice: verb, reason });
        return said(
          ports,
          { by, id, verb: 'settle' },
          result,
          (name) => `${name} *${id}* is being ended; what somebody else changed ${what}.`,
        );
      });
    case 'help':
      return { text: helpFor(ports.settings().kinds) };
    default:
      return { text: unknownCommand(verb, ports.settings().kinds) };
  }
};

const withId = async (
  verb: string,
  [word = '', ...more]: readonly string[],
  act: (id: z.infer<typeof requestId>, rest: string) => Promise<Answer>,
): Promise<Answer> => {
  const id = requestId.safeParse(word.toLowerCase());
  if (!id.success) return { text: which(verb) };
  return act(id.data, more.join(' '));
};

const which = (verb: string): string => `Say which request: \`/jit ${verb} k7m2-qx\`. \`/jit list\` shows yours.`;

/** The same, with why: people read it. */
const withReason = (
  verb: string,
  rest: readonly string[],
  act: (id: z.infer<typeof requestId>, reason: string) => Promise<Answer>,
): Promise<Answer> =>
  withId(verb, rest, async (id, words) => {
    const reason = reasonIn(words);
    return reason === '' ? { text: `Say why: \`/jit ${verb} ${id} because …\`` } : act(id, reason);
  });

const reasonIn = (words: string): string =>
  asTyped(words)
    .replace(/^because\s+/i, '')
    .trim();

type Which = { readonly by: PersonId; readonly id: z.infer<typeof requestId> };

/** What was done, by what it is called: "Access k7m2-qx is being ended". */
const said = async (
  ports: BotPorts,
  which: Which & { readonly verb?: Wanted },
  result: Result<Chain, ActRefusal>,
  done: (name: string) => string,
): Promise<Answer> => {
  if (!result.ok) return { text: sayNotDone(await tellable(ports, which, result.error), which.verb) };
  const noun = describedBy(ports.settings().kinds, result.value.request.asked)?.noun ?? 'access';
  return { text: done(noun === 'access' ? 'Access' : `The ${noun}`) };
};

/**
 * Ids that are typed can be guessed: whom a request does not concern, or for whom that cannot be found out, is answered as if
 * it were not there. Whether they may use Hallpass at all says nothing of it.
 */
const tellable = async (ports: BotPorts, { by, id }: Which, refusal: ActRefusal): Promise<ActRefusal> => {
  if (!hints.includes(refusal.type)) return refusal;
  const admitted = await admit(ports, by);
  if (!admitted.ok) return admitted.error;
  return (await seeRequest(ports, by, id)) === undefined ? { type: 'no-such-request', id } : refusal;
};

/** What is answered before it is known that a request concerns somebody. */
const hints: readonly ActRefusal['type'][] = [
  'not-yours',
  'not-entitled',
  'lookup-failed',
  'broken-log',
  'no-pods-to-end',
];

const extend = async (ports: BotPorts, which: Which, words: string): Promise<string> => {
  const typed = readExtension(words);
  if (!typed.ok) return typed.error;
  const result = await extendGrant(ports, { ...which, ...typed.value, source: 'slack' });
  if (result.ok) return sayExtensionAsked(result.value.request.asked);
  const { error } = result;
  return error.of === 'grant'
    ? sayNotDone(await tellable(ports, which, error.refusal), 'extend')
    : sayNotFiled(error.refusal);
};

const again = async (ports: BotPorts, which: Which, reason: string): Promise<string> => {
  const result = await askAgain(ports, { ...which, reason });
  if (result.ok) {
    const { id, approval } = result.value.request.asked;
    return `Asked anew, as *${id}*. The card is in <#${approval.channel}>.`;
  }
  const { error } = result;
  return error.of === 'before' ? sayNotDone(await tellable(ports, which, error.refusal)) : sayNotFiled(error.refusal);
};

const askForEnd = async (ports: BotPorts, which: Which, words: string): Promise<string> => {
  const result = await endPods(ports, { ...which, reason: reasonIn(words) });
  if (!result.ok) return sayNotDone(await tellable(ports, which, result.error));
  const told = await endsToTell(ports, which, result.value);
  return told.length === 0 ? sayNotDone({ type: 'no-such-request', id: which.id }) : sayPodsAsked(told);
};

const behind = ({ text }: Command, verb: string): string => text.trim().slice(verb.length).trim();

/** As in "/jit review k7m2-qx justified because checkout was down". */
const review = async (ports: BotPorts, which: Which, words: string): Promise<Answer> => {
  const typed = /^(justified|not[- ]justified)\s+(?:because\s+)?(\S[\s\S]*)$/i.exec(asTyped(words).trim());
  const [, finding = '', note = ''] = typed ?? [];
  if (typed === null)
    return {
      text: `Say what you make of it: \`/jit review ${which.id} justified because …\` or \`/jit review ${which.id} not-justified because …\``,
    };
  if (note.length > longestWhy)
    return { text: `Say it in at most ${longestWhy} characters; these are ${note.length}.` };
  const found = /^j/i.test(finding) ? 'justified' : 'not-justified';
  const result = await reviewRequest(ports, { ...which, finding: found, note });
  return said(ports, { ...which, verb: 'review' }, result, (name) => `${name} *${which.id}* is reviewed. Thank you.`);
};

const request = async (
  ports: BotPorts,
  { user_id: by, trigger_id }: Command,
  text: string,
  breakGlass = false,
): Promise<string> => {
  const { kinds } = ports.settings();
  const typed = parseTyped(text, kinds);
  if (!typed.ok) return typed.error;
  const { kind: name, words, objects, subject, cluster, ...rest } = typed.value;
  const kind = kinds.find((one) => one.name === name);
  if (kind === undefined)
    return `There is no kind of request ${escaped(JSON.stringify(name))}. There are: ${kinds.map((one) => one.name).join(', ')}.`;
  const ask = kind.fromWords(words, objects);
  if (!ask.ok) return `${escaped(ask.error)}\nThe whole line: ${usageLine(kind)}`;
  if (subject !== undefined && !kind.isForSomebody)
    return `This is for nobody in particular: leave "to …" out. The whole line: ${usageLine(kind)}`;
  const only = ports.clusters.size === 1 ? [...ports.clusters.keys()][0] : undefined;
  const where = cluster ?? only;
  if (where === undefined) return 'Say in which cluster: "on <cluster>". `/jit` shows where you may ask.';
  const person = subject === undefined ? by : personId.parse(subject);
  const asked = { by, subject: person, kind: name, cluster: where, ask: ask.value };
  const hint = breakGlass ? undefined : hintFor(ports, { ...asked, namespace: rest.namespace });
  const result = await submitRequest(ports, {
    ...asked,
    ...rest,
    breakGlass,
    source: 'slack',
    origin: `command:${trigger_id}`,
  });
  if (!result.ok) return sayNotFiled(result.error);
  const { id, approval } = result.value.request.asked;
  if (breakGlass)
    return `Taken by break-glass, as *${id}*. The card is in <#${approval.channel}>, where everybody is told who would have been asked; you get a direct message when it works.`;
  const less = sayHint(await hint?.());
  if (approval.auto === true)
    return `Asked, as *${id}*, and approved by the rule *${escaped(approval.rule)}* itself. The card is in <#${approval.channel}>; you get a direct message when it works.${less}`;
  return `Asked, as *${id}*. The card is in <#${approval.channel}>; you get a direct message when something happens.${less}`;
};

const sayHint = (hint: Hint | undefined): string =>
  hint === undefined ? '' : `\n${escaped(hint.text)} \`${escaped(hint.command)}\``;
