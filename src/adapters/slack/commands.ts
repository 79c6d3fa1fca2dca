import type { App } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { type PersonId, personId, requestId } from '#domain/ids.ts';
import { type ActRefusal, finishGrant, revokeGrant, withdrawRequest } from '#use-cases/act-on-request.ts';
import type { BotPorts } from '#use-cases/ports.ts';
import { seeRequest } from '#use-cases/see-requests.ts';
import { submitRequest } from '#use-cases/submit-request.ts';
import { formFor } from './actions.ts';
import type { Faces } from './faces.ts';
import { inTime } from './in-time.ts';
import { escaped } from './mrkdwn.ts';
import { notRecorded, sayNotDone, sayNotFiled, wentWrong } from './replies.ts';
import { parseTyped } from './typed-request.ts';
import { asTyped } from './typed-text.ts';

const command = z.object({ user_id: personId, text: z.string().default(''), trigger_id: z.string() });
type Command = z.infer<typeof command>;

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
    const { text, blocks } = await answer(ports, faces, typed, verb.toLowerCase(), rest);
    await ack({ response_type: 'ephemeral', text, ...(blocks === undefined ? {} : { blocks: [...blocks] }) });
  });
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
      return { text: await request(ports, typed, typed.text.trim().slice('request'.length).trim()) };
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
        said(ports, { by, id }, await withdrawRequest(ports, { by, id }), `Request *${id}* is withdrawn.`),
      );
    case 'done':
      return withId(verb, rest, async (id) =>
        said(
          ports,
          { by, id },
          await finishGrant(ports, { by, id }),
          `Access *${id}* is being ended. Thank you for giving it back.`,
        ),
      );
    case 'revoke':
      return withId(verb, rest, (id, reason) => revoke(ports, by, id, reason));
    case 'help':
      return { text: help };
    default:
      return { text: `\`/jit ${escaped(verb)}\` is not a command.\n${help}` };
  }
};

const withId = async (
  verb: string,
  [word = '', ...more]: readonly string[],
  act: (id: z.infer<typeof requestId>, rest: string) => Promise<Answer>,
): Promise<Answer> => {
  const id = requestId.safeParse(word.toLowerCase());
  if (!id.success) return { text: `Say which request: \`/jit ${verb} k7m2-qx\`. \`/jit list\` shows yours.` };
  return act(id.data, more.join(' '));
};

type Which = { readonly by: PersonId; readonly id: z.infer<typeof requestId> };

const said = async (
  ports: BotPorts,
  which: Which & { readonly verb?: 'revoke' },
  result: { readonly ok: true } | { readonly ok: false; readonly error: ActRefusal },
  done: string,
): Promise<Answer> => ({ text: result.ok ? done : sayNotDone(await tellable(ports, which, result.error), which.verb) });

/** Ids that are typed can be guessed: whom a request does not concern is answered as if it were not there. */
const tellable = async (ports: BotPorts, { by, id }: Which, refusal: ActRefusal): Promise<ActRefusal> => {
  if (refusal.type !== 'not-yours' && refusal.type !== 'not-entitled') return refusal;
  return (await seeRequest(ports, by, id)) === undefined ? { type: 'no-such-request', id } : refusal;
};

const revoke = async (ports: BotPorts, by: PersonId, id: z.infer<typeof requestId>, rest: string): Promise<Answer> => {
  const reason = asTyped(rest)
    .replace(/^because\s+/i, '')
    .trim();
  if (reason === '') return { text: `Say why: \`/jit revoke ${id} because …\`` };
  return said(
    ports,
    { by, id, verb: 'revoke' },
    await revokeGrant(ports, { by, id, reason }),
    `Access *${id}* is being ended.`,
  );
};

const request = async (ports: BotPorts, { user_id: by, trigger_id }: Command, text: string): Promise<string> => {
  const typed = parseTyped(text);
  if (!typed.ok) return typed.error;
  const { kind: name, words, objects, subject, cluster, ...rest } = typed.value;
  const { kinds } = ports.settings();
  const kind = kinds.find((one) => one.name === name);
  if (kind === undefined)
    return `There is no kind of request ${escaped(JSON.stringify(name))}. There are: ${kinds.map((one) => one.name).join(', ')}.`;
  const ask = kind.fromWords(words, objects);
  if (!ask.ok) return escaped(ask.error);
  const only = ports.clusters.size === 1 ? [...ports.clusters.keys()][0] : undefined;
  const where = cluster ?? only;
  if (where === undefined) return 'Say in which cluster: "on <cluster>". `/jit` shows where you may ask.';
  const person = subject === undefined ? by : personId.parse(subject);
  const result = await submitRequest(ports, {
    by,
    subject: person,
    kind: name,
    cluster: where,
    ask: ask.value,
    ...rest,
    origin: `command:${trigger_id}`,
  });
  if (!result.ok) return sayNotFiled(result.error);
  const { id, approval } = result.value.request.asked;
  return `Asked, as *${id}*. The card is in <#${approval.channel}>; you get a direct message when something happens.`;
};

const help = [
  '`/jit` opens a form, which shows what you may ask for. Or type it:',
  '`/jit request access <profile> <namespace>[/<object>,…] [on <cluster>] [to @person] for <30m> because <reason>`',
  '`/jit list` what waits for you, what is yours, what is active',
  '`/jit show <id>` one request, with its buttons',
  '`/jit withdraw <id>` take back what you asked for',
  '`/jit done <id>` give access back before its time',
  '`/jit revoke <id> because <reason>` end somebody’s access',
].join('\n');
