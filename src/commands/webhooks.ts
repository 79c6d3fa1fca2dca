import { randomUUID } from 'node:crypto';
import { createPoster, type Posted } from '#adapters/http/post-event.ts';
import { testEventOf } from '#domain/outgoing/cloud-event.ts';
import { cut, oneLine } from '#domain/text.ts';
import { type Environment, inspectConfig } from '#src/config.ts';
import { type ReadyDestination, readSigningKeys, readWebhooks } from '#src/webhooks.ts';
import { type Answer, done, failed, misspelt } from './answer.ts';
import { readFlags } from './flags.ts';

/** Milliseconds, as the bot waits. */
const timeout = 10_000;
/** Characters of the answer that are shown. */
const most = 500;

/** `webhooks test <name>`: sends one signed event that is of no request, and says what came of it; undefined when the words make no command. */
export const webhooksCommand = async (
  [verb, name, ...words]: readonly string[],
  environment: Environment,
): Promise<Answer | undefined> => {
  if (verb !== 'test' || name === undefined) return undefined;
  const flags = readFlags(name.startsWith('-') ? [name, ...words] : words, {});
  if (!flags.ok) return misspelt([flags.error]);
  // A bot's setting: it is read whatever the environment's role is.
  const { webhooks } = inspectConfig({ ...environment, HALLPASS_ROLE: 'bot' }).config;
  if (webhooks === undefined)
    return failed(['HALLPASS_WEBHOOKS is not set. Set it to a file like manifests/webhooks.yaml.']);
  const read = await readWebhooks({ webhooks });
  if (!read.ok) return failed(read.error);
  const { source, ready } = read.value;
  const found = ready.find(({ destination }) => destination.name === name);
  if (found !== undefined) return test(found, source);
  const known = ready.map(({ destination }) => destination.name).join(', ');
  return failed([`${webhooks} has no destination ${JSON.stringify(name)}. There are: ${known}.`]);
};

const test = async ({ destination, ca }: ReadyDestination, source: string): Promise<Answer> => {
  const { url, linkLocal, name } = destination;
  const poster = createPoster({ url, ca, linkLocal, readKeys: () => readSigningKeys(destination), timeout });
  const event = testEventOf(`test-${randomUUID()}`, source, Temporal.Now.instant());
  const started = performance.now();
  try {
    const posted = await poster.post(event, new AbortController().signal);
    const took = `${Math.round(performance.now() - started)} ms`;
    return answerOf(posted, `${event.type} ${event.id} to "${name}" (${new URL(url).origin})`, took);
  } finally {
    await poster.close();
  }
};

const answerOf = (posted: Posted, what: string, took: string): Answer => {
  if (posted.type === 'unsent') return failed([`Not sent ${what}: ${posted.why}.`]);
  if (posted.type === 'no-answer')
    return failed([`Sent ${what}: ${posted.why}. Look whether the receiver runs and can be reached from here.`]);
  const { status, text } = posted;
  const body = cut(oneLine(text), most);
  const said = [`Sent ${what}: HTTP status ${status} after ${took}.`, ...(body === '' ? [] : [`It says: ${body}`])];
  if (status >= 200 && status < 300) return done([...said, 'It has taken the event.']);
  return failed([...said, remedyOf(status)]);
};

const remedyOf = (status: number): string => {
  if (status === 410) return 'It is gone (410): the bot sends nothing more there until it starts anew.';
  if (status === 408 || status === 429 || status >= 500) return 'It has not taken the event; the bot would try again.';
  if (status >= 300 && status < 400) return 'Redirects are not followed: write the address that it leads to.';
  return 'It refuses the event. Look at the address, and whether the receiver has the same signing key.';
};
