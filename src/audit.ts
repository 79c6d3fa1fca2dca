import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createSiemSink } from '#adapters/http/siem-sink.ts';
import { createWebhookSink } from '#adapters/http/webhook-sink.ts';
import { createRedisAuditStream } from '#adapters/redis/audit-stream.ts';
import { createLogReader } from '#adapters/redis/log-reader.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { countWebhook, markAudit } from '#src/metrics/audit.ts';
import { createAuditLines } from '#use-cases/audit-lines.ts';
import { type AuditSink, createAuditFollower } from '#use-cases/follow-audit.ts';
import type { Config } from './config.ts';
import type { Ground } from './core.ts';
import { every } from './every.ts';
import { scrub } from './log.ts';
import { readSigningKeys, type Webhooks } from './webhooks.ts';

/** Milliseconds between two looks for new entries. */
const followEvery = 500;

type Print = (text: string, done: () => void) => void;
const print: Print = (text, done) => void process.stdout.write(text, () => done());

/** Standard output. Whoever reads it and stops holds up nothing else, and not the end of the bot either. */
export const createStdoutSink = (write: Print = print): AuditSink => ({
  name: 'stdout',
  isReady: () => true,
  write: (lines, signal) => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const giveUp = (): void => resolve(false);
    if (signal.aborted) return Promise.resolve(false);
    signal.addEventListener('abort', giveUp, { once: true });
    write(`${lines.join('\n')}\n`, () => resolve(true));
    return promise.finally(() => signal.removeEventListener('abort', giveUp));
  },
});

/** The authority of the sink, where one is named. */
export const readSiemCa = ({ siem }: Pick<Config, 'siem'>): Result<string | undefined, string> => {
  if (siem?.ca === undefined) return ok(undefined);
  try {
    const text = readFileSync(siem.ca, 'utf8');
    return text.includes('-----BEGIN CERTIFICATE-----')
      ? ok(text)
      : err(`HALLPASS_SIEM_CA is "${siem.ca}", which holds no certificate in PEM. Put the authority's there.`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return err(`HALLPASS_SIEM_CA is "${siem.ca}", which cannot be read (${why}). Name a file that the bot may read.`);
  }
};

/** Each event goes out, to each sink by itself: one that is stuck holds up no other. */
export const startAudit = ({ core, redis, info, onStop }: Ground, config: Config, ca: string | undefined): void => {
  const { siem, auditStdout } = config;
  const { alarm } = core;
  if (auditStdout !== false) follow({ core, redis, info, onStop }, createStdoutSink());
  if (siem === undefined) return;
  const sink = createSiemSink({ url: siem.url, token: siem.token, ca, alarm, info });
  onStop(sink.close);
  follow({ core, redis, info, onStop }, sink);
};

/** The same for webhooks, each by itself. */
export const startWebhooks = ({ core, redis, info, onStop }: Ground, { source, ready }: Webhooks): void => {
  for (const { destination, ca } of ready) {
    const readKeys = () => readSigningKeys(destination);
    const sink = createWebhookSink({
      ...{ destination, source, ca, readKeys, info },
      alarm: core.alarm,
      count: countWebhook,
    });
    onStop(sink.close);
    follow({ core, redis, info, onStop }, sink);
  }
};

const follow = (
  { core, redis, info, onStop }: Pick<Ground, 'core' | 'redis' | 'info' | 'onStop'>,
  sink: AuditSink,
): void => {
  const { store, trust, alarm, clock } = core;
  // A connection of its own: a long read of logs delays no decision.
  const connection = redis('commit', `audit-${sink.name}`);
  const stopping = new AbortController();
  const round = createAuditFollower(
    {
      stream: createRedisAuditStream(connection),
      log: createLogReader(connection),
      lines: createAuditLines({ store, trust, alarm, scrub }),
      trust,
      cursors: createRedisProjectionStore(connection, 'audit'),
      clock,
      pause: (milliseconds) => pause(milliseconds, undefined, { signal: stopping.signal }).catch(() => undefined),
      info,
      report: markAudit,
    },
    sink,
    stopping.signal,
  );
  const running = every(followEvery, round, (cause) =>
    alarm('Events could not go out to a sink of the audit; they do later', { sink: sink.name, cause: String(cause) }),
  );
  onStop(async () => {
    stopping.abort();
    await running.stop();
  });
};
