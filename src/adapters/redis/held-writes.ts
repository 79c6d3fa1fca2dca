import type { Redis } from 'ioredis';
import { z } from 'zod';
import { mostWritten } from '#domain/guard/entry.ts';
import { objectVersion } from '#domain/guard/object-version.ts';
import { type RequestId, requestId } from '#domain/ids.ts';
import { type Filed, type HeldWrites, said } from '#use-cases/guard-ports.ts';
import { asking, readAs } from './faults.ts';
import { keys } from './keys.ts';
import { defineScript } from './script.ts';

/** Entries that wait for the bot, and writes of one author in a minute: more than people and pipelines make, far from filling Redis. */
const most = { waiting: 300, ofAuthor: 30 } as const;
/** Seconds. A write that is filed has a log within one; the bot then keeps the index for as long as the log. */
const remember = { filed: 3_600, admitted: 2 * 86_400, tried: 3_600, author: 60, flood: 1_200 } as const;

/**
 * A flood is one and the same until it has been calm for a while. What is refused writes next to nothing: each write of Redis waits for
 * its disk.
 *
 * KEYS: held, intake, filed-by, floods of the author, floods of all. ARGV: id, the id that it may replace or '', entry, how many may
 * wait, how many of an author, seconds to remember the index, seconds of the author's count, seconds of calm.
 */
const fileScript = `
local function flood(key, of)
  if redis.call('TTL', key) > tonumber(ARGV[8]) / 2 then return {'flood', of, 0} end
  local times = redis.call('INCR', key)
  redis.call('EXPIRE', key, ARGV[8])
  return {'flood', of, times == 1 and 1 or 0}
end
local found = redis.call('GET', KEYS[1])
if found and found ~= ARGV[2] then return {'held', found} end
if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[4]) then return flood(KEYS[5], 'all') end
local filed = tonumber(redis.call('GET', KEYS[3]) or '0')
if filed >= tonumber(ARGV[5]) then return flood(KEYS[4], 'author') end
if redis.call('INCR', KEYS[3]) == 1 then redis.call('EXPIRE', KEYS[3], ARGV[7]) end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[6])
redis.call('XADD', KEYS[2], '*', 'entry', ARGV[3])
return {'filed'}
`;

/** KEYS: intake. ARGV: entry, how many may wait. */
export const noteScript = `
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('XADD', KEYS[1], '*', 'entry', ARGV[1])
return 1
`;

/**
 * The API server asks twice about one write that is refused: what the same author tries again within a second is the same attempt.
 *
 * KEYS: tried. ARGV: by, seconds to remember.
 */
const triedScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.call('HMGET', KEYS[1], 'last', 'by')
if not (last[1] and last[2] == ARGV[1] and now - tonumber(last[1]) < 1000) then redis.call('HINCRBY', KEYS[1], 'count', 1) end
redis.call('HSET', KEYS[1], 'last', now, 'by', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
`;

/**
 * What is said is found by what is held: one way to Redis instead of two. All keys are in one hash slot.
 *
 * KEYS: held. ARGV: what comes before an id in the key of what is said.
 */
const findScript = `
local id = redis.call('GET', KEYS[1])
if not id then return {} end
return {id, redis.call('GET', ARGV[1] .. id)}
`;

/**
 * `lowestOf`, in one step. Numbers of a version have no bound that Lua would keep, so they are compared as text.
 *
 * KEYS: admitted. ARGV: what the object is now, seconds to remember.
 */
const admittedScript = `
local function counted(version) return string.match(version, '^[1-9]%d*$') ~= nil end
local function less(one, other)
  if #one == #other then return one < other end
  return #one < #other
end
local text = redis.call('GET', KEYS[1])
local now = cjson.decode(ARGV[1])
local lowest = text and cjson.decode(text) or now
if counted(now.version) and (not counted(lowest.version) or less(now.version, lowest.version)) then lowest.version = now.version end
if now.generation and (not lowest.generation or now.generation < lowest.generation) then lowest.generation = now.generation end
local kept = cjson.encode(lowest)
redis.call('SET', KEYS[1], kept, 'EX', ARGV[2])
return kept
`;

const found = z.union([z.tuple([]), z.tuple([requestId, z.string().nullable()])]);
const filed = z.union([
  z.tuple([z.literal('filed')]),
  z.tuple([z.literal('held'), requestId]),
  z.tuple([z.literal('flood'), z.enum(['author', 'all']), z.literal([0, 1])]),
]);

/** Leaves an entry in a stream for the bot; answers false where there is no room. Throws for one that is too long. */
export const createLeaving = (redis: Redis): ((entry: string, stream: string) => Promise<boolean>) => {
  const runNote = defineScript(redis, 'hallpassNote', noteScript);
  return async (entry, stream) => {
    if (entry.length > mostWritten.note) throw new Error(`A note of ${entry.length} characters is too long to be left`);
    const answer = await asking(`leave a note in "${stream}"`, runNote([stream], [entry, most.waiting]));
    return readAs(z.literal([0, 1]), stream, answer) === 1;
  };
};

/** Looks up and files what a guard holds, over a connection of the `commit` profile. */
export const createRedisHeldWrites = (redis: Redis): HeldWrites => {
  const runFile = defineScript(redis, 'hallpassFile', fileScript);
  const runFind = defineScript(redis, 'hallpassFind', findScript);
  const runTried = defineScript(redis, 'hallpassTried', triedScript);
  const runAdmitted = defineScript(redis, 'hallpassAdmitted', admittedScript);

  const leave = createLeaving(redis);

  const saidOf = async (id: RequestId) => {
    const text = await asking(`read "${keys.said(id)}"`, redis.get(keys.said(id)));
    return text === null ? undefined : saidIn(text);
  };

  return {
    find: async (fingerprint) => {
      const key = keys.held(fingerprint);
      const answer = await asking(`read "${key}"`, runFind([key], [keys.saidOf]));
      const [id, text = null] = readAs(found, key, answer);
      if (id === undefined) return undefined;
      const told = text === null ? undefined : saidIn(text);
      return { id, ...(told === undefined ? {} : { said: told }) };
    },
    said: saidOf,
    file: async ({ fingerprint, id, instead, author, entry }) => {
      if (entry.length > mostWritten.entry)
        throw new Error(`A write of ${entry.length} characters is too long to be filed`);
      const floods = [keys.filedBy(`flood ${author}`), keys.filedBy('flood')];
      const at = [keys.held(fingerprint), keys.intake, keys.filedBy(author), ...floods];
      const bounds = [most.waiting, most.ofAuthor, remember.filed, remember.author, remember.flood];
      const answer = await asking(
        `file a held write in "${keys.intake}"`,
        runFile(at, [id, instead ?? '', entry, ...bounds]),
      );
      return filedOf(readAs(filed, keys.held(fingerprint), answer));
    },
    note: (entry, urgent = false) => leave(entry, urgent ? keys.urgent : keys.intake),
    admitted: async (object, now) => {
      const key = keys.admitted(object);
      const kept = await asking(`write "${key}"`, runAdmitted([key], [JSON.stringify(now), remember.admitted]));
      return readAs(objectVersion, key, parsed(String(kept)));
    },
    tried: async (fingerprint, by) => {
      await asking(
        `count an attempt in "${keys.tried(fingerprint)}"`,
        runTried([keys.tried(fingerprint)], [by.slice(0, 253), remember.tried]),
      );
    },
  };
};

/** What is not understood of it is as good as nothing said. */
const saidIn = (text: string) => said.safeParse(parsed(text)).data;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const filedOf = (answer: z.output<typeof filed>): Filed => {
  switch (answer[0]) {
    case 'filed':
      return { type: 'filed' };
    case 'held':
      return { type: 'held', id: answer[1] };
    case 'flood':
      return { type: 'flood', of: answer[1], isNew: answer[2] === 1 };
  }
};
