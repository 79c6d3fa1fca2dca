/**
 * The one commit point. A script is not rolled back when a command in it fails, so everything that can fail is looked
 * at before the first write: the deadline, the type of every key, the origin, the version.
 *
 * KEYS: log, due, unshown, audit, origin, pending-by, to-review, unasked-by, news, unanchored, removed, then all statuses, then the people.
 * ARGV: id, expected version, deadline, submitted at, due at or '', number of the status, how many statuses,
 * seconds to remember the origin or '' for none, 1 if it is to be reviewed or 0, how many its requester may have of what nobody approved or '' where it is
 * none of these, when people are to be told next or '', then the lines. All times in epoch milliseconds of this Redis.
 */
export const appendScript = `
local id, expected, deadline = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local submitted, due, status, count, remember = ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Its caller has been told that nothing was recorded.
if now > deadline then return {'late'} end

local wanted = {'list', 'zset', 'zset', 'stream', 'string', [11] = 'set'}
for index, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= (wanted[index] or 'zset') then return {'foreign', key, found} end
end

if remember ~= '' then
  local before = redis.call('GET', KEYS[5])
  if before then return {'filed-before', before} end
end
if redis.call('LLEN', KEYS[1]) ~= expected then return {'conflict'} end
-- Under an id that is in old messages and checkpoints nothing else is filed.
if expected == 0 and redis.call('SISMEMBER', KEYS[11], id) == 1 then return {'conflict'} end
if expected == 0 and ARGV[10] ~= '' and redis.call('ZCARD', KEYS[8]) >= tonumber(ARGV[10]) then return {'full'} end

for index = 12, #ARGV do
  redis.call('RPUSH', KEYS[1], ARGV[index])
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', 100000, '*', 'request', id, 'version', expected + index - 11, 'line', ARGV[index])
end
for index = 1, count do
  if index == status then redis.call('ZADD', KEYS[11 + index], submitted, id)
  else redis.call('ZREM', KEYS[11 + index], id) end
end
-- The first status is 'pending'.
if status == 1 then redis.call('ZADD', KEYS[6], submitted, id) else redis.call('ZREM', KEYS[6], id) end
if ARGV[9] == '1' then redis.call('ZADD', KEYS[7], submitted, id) else redis.call('ZREM', KEYS[7], id) end
if ARGV[10] ~= '' then redis.call('ZADD', KEYS[8], submitted, id) else redis.call('ZREM', KEYS[8], id) end
for index = 12 + count, #KEYS do redis.call('ZADD', KEYS[index], submitted, id) end
if due == '' then redis.call('ZREM', KEYS[2], id) else redis.call('ZADD', KEYS[2], due, id) end
if ARGV[11] == '' then redis.call('ZREM', KEYS[9], id) else redis.call('ZADD', KEYS[9], ARGV[11], id) end
redis.call('ZADD', KEYS[3], 'NX', now, id)
redis.call('ZADD', KEYS[10], 'NX', now, id)
if remember ~= '' then redis.call('SET', KEYS[5], id, 'EX', remember) end
return {'appended'}
`;

/** KEYS: log, unshown. ARGV: id, version. */
export const markShownScript = `
if redis.call('LLEN', KEYS[1]) == tonumber(ARGV[2]) then redis.call('ZREM', KEYS[2], ARGV[1]) end
return 1
`;
