import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { measureTurns } from '#test/stories/parts/turns.ts';
import { startWorkerProcess, type WorkerProcess } from '#test/stories/parts/worker-process.ts';
import { changeStoryOf, core, oneYes, since } from './change-story.ts';
import { companyFor } from './company.ts';
import { storyOf, writeRules } from './story.ts';

const configMaps = `${core}/configmaps`;
/** Milliseconds of a thread's own work; what was measured is printed. */
const generous = 300;

describe('changes of big objects', () => {
  const company = companyFor(inMemory, { worker: 'none', prepare: (stand) => writeRules(stand, oneYes) });
  const story = storyOf(company);
  const { admin, text, make, kept, askWith, approved, noJournal } = changeStoryOf(company, story);
  let worker: WorkerProcess | undefined;
  // The bot is in this process: so is the strict Slack, whose work counts along.
  let here: ReturnType<typeof measureTurns> | undefined;

  beforeAll(async () => {
    worker = await startWorkerProcess(company().stand, { ticking: true });
    process.kill(worker.pid, 'SIGUSR2');
    here = measureTurns();
  });
  afterAll(async () => {
    await worker?.kill();
  });

  const configMap = (name: string, data: Record<string, string>) =>
    make(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop-payments' }, data });
  /** Text that cannot be compressed by much more than a quarter. */
  const noise = (bytes: number): string =>
    randomBytes(Math.ceil((bytes * 3) / 4))
      .toString('base64')
      .slice(0, bytes);
  const patch = (name: string, change: object, duration: string) =>
    askWith({ profile: 'configmaps', edit: 'patch', object: name, patch: JSON.stringify(change), duration });
  const spec = async (name: string) => {
    const { data } = (await admin().send('GET', `${configMaps}/${name}`)).body as { data: Record<string, string> };
    return data;
  };

  it('a small change in a megabyte comes and goes, every byte of the rest as it was', async () => {
    await configMap('megabyte', { blob: noise(950_000), near: '', next: '', other: '', switch: 'off' });
    const before = await kept(`${configMaps}/megabyte`);
    const id = await patch('megabyte', { data: { switch: 'on' } }, '4s');
    await approved(id);
    const { expiresAt } = await story.reaches(id, 'active');
    expect((await spec('megabyte')).switch).toBe('on');
    await story.reaches(id, 'revoked');
    expect(since(expiresAt)).toBeLessThan(3);
    expect(await kept(`${configMaps}/megabyte`)).toEqual(before);
    await noJournal(id);
  });

  it('a megabyte that cannot be kept for the way back is not deleted for a time, with a clear word; for good it is', async () => {
    const metadata = { name: 'too-big', namespace: 'shop-payments' };
    // Bytes: no text of a ConfigMap is so dense that a megabyte of it would not fit compressed.
    const binaryData = { noise: randomBytes(1_040_000).toString('base64') };
    await make(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, binaryData });
    const line = (duration: string) =>
      `/jit request change delete configmaps shop-payments/too-big for ${duration} because it is old`;
    expect(await story.type(line('10m'))).toMatch(/too big to be kept .* KiB .* for good, or in parts/);
    const id = await story.ask(line('good'));
    await story.shows(id, 'hidden');
    await story.click('U0BOB', id, 'Full diff');
    await story.until('the look to be recorded', async () => (await story.events(id)).includes('seen'));
    await approved(id);
    await story.reaches(id, 'completed');
    expect((await admin().send('GET', `${configMaps}/too-big`)).status).toBe(404);
    await noJournal(id);
  });

  it('five thousand lines are shown in pages and attached once, and need to be looked at', async () => {
    const lines = (value: string) =>
      Object.fromEntries(Array.from({ length: 2_500 }, (_, index) => [`k${index}`, value]));
    await configMap('lines', lines('before'));
    const before = await kept(`${configMaps}/lines`);
    const id = await askWith({
      profile: '+',
      edit: 'manifest',
      manifest: JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'lines', namespace: 'shop-payments' },
        data: lines('after'),
      }),
      duration: '6s',
    });
    await story.shows(id, 'hidden');
    await approved(id);
    expect(await story.events(id)).toEqual(['submitted']);
    await story.click('U0BOB', id, 'Full diff');
    await story.until('the look to be recorded', async () => (await story.events(id)).includes('seen'));
    await approved(id);
    await story.reaches(id, 'active');
    expect(await text(`${configMaps}/lines`)).not.toContain('before');
    await story.reaches(id, 'revoked');
    expect(await kept(`${configMaps}/lines`)).toEqual(before);
    const files = () => story.thread(id).flatMap((message) => message.files);
    await story.until('the file', () => files().length > 0);
    await story.shows(id, 'Ended');
    expect(files()).toHaveLength(1);
    expect(files()[0]?.content.match(/^\+ {2}k\d+: /gm)).toHaveLength(2_500);
  });

  it('while all that happens neither process keeps others waiting for long', async () => {
    const longest = Number([...(worker?.output() ?? '').matchAll(/longest turn: (\d+) ms/g)].at(-1)?.[1]);
    here?.stop();
    const bots = here?.longest() ?? Number.NaN;
    process.stdout.write(`Longest turn of the worker: ${longest} ms; of the bot with Slack: ${bots} ms\n`);
    expect(longest).toBeLessThan(generous);
    expect(bots).toBeLessThan(generous);
  });
});
