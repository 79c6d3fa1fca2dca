import { type Connection, connectTo } from '#adapters/http/api-call.ts';
import { createAsking } from '#adapters/http/api-client.ts';
import { problemOf } from '#adapters/http/api-problems.ts';
import type { AskBody } from '#adapters/http/api-schemas.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Answer, done, misspelt } from './answer.ts';
import { readApiSettings } from './api-settings.ts';
import { readManifestAsk } from './manifest-request.ts';
import { answerOf } from './request-answer.ts';
import { type Came, cameTo, fileRequest, type Talk } from './request-filing.ts';
import { type RequestLine, readRequestLine, requestUsage } from './request-line.ts';
import { createTerminal, interruptible } from './terminal.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `request`: asks for something over the API, and waits for it where that is wanted. */
export const requestCommand = async (words: readonly string[], environment: Environment): Promise<Answer> => {
  if (words.length === 1 && words[0] === '--help') return done(requestUsage.split('\n'));
  const line = readRequestLine(words);
  if (!line.ok) return misspelt([line.error, '', requestUsage]);
  const { manner, isJson } = line.value;
  return overApi(environment, isJson, async (talk) => {
    const ask = await askOf(line.value, talk);
    return ask.ok ? fileRequest(talk, ask.value, manner) : cameTo(ask.error);
  });
};

/** What a line asks for, with what stands in its files. */
const askOf = async (
  { ask, files }: RequestLine,
  { terminal }: Talk,
): Promise<Result<AskBody, Came['problem'] & object>> => {
  const { namespace, ...asked } = ask;
  if (files.length === 0) return ok({ ...asked, namespace: namespace ?? '' });
  const read = await readManifestAsk(files, namespace);
  if (!read.ok) return err(problemOf(422, 'manifests', 'The manifests cannot be asked for', read.error.join(' ')));
  terminal.tell(...read.value.notes);
  return ok({ ...asked, ...read.value.ask });
};

/** Does something over the API of the environment, and says what it came to. It may be interrupted. */
export const overApi = async (
  environment: Environment,
  isJson: boolean,
  act: (talk: Talk & Pick<Connection, 'call'>) => Promise<Came>,
): Promise<Answer> => answerOf(await speak(environment, act), isJson);

export const speak = async <T>(
  environment: Environment,
  act: (talk: Talk & Pick<Connection, 'call'>) => Promise<T>,
): Promise<T | Came> => {
  const settings = readApiSettings(environment);
  if (!settings.ok) return cameTo(problemOf(400, 'settings', 'Not set up', settings.error.join(' ')));
  const { call, close } = connectTo(settings.value);
  try {
    return await interruptible((signal) => act({ api: createAsking(call), call, terminal: createTerminal(), signal }));
  } finally {
    await close();
  }
};
