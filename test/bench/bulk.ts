import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { createKeys } from '#adapters/keys/keys.ts';
import { createRedisClock } from '#adapters/redis/clock.ts';
import { connectRedis } from '#adapters/redis/connection.ts';
import { createRedisEventStore } from '#adapters/redis/event-store.ts';
import { keys } from '#adapters/redis/keys.ts';
import { identityOf } from '#domain/identities.ts';
import { type PersonId, personId, requestIdFrom } from '#domain/ids.ts';
import { extend, readChain } from '#domain/request/chain.ts';
import type { Submitted } from '#domain/request/events.ts';
import { openPolicy } from '#src/policy.ts';
import { sealOfDraft } from '#use-cases/draft.ts';
import { indexOf } from '#use-cases/request-log.ts';
import { inLanes } from './bare.ts';
import { grantMany, nth } from './many.ts';
import { approver } from './people.ts';
import type { Stage } from './stage.ts';

/** Approved and not applied yet: what the worker finds within its time. */
const ahead = 400;
const lanes = 8;
/** Of one whole hour and more, so that none of them ends while it is measured; within what the rule allows. */
const seconds = 4 * 3_600;
const namespaced = z.object({ metadata: z.object({ uid: z.string() }) });

/**
 * So many grants that stay, filed and approved by the bench with the bot's key and without Slack: their logs are as the bot writes them, and
 * the worker believes, applies and records each as any other. By clicks a hundred thousand would take an hour and more.
 */
export const grantInBulk = async (
  stage: Stage,
  label: string,
  count: number,
  askedBy: (index: number) => string,
): Promise<void> => {
  const { stand, redis, namespaces, say } = stage;
  const config = stand.config('bot');
  const opened = createKeys(config.keys, ['bot']);
  if (!opened.ok) throw new Error(opened.error.join('\n'));
  const { signer, trust } = opened.value;
  const settings = (await openPolicy(config.policy)).settings();
  const kind = settings.kinds.find(({ name }) => name === 'access');
  const connection = connectRedis({ url: stand.redis.url, profile: 'commit', name: 'bench-bulk', onLost: () => {} });
  const clock = createRedisClock(connection);
  const store = createRedisEventStore(connection, clock);
  const [like] = await grantMany(stage, `${label}-like`, 1, () => Date.now() + seconds * 1_000, { askedBy });
  if (like === undefined || kind === undefined) throw new Error('There is nothing to do it like');
  const read = readChain(like.id, await store.read(like.id), trust);
  const first = read.ok ? read.value?.entries[0]?.event : undefined;
  if (first?.type !== 'submitted') throw new Error('The log of a request does not begin with its being filed');
  const uids = new Map<string, string>();
  for (const name of namespaces)
    uids.set(name, namespaced.parse((await stand.admin.send('GET', `/api/v1/namespaces/${name}`)).body).metadata.uid);

  const file = async (index: number): Promise<void> => {
    const { namespace, object } = nth(namespaces, label, index);
    const person = personId.parse(askedBy(index));
    const identity = identityOf(settings.identities, person);
    if (!identity.ok) throw new Error(`${person} is nobody in the cluster`);
    const id = requestIdFrom(randomBytes(6));
    const ask = { ...(first.ask as object), objects: [object] };
    const plan = kind.plan(ask, { request: id, namespace, identity: identity.value, seen: [] });
    if (!plan.ok) throw new Error(plan.error);
    const now = await clock.now();
    const asked = { ...first, requester: person, subject: person, namespace, ask, seconds };
    const { create, probes, proofs } = plan.value;
    const draft = { namespaceUid: uids.get(namespace) ?? '', plan: { create, probes, proofs }, edits: [] };
    const seal = sealOfDraft({ id, ...asked }, identity.value, draft, trust.digest);
    const { around: _, ...submitted } = asked;
    const respondBy = now.add({ hours: 1 });
    const { lines, chain } = extend(
      id,
      undefined,
      [
        { ...submitted, seal, respondBy } as Submitted,
        { type: 'voted', by: approver as PersonId, revision: 1 },
        { type: 'approved', by: [approver as PersonId], revision: 1, applyBy: now.add({ minutes: 15 }) },
      ],
      now,
      signer('bot'),
      trust,
    );
    const { type } = await store.append(id, 0, lines, indexOf(chain.request));
    // Of a hundred thousand some have an id by chance that another one has.
    if (type === 'conflict') return file(index);
    if (type !== 'appended') throw new Error(`Request ${id} could not be filed: ${type}`);
  };

  const active = (): Promise<number> => redis.zcard(keys.status('active'));
  const before = await active();
  const from = performance.now();
  let filed = 0;
  let applied = 0;
  try {
    await inLanes(Array.from({ length: count - 1 }), lanes, async (_, index) => {
      while (filed - applied > ahead) {
        await pause(50);
        applied = (await active()) - before;
      }
      filed += 1;
      await file(index);
      if (filed % 10_000 === 0) say(`${applied} applied after ${((performance.now() - from) / 1_000).toFixed(0)} s`);
    });
    while (applied < count - 1) {
      await pause(500);
      applied = (await active()) - before;
    }
  } finally {
    connection.disconnect();
  }
  const took = (performance.now() - from) / 1_000;
  say(`${count} grants made in ${took.toFixed(0)} s (${(count / took).toFixed(0)} a second)`);
};
