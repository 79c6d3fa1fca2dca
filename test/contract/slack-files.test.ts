import { describe, expect, test } from 'vitest';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Fault } from '#local/slack/faults.ts';
import { changeOf, contentOf, diffOf, kept } from '#test/build/contents.ts';
import { approvals, bob, createSlackWorld, ids, type SlackWorld } from '#test/contract/parts/slack-world.ts';
import type { ProjectionStore } from '#use-cases/ports.ts';

const [first] = ids(1) as [ReturnType<typeof ids>[number]];
const long = kept(contentOf([changeOf(diffOf(400), { places: ['spec.rules', 'and 3 more'] })]));
const longer = kept(contentOf([changeOf(diffOf(5_000))]));
const short = kept(contentOf([changeOf(diffOf(10))]));
const brief = kept(contentOf([changeOf(diffOf(12))]));
const revised: RequestEvent = { type: 'revised', revision: 2, seal: 's', content: longer.ref, why: 'It moved.' };

const asked = async (rates: 'on' | 'off' = 'off', content = long): Promise<SlackWorld> => {
  const world = createSlackWorld(rates);
  for (const one of [content, longer]) await world.contents.keep(first, one.ref.digest, one.text);
  await world.ask(first, { content: content.ref });
  return world;
};

/** The files that were shared in the channel, by name, each with the head of the thread that it stands in. */
const shared = ({ workspace }: SlackWorld): readonly string[] => {
  const messages = workspace.state.messages.get(approvals) ?? [];
  const cards = messages.filter(({ metadata }) => metadata?.event_type === 'hallpass_card').map(({ ts }) => ts);
  return messages.flatMap(({ fileIds, threadTs }) =>
    fileIds.map((id) => `${workspace.state.files.get(id)?.name}${cards.includes(threadTs ?? '') ? '' : ' astray'}`),
  );
};
const text = ({ workspace }: SlackWorld): string => {
  const [file] = [...workspace.state.files.values()].filter(({ isComplete }) => isComplete);
  return new TextDecoder().decode(file?.bytes);
};

describe('a diff that does not fit on its card', () => {
  test('is attached whole to the thread, once for each revision', async () => {
    const world = await asked('on');
    const projection = world.start();
    await world.settle(projection);
    expect(shared(world)).toEqual([`${first}-r1.diff`]);
    expect(text(world)).toBe(`# update Ingress shop-front/shop\n# at spec.rules\n# and 3 more\n${diffOf(400)}\n`);
    await world.record(first, revised);
    await world.settle(projection);
    await projection.show(first);
    await world.start().show(first);
    expect(shared(world)).toEqual([`${first}-r1.diff`, `${first}-r2.diff`]);
    const [comment] = world.workspace
      .as(bob)
      .readThread(world.workspace.as(bob).readChannel(approvals)[0] ?? expect.fail())
      .filter(({ files }) => files.length > 0);
    expect(comment?.shown).toContain('Revision 1, all 400 lines:');
    expect(world.alarms).toEqual([]);
    expect(world.workspace.problems).toEqual([]);
  });

  test('leaves in the thread what each revision was to be warned of', async () => {
    const [before, after] = ['Takes traffic.', 'Opens it to all.'].map((caution, index) =>
      kept(contentOf([changeOf(diffOf(10 + index))], { cautions: [caution] })),
    ) as [typeof long, typeof long];
    const world = createSlackWorld('off');
    for (const one of [before, after]) await world.contents.keep(first, one.ref.digest, one.text);
    await world.ask(first, { content: before.ref });
    await world.record(first, { ...revised, content: after.ref });
    await world.settle(world.start());
    const eyes = world.workspace.as(bob);
    const [, asked, again] = eyes.readThread(eyes.readChannel(approvals)[0] ?? expect.fail());
    expect(asked?.shown).toContain('To beware of\n• Takes traffic.');
    expect(again?.shown).toContain('To beware of\n• Opens it to all.');
  });

  test('is sent once, though many wait for their turn in the channel', async () => {
    const world = createSlackWorld('on');
    const many = ids(8);
    for (const id of many) {
      await world.contents.keep(id, long.ref.digest, long.text);
      await world.ask(id, { content: long.ref });
    }
    await world.settle(world.start());
    expect(shared(world).toSorted()).toEqual(many.map((id) => `${id}-r1.diff`).toSorted());
    expect(world.workspace.calls.filter(({ method }) => method === 'upload')).toHaveLength(many.length);
  });

  test('is not attached where it fits', async () => {
    const world = await asked('off', short);
    await world.settle(world.start());
    expect(shared(world)).toEqual([]);
    expect(world.workspace.as(bob).readChannel(approvals)[0]?.shown).toContain('/line-10-');
  });

  test('is attached once another revision has taken its place on the card', async () => {
    const world = await asked('on', short);
    const projection = world.start();
    await world.settle(projection);
    await world.record(first, { ...revised, content: brief.ref });
    await world.contents.keep(first, brief.ref.digest, brief.text);
    await world.settle(projection);
    await projection.show(first);
    await world.start().show(first);
    expect(shared(world)).toEqual([`${first}-r1.diff`]);
    expect(text(world)).toBe(`# update Ingress shop-front/shop\n${diffOf(10)}\n`);
    const eyes = world.workspace.as(bob);
    const thread = eyes.readThread(eyes.readChannel(approvals)[0] ?? expect.fail());
    expect(thread.find(({ files }) => files.length > 0)?.shown).toContain(
      'Revision 1, which another took the place of, all 10 lines:',
    );
    expect(world.alarms).toEqual([]);
  });

  test('that was altered is not attached; its card says so and cannot be approved, and it is alarmed once', async () => {
    const world = await asked();
    world.contents.tamper((found) => found.replace('line-3', 'line-4'));
    const projection = world.start();
    await world.settle(projection);
    await world.record(first, { type: 'seen', by: bob, revision: 1 });
    await world.settle(projection);
    expect(shared(world)).toEqual([]);
    const [card] = world.workspace.as(bob).readChannel(approvals);
    expect(card?.shown).toContain('🚨 What this changes cannot be shown');
    expect(card?.buttons.map((one) => one.text)).toEqual(['Deny', 'Withdraw']);
    expect(world.alarms.filter((alarm) => alarm.includes('altered or is gone'))).toHaveLength(1);
  });

  test('without the scope for files keeps nothing else back, and is alarmed once', async () => {
    const world = await asked();
    const { state } = world.workspace;
    state.app = { ...state.app, scopes: state.app.scopes.filter((scope) => scope !== 'files:write') };
    const projection = world.start();
    await world.settle(projection);
    await world.record(first, revised);
    await world.settle(projection);
    expect(shared(world)).toEqual([]);
    expect(world.workspace.as(bob).readChannel(approvals)[0]?.shown).toContain(`/jit diff ${first} does the same`);
    expect(world.alarms.filter((alarm) => alarm.includes('files:write'))).toHaveLength(1);
    expect(await world.unshown()).toEqual([]);
  });
});

const faults: readonly Fault[] = [
  { type: 'performed-then-status', status: 500 },
  { type: 'performed-then-hang' },
  { type: 'performed-then-refused' },
  { type: 'status', status: 503 },
  { type: 'hang' },
  { type: 'refused' },
  { type: 'rate-limited', retryAfter: 3 },
  { type: 'error', error: 'internal_error' },
  { type: 'error', error: 'fatal_error' },
];
/** The host that takes bytes knows no errors of Slack's API; how long it may take is its own. */
const methods = ['files.getUploadURLExternal', 'upload', 'files.completeUploadExternal'] as const;

describe.each(methods)('when %s fails', (method) => {
  test.each(
    faults
      .filter(({ type }) => method !== 'upload' || !(type.endsWith('hang') || type === 'error'))
      .flatMap((fault) => [1, 3].map((times) => [fault, times] as const)),
  )('by %j, %i times, the file is there exactly once afterwards', async (fault, times) => {
    const world = await asked();
    world.workspace.faults.next(fault, { times, method });
    world.workspace.faults.next({ type: 'status', status: 503 }, { times: 1, method: 'files.info' });
    await world.settle(world.start());
    expect(shared(world)).toEqual([`${first}-r1.diff`]);
    // What passes by itself is nothing for an administrator to look at.
    expect(world.alarms.filter((alarm) => alarm.includes('cannot be shown'))).toEqual([]);
  });
});

describe('a crash while a file is attached', () => {
  const crashing = (notes: ProjectionStore, atWrite: number): ProjectionStore => {
    let writes = 0;
    return {
      ...notes,
      write: async (...args) => {
        writes += 1;
        if (writes === atWrite) throw new Error('crashed');
        return notes.write(...args);
      },
    };
  };

  test.each(Array.from({ length: 8 }, (_, index) => index + 1))(
    'before note %i is written doubles nothing',
    async (atWrite) => {
      const world = await asked();
      await world
        .start(crashing(world.notes, atWrite))
        .show(first)
        .catch(() => undefined);
      world.advance(20_000);
      await world.settle(world.start());
      expect(shared(world)).toEqual([`${first}-r1.diff`]);
    },
  );

  test('is waited out: a file that is shared after its caller gave up is found, not shared again', async () => {
    const world = await asked();
    const late: Promise<unknown>[] = [];
    const giving = world.start(world.notes, (fetch) => async (url, init) => {
      if (!String(url).endsWith('files.completeUploadExternal')) return fetch(url, init);
      late.push(new Promise((done) => setTimeout(done, 30)).then(() => fetch(url, { ...init, signal: null })));
      throw new TypeError('fetch failed');
    });
    expect(await giving.show(first)).toMatchObject({ type: 'early', outage: true });
    const projection = world.start();
    expect(await projection.show(first)).toMatchObject({ type: 'early', milliseconds: 10_000 });
    await Promise.all(late);
    await world.settle(projection);
    expect(shared(world)).toEqual([`${first}-r1.diff`]);
  });
});
