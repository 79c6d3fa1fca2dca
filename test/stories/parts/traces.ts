import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { vi } from 'vitest';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import type { Workspace } from '#local/slack/workspace.ts';
import { inMemory, type Way } from '#local/ways-in.ts';
import { startBot } from '#src/bot.ts';

/** A text as somebody may find it: as it is, in base64 (whatever pads it), and its SHA-256 in hex and in base64. */
const formsOf = (text: string): readonly string[] => {
  const encoded = Buffer.from(text).toString('base64');
  const hashes = [text, encoded].flatMap((one) => {
    const hash = createHash('sha256').update(one).digest();
    return [hash.toString('hex'), hash.toString('base64'), hash.toString('base64url')];
  });
  return [text, encoded, ...hashes].map((one) => one.replace(/=+$/, ''));
};

export type Traces = {
  /** Where a form of which of these texts is found: in `redis`, in `slack`, or `printed`. */
  readonly of: (texts: readonly string[]) => Promise<readonly string[]>;
  /** Into Slack, with all that is sent there kept. */
  readonly way: (slack: Workspace) => Way;
  readonly stop: () => Promise<void>;
};

/**
 * Keeps what this process prints from now on, all that is sent to a Redis, and all that a bot sends to Slack; and looks besides
 * at what is there.
 */
export const recordTraces = async (url: string): Promise<Traces> => {
  const redis = new Redis(url, { retryStrategy: () => null });
  const monitor = await new Redis(url, { retryStrategy: () => null }).monitor();
  // It ends before this does.
  for (const one of [redis, monitor]) one.on('error', () => {});
  const commands: string[] = [];
  monitor.on('monitor', (_time: string, args: readonly string[]) => void commands.push(args.join(' ')));
  const printed: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write.bind(stream);
    return vi.spyOn(stream, 'write').mockImplementation((...args) => {
      printed.push(String(args[0]));
      return write(...args);
    });
  });
  const toSlack: string[] = [];
  const workspaces: Workspace[] = [];
  return {
    way: (slack) => {
      workspaces.push(slack);
      return recordedWay(slack, (text) => void toSlack.push(text));
    },
    of: async (texts) => {
      const places = {
        redis: [...commands, await contentOf(redis)].join('\n'),
        slack: [...toSlack, ...workspaces.map(stateOf)].join('\n'),
        printed: printed.join(''),
      };
      return Object.entries(places).flatMap(([place, content]) =>
        texts.filter((text) => formsOf(text).some((form) => content.includes(form))).map((text) => `${place}: ${text}`),
      );
    },
    stop: async () => {
      for (const spy of spies) spy.mockRestore();
      monitor.disconnect();
      redis.disconnect();
    },
  };
};

const recordedWay = (slack: Workspace, sent: (text: string) => void): Way => ({
  ...inMemory(slack),
  startBot: async (configure) => {
    const { fetch, receiver } = createInMemoryLink(slack);
    const recorded: typeof fetch = (input, init) => {
      // What is sent as a form is kept as it reads, too.
      const keep = (text: string): void => sent([text, ...new URLSearchParams(text).values()].join('\n'));
      void new Request(input, init).text().then(keep);
      return fetch(input, init);
    };
    const bot = await startBot(configure({ apiUrl: 'http://slack.local/api/', port: 0 }), {
      receiver,
      fetch: recorded,
    });
    if (!bot.ok) throw new Error(bot.error.join('\n'));
    return bot.value;
  },
});

/** All that is in a Redis, key by key. */
const contentOf = async (redis: Redis): Promise<string> => {
  const found: string[] = [];
  for (const key of await redis.keys('*')) found.push(key, JSON.stringify(await heldIn(redis, key)));
  return found.join('\n');
};

const heldIn = async (redis: Redis, key: string): Promise<unknown> => {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'hash':
      return redis.hgetall(key);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none':
      // Its time was over meanwhile.
      return undefined;
    default:
      throw new Error(`Nobody looks into ${key}`);
  }
};

/** Messages, files, forms and notices; not what Slack itself knows of its app, whose tokens it has given out. */
export const stateOf = ({ state: { app: _, ...rest } }: Workspace): string =>
  JSON.stringify(rest, (_key, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (value instanceof Set) return [...value];
    return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
  });
