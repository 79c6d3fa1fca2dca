import { sinkNameOf } from '#adapters/http/webhook-sink.ts';
import { openTo } from '#adapters/keys/modes.ts';
import { createRedisAuditStream } from '#adapters/redis/audit-stream.ts';
import { connectRedis } from '#adapters/redis/connection.ts';
import { createRedisProjectionStore } from '#adapters/redis/projection-store.ts';
import { formatDuration } from '#domain/duration.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import type { Destination } from '#domain/outgoing/destination.ts';
import type { Config } from '#src/config.ts';
import { redisAt } from '#src/redis-settings.ts';
import { readWebhooks } from '#src/webhooks.ts';
import { type Backlog, readBacklog } from '#use-cases/sink-cursor.ts';
import { type Check, sayCause } from './checks.ts';

/** What a destination may be behind without a word: a retry or two. */
const usual = Temporal.Duration.from({ minutes: 5 });

/** Looks at the file that says where events go, at what it names, and at what waits; nothing is sent. */
export const checkWebhooks = (config: Config, redisAhead: Promise<number | undefined>): Check => ({
  about: 'Webhooks',
  look: async (onEnd) => {
    const read = await readWebhooks(config);
    if (!read.ok) return read.error.map(wrong);
    const destinations = read.value.ready.map(({ destination }) => destination);
    const open = destinations.flatMap(lookAtKeyFile);
    // That Redis does not answer has been said.
    if ((await redisAhead) === undefined) return [...open, ...destinations.map((one) => fine(saySettings(one)))];
    const redis = connectRedis({ ...redisAt(config), profile: 'commit', name: 'hallpass-doctor', onLost: () => {} });
    onEnd(() => redis.disconnect());
    const ports = { stream: createRedisAuditStream(redis), cursors: createRedisProjectionStore(redis, 'audit') };
    const waiting = await Promise.all(
      destinations.map(async (destination) => {
        try {
          return sayWaiting(destination, await readBacklog(ports, sinkNameOf(destination)));
        } catch (cause) {
          return caution(`What waits for "${destination.name}" cannot be told. ${sayCause(cause)}`);
        }
      }),
    );
    return [...open, ...waiting];
  },
});

const lookAtKeyFile = ({ name, signingKeyFile }: Destination): readonly Finding[] => {
  const open = openTo(signingKeyFile);
  return open === undefined
    ? []
    : [
        caution(
          `The signing key of "${name}", "${signingKeyFile}", is ${open}. Who reads it can send as Hallpass; make a new key then.`,
        ),
      ];
};

const saySettings = ({ name, url, events }: Destination): string =>
  `"${name}" gets ${events.includes('*') ? 'all events' : events.join(', ')} at ${new URL(url).origin}`;

/** What it means that so much waits for a destination; `undefined`: it was given nothing yet. */
export const sayWaiting = (destination: Destination, backlog: Backlog | undefined): Finding => {
  const said = saySettings(destination);
  if (backlog === undefined) return fine(`${said}; it was given nothing yet.`);
  const { seconds, entries, atLeast } = backlog;
  if (seconds <= usual.total('seconds')) return fine(`${said}; nothing waits for long.`);
  const behind = formatDuration(Temporal.Duration.from({ seconds: Math.round(seconds) }));
  const count = `${entries}${atLeast ? ' or more' : ''} ${entries === 1 && !atLeast ? 'entry' : 'entries'}`;
  const waiting =
    entries === 0 ? 'the logs are read anew for it' : `${count} of the audit wait to be looked through for it`;
  return caution(
    `${said}; it is ${behind} behind, and ${waiting}. \`hallpass webhooks test ${destination.name}\` says what it answers.`,
  );
};
