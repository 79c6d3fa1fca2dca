import { pino } from 'pino';

const privateKeys = /-----BEGIN[^-]+-----[\s\S]+?-----END[^-]+-----/g;
const keyEnds = /-----END(?=([^-]+-----))/g;
/**
 * A JSON Web Token, or what begins like one and is none. That is taken in too, for what somebody else wrote may begin like one at every
 * third letter, and would be read to its end from each of them.
 */
const webTokens = /eyJ[\w-]{8,}(\.[\w-]+\.[\w-]+)?/g;
const others = /xox[a-z]-[\w-]+|xapp-[\w-]+|whsec_[\w+/=-]+|Bearer\s+\S+|(?<=:\/\/[^\s:@/]*:)[^\s@/]+(?=@)/g;

/** Behind the last end of a key there is none, and nothing is looked through from each beginning of one. */
const withoutKeys = (line: string): string => {
  let end = 0;
  for (const { index, 0: begun, 1: rest = '' } of line.matchAll(keyEnds)) end = index + begun.length + rest.length;
  return `${line.slice(0, end).replace(privateKeys, '[secret]')}${line.slice(end)}`;
};

/** Takes out tokens and private keys, which must not reach a log, whatever field or message they come in. */
export const scrub = (line: string): string =>
  // Private keys first: whatever else is in one is no end of it.
  withoutKeys(line)
    .replace(webTokens, (found, rest: string | undefined) => (rest === undefined ? found : '[secret]'))
    .replace(others, '[secret]');

export type Log = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** One JSON line per event on stdout: a constant message and variable fields. */
export const createLog = (
  write: (line: string) => void = (line) => void process.stdout.write(line),
): { readonly info: Log; readonly error: Log } => {
  const logger = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    { write: (line) => write(scrub(line)) },
  );
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
};
