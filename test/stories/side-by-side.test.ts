import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Transport } from '#local/slack/delivery.ts';
import type { Workspace } from '#local/slack/workspace.ts';
import { inMemory, type Way } from '#local/ways-in.ts';
import type { RunningBot } from '#src/bot.ts';
import { type Running, startWorker } from '#src/worker.ts';
import { startWorkerProcess, type WorkerProcess } from '#test/stories/parts/worker-process.ts';
import { companyFor } from './company.ts';
import { ledger, storyOf, typed } from './story.ts';

/** Two bots behind one address: what Slack sends goes to either by turns. */
const twoBots = (workspace: Workspace): Way => {
  const transports: Transport[] = [];
  let turn = 0;
  const behindOne = {
    ...workspace,
    connect: (transport: Transport) => {
      transports.push(transport);
      return () => void transports.splice(transports.indexOf(transport), 1);
    },
  };
  const way = inMemory(behindOne);
  return {
    ...way,
    startBot: async (configure) => {
      const bots: RunningBot[] = [await way.startBot(configure), await way.startBot(configure)];
      workspace.connect({
        deliver: (envelope, forgery) => {
          turn += 1;
          const transport = transports[turn % transports.length];
          if (transport === undefined) throw new Error('No bot is connected.');
          return transport.deliver(envelope, forgery);
        },
      });
      const [first] = bots;
      if (first === undefined) throw new Error('No bot has started.');
      return { ...first, stop: async () => void (await Promise.all(bots.map((bot) => bot.stop()))) };
    },
  };
};

describe('several bots and workers', () => {
  const company = companyFor(twoBots, { worker: 'none' });
  const story = storyOf(company);
  const workers: Running[] = [];
  const processes: WorkerProcess[] = [];
  afterAll(async () => {
    for (const worker of workers) await worker.stop();
    for (const one of processes) await one.kill();
  });

  const granted = async (duration: string) => {
    const id = await story.ask(typed(duration));
    await story.approve(id);
    const { expiresAt } = await story.reaches(id, 'active');
    return { id, expiresAt };
  };

  it('two bots and two workers side by side give one card, each message once, one grant and one end', async () => {
    for (let index = 0; index < 2; index += 1) {
      const started = await startWorker(company().stand.config('worker'));
      if (!started.ok) throw new Error(started.error.join('\n'));
      workers.push(started.value);
    }
    const id = await story.ask(typed('5s'));
    await story.click('U0BOB', id, 'Approve');
    await story.click('U0DAN', id, 'Approve');
    await story.reaches(id, 'active');
    expect((await story.inCluster(id)).map(({ name }) => name)).toEqual([`hallpass-${id}-0`, `hallpass-${id}-0`]);
    await story.reaches(id, 'revoked');
    expect(await story.events(id)).toEqual(['submitted', 'voted', 'voted', 'approved', 'activated', 'ended']);
    await story.shows(id, 'Ended');
    await story.until('the whole thread', () => story.thread(id).length >= 6);
    await story.until('the last word to Alice', () =>
      company()
        .slack.as('U0ALICE')
        .dms()
        .some(({ shown }) => shown.includes('has ended')),
    );
    expect(story.threadVersions(id)).toEqual([1, 2, 3, 4, 5, 6]);
    const cards = company()
      .slack.as('U0BOB')
      .readChannel('approvals')
      .filter(({ shown }) => shown.includes(id));
    expect(cards).toHaveLength(1);
    const dms = company()
      .slack.as('U0ALICE')
      .dms()
      .filter(({ shown }) => shown.includes(id));
    expect(dms.map(({ metadata }) => metadata?.event_payload.version)).toEqual([5, 6]);
    for (const worker of workers.splice(0)) await worker.stop();
  });

  it('two bots and two workers side by side: fifty clicks on one change apply it once and take it back once', async () => {
    for (let index = 0; index < 2; index += 1) {
      const started = await startWorker(company().stand.config('worker'));
      if (!started.ok) throw new Error(started.error.join('\n'));
      workers.push(started.value);
    }
    const { admin } = company().stand;
    const generation = async () => {
      const { body } = await admin.send('GET', ledger);
      return z.object({ metadata: z.object({ generation: z.int() }), spec: z.unknown() }).parse(body);
    };
    const before = await generation();
    const id = await story.ask(
      '/jit request change add pay.acme.test/beta=ledger:80 shop-payments/ledger for 4s because a trial',
    );
    const people = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? 'U0BOB' : 'U0DAN'));
    await Promise.all(people.map((person) => story.press(person, 'approve', id)));
    await story.reaches(id, 'active');
    expect((await generation()).metadata.generation).toBe(before.metadata.generation + 1);
    await story.reaches(id, 'revoked');
    const after = await generation();
    expect(after.metadata.generation).toBe(before.metadata.generation + 2);
    expect(after.spec).toEqual(before.spec);
    expect(await story.events(id)).toEqual(['submitted', 'voted', 'voted', 'approved', 'activated', 'ended']);
    for (const worker of workers.splice(0)) await worker.stop();
  });

  for (const [name, clockAhead] of [
    ['ahead', 120_000],
    ['behind', -120_000],
  ] as const) {
    it(`a worker whose machine is two minutes ${name} neither ends a grant early nor late`, async () => {
      const worker = await startWorkerProcess(company().stand, { clockAhead });
      processes.push(worker);
      const { id, expiresAt } = await granted('5s');
      expect(expiresAt.since(Temporal.Now.instant()).total('seconds')).toBeGreaterThan(2);
      await story.until('the access to be gone', async () => !(await story.mayRead()));
      const late = Temporal.Now.instant().since(expiresAt).total('seconds');
      expect(late).toBeGreaterThan(-0.2);
      expect(late).toBeLessThan(5);
      const ended = await story.reaches(id, 'revoked');
      expect(ended.lagMilliseconds).toBeLessThan(5_000);
      await worker.kill();
    });
  }
});
