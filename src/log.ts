import { pino } from 'pino';

/** Tokens and private keys that must not reach a log, whatever field or message they come in. */
const secrets =
  /xox[a-z]-[\w-]+|xapp-[\w-]+|whsec_[\w+/=-]+|eyJ[\w-]{8,}\.[\w-]+\.[\w-]+|Bearer\s+\S+|-----BEGIN[^-]+-----[\s\S]+?-----END[^-]+-----|(?<=:\/\/[^\s:@/]*:)[^\s@/]+(?=@)/g;

export const scrub = (line: string): string => line.replace(secrets, '[secret]');

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
