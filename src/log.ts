import { pino } from 'pino';

/** Private keys first: whatever else is in one is no end of it. */
const privateKeys = /-----BEGIN[^-]+-----[\s\S]+?-----END[^-]+-----/g;
/**
 * A JSON Web Token, or what begins like one and is none. That is taken in too, for what somebody else wrote may begin like one at every
 * third letter, and would be read to its end from each of them.
 */
const webTokens = /eyJ[\w-]{8,}(\.[\w-]+\.[\w-]+)?/g;
const others = /xox[a-z]-[\w-]+|xapp-[\w-]+|whsec_[\w+/=-]+|Bearer\s+\S+|(?<=:\/\/[^\s:@/]*:)[^\s@/]+(?=@)/g;

/** Takes out tokens and private keys, which must not reach a log, whatever field or message they come in. */
export const scrub = (line: string): string =>
  line
    .replace(privateKeys, '[secret]')
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
