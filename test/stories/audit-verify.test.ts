import { expect, test } from 'vitest';
import { keys } from '#adapters/redis/keys.ts';
import type { RequestId } from '#domain/ids.ts';
import { overHttp } from '#local/ways-in.ts';
import { verifyAudit } from '#src/commands/audit-verify.ts';
import { environmentFor } from '#test/contract/parts/operator.ts';
import { takeSnapshot } from '#test/contract/parts/redis-snapshot.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

let address = '';
const company = companyFor(async (slack) => {
  const way = await overHttp(slack);
  address = way.url ?? '';
  return way;
});
const { ask, approve, reaches, until, thread, chain, redis, isTold, click } = storyOf(company);
const audit = 'hallpass-checkpoints';

const verify = async () => {
  const environment = environmentFor(company().stand.config('bot', { apiUrl: `${address}/api/`, port: 1 }));
  const answer = await verifyAudit(['--threads', 'all', '--json'], environment, () => {});
  if (answer.out?.[0] === undefined) throw new Error(answer.errors?.join('\n'));
  return { status: answer.status, ...JSON.parse(answer.out[0]) };
};
const posted = (): number => company().slack.as('U0DAN').readChannel(audit).length;
/** A minute is long for a story: what waits is told to have waited. */
const anchored = (count: number) =>
  until(
    `${count} checkpoints in #${audit}`,
    async () => {
      for (const id of await redis().zrange(keys.unanchored, '0', '-1')) await redis().zadd(keys.unanchored, 0, id);
      return posted() >= count && (await redis().zcard(keys.unanchored)) === 0;
    },
    60_000,
  );
const isShown = (id: RequestId) =>
  until(
    `the whole thread of ${id}`,
    async () => thread(id).filter(({ metadata }) => metadata !== undefined).length === (await chain(id)).entries.length,
    60_000,
  );
const run = async (): Promise<RequestId> => {
  const id = await ask(typed('15m'));
  await approve(id);
  await reaches(id, 'active');
  await isShown(id);
  await click('U0ALICE', id, 'Done');
  await reaches(id, 'revoked');
  await isShown(id);
  return id;
};

test('an audit of what ran is clean; an edited message, and an older Redis, are named', async () => {
  const first = await run();
  await anchored(1);
  expect(await verify()).toMatchObject({
    status: 0,
    findings: [],
    log: { requests: 1 },
    threads: { checked: 1, of: 1 },
  });

  const { slack } = company();
  const approval = thread(first).find(({ metadata }) => metadata?.event_payload.version === 2);
  if (approval === undefined) throw new Error('Nobody’s approval is in the thread');
  slack.world.editMessage(approval, { text: 'Nobody approved this' });
  expect(await verify()).toMatchObject({
    status: 1,
    findings: [
      {
        about: 'message',
        what: 'edited',
        request: first,
        version: 2,
        message: { channel: approval.channelId, ts: approval.ts },
      },
    ],
  });
  slack.world.editMessage(approval, { text: approval.text, blocks: approval.blocks });
  expect(await verify()).toMatchObject({ status: 0 });

  const restore = await takeSnapshot(redis());
  const before = posted();
  const second = await run();
  await anchored(before + 1);
  await restore();
  const { status, findings } = await verify();
  expect(status).toBe(1);
  expect(findings).toContainEqual(
    expect.objectContaining({ about: 'checkpoint', what: 'missing', checkpoint: before + 1 }),
  );
  expect(findings).toContainEqual(expect.objectContaining({ about: 'request', what: 'missing', request: second }));
  await isTold('older checkpoint than the audit channel', 90_000);
}, 240_000);
