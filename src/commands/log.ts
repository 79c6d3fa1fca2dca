import type { Writable } from 'node:stream';
import { unsigned } from '#adapters/keys/ed25519.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { connectRedis } from '#adapters/redis/connection.ts';
import { createLogReader } from '#adapters/redis/log-reader.ts';
import { type Config, type Environment, inspectConfig } from '#src/config.ts';
import { redisAt } from '#src/redis-settings.ts';
import { type ExportCount, exportLog } from '#use-cases/export-log.ts';
import { type Answer, failed, misspelt } from './answer.ts';
import { readFlags } from './flags.ts';
import { redisUnset, sayUnread } from './from-redis.ts';
import { leftOf, writeInto } from './written.ts';

/**
 * `log export <file>`: writes every request's log to a file, or with `-` to standard output; undefined when the words make no
 * command. Hallpass may run meanwhile.
 */
export const logCommand = async (
  [verb, into, ...words]: readonly string[],
  environment: Environment,
  stdout: Writable = process.stdout,
): Promise<Answer | undefined> => {
  if (verb !== 'export' || into === undefined) return undefined;
  const flags = readFlags(into !== '-' && into.startsWith('-') ? [into, ...words] : words, {});
  if (!flags.ok) return misspelt([flags.error]);
  const inspected = inspectConfig(environment);
  const problems = redisUnset(inspected);
  if (problems.length > 0) return failed(problems);
  return writeExport(inspected.config, into, stdout);
};

const writeExport = async (config: Config, into: string, stdout: Writable): Promise<Answer> => {
  const { keys } = config;
  const loaded = keys === '' ? undefined : createKeys(keys);
  const trust = loaded?.ok ? loaded.value.trust : unsigned;
  const count: ExportCount = { requests: 0, entries: 0, checkpoints: 0, broken: [] };
  const isPiped = into === '-';
  let lost: Error | undefined;
  const onLost = (cause: Error): void => {
    lost ??= cause;
  };
  const redis = connectRedis({ ...redisAt(config), profile: 'commit', name: 'hallpass-export', onLost });
  try {
    const lines = exportLog(createLogReader(redis), trust, Temporal.Now.instant(), count);
    const written = await writeInto(into, lines, stdout);
    if (!written.ok) return failed([written.error]);
  } catch (cause) {
    return failed([await sayUnread(config, lost ?? cause, { left: leftOf(into) })]);
  } finally {
    redis.disconnect();
  }
  const unread = loaded === undefined || loaded.ok ? [] : loaded.error;
  const errors = [...unread, ...count.broken];
  const said = [sayCount(count, isPiped ? 'standard output' : into), ...(loaded?.ok ? [] : [unverified])];
  const status = errors.length > 0 ? 1 : 0;
  return isPiped ? { status, errors: [...errors, ...said] } : { status, out: said, errors };
};

const unverified = 'Signatures were not looked at, only order and hashes: HALLPASS_KEYS leads to no keys.';

const number = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const sayCount = ({ requests, entries }: ExportCount, into: string): string =>
  `${number(requests, 'request', 'requests')} with ${number(entries, 'entry', 'entries')} written to ${into}. They hold reasons that people gave, and their ids.`;
