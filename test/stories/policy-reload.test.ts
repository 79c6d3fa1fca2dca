import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edited } from '#test/build/policy-files.ts';
import { overSocketApart } from '#test/stories/parts/bot-process.ts';
import type { OwnProcess } from '#test/stories/parts/own-process.ts';
import { startWorkerProcess } from '#test/stories/parts/worker-process.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

describe('the demo’s policy is edited while bot and worker run', () => {
  let bot: OwnProcess;
  let worker: OwnProcess;
  const isStarted = (started: OwnProcess): void => {
    bot = started;
  };
  const company = companyFor(overSocketApart(isStarted), { worker: 'none' });
  const story = storyOf(company);
  let shipped = '';
  const file = (): string => join(company().stand.folder, 'policy', 'rules.yaml');
  const write = async (text: string): Promise<void> => {
    await writeFile(`${file()}.new`, text);
    await rename(`${file()}.new`, file());
  };
  const logged = (words: string, ...by: readonly OwnProcess[]): Promise<unknown> =>
    story.until(`"${words}" to be logged`, () => by.every(({ output }) => output().includes(words)));
  const takings = (by: OwnProcess): readonly { readonly hash: string; readonly before: string }[] =>
    by
      .output()
      .split('\n')
      .filter((line) => line.includes('The policy was read anew'))
      .map((line) => JSON.parse(line));

  beforeAll(async () => {
    worker = await startWorkerProcess(company().stand);
    shipped = await readFile(file(), 'utf8');
  }, 60_000);
  afterAll(() => worker?.kill());

  const payments = 'namespaces: [shop-payments]';
  const inPayments = (text: string, part: string, by: string): string => {
    const at = text.indexOf(payments);
    return text.slice(0, at) + edited(text.slice(at), part, by);
  };
  /** One yes of the platform is enough, and it may be for longer. */
  const onePerson = (): string =>
    inPayments(inPayments(shipped, '      - { from: security, count: 1 }\n', ''), 'longest: 1h', 'longest: 3h');

  it('a new rule is at work in both without a restart, and what was filed under the old one lapses', async () => {
    const before = await story.ask(typed('10m'));
    await company().slack.as('U0ALICE').command(typed('2h'));
    expect(story.answerTo('U0ALICE')).toContain('is longer than the 1h');

    await write(onePerson());
    await logged('The policy was read anew', bot, worker);
    const [taken] = takings(worker);
    expect(takings(bot).map(({ hash }) => hash)).toEqual([taken?.hash]);
    expect(taken?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(taken?.hash).not.toBe(taken?.before);
    await story.isTold('The policy has changed');
    expect(story.told('The policy has changed').join()).toContain('payments');
    const id = await story.ask(typed('2h'));
    const { approval } = (await story.chain(id)).request.asked;
    expect(approval).toMatchObject({ rule: 'payments', policyHash: taken?.hash });
    expect(approval.quorum).toEqual([{ from: 'platform', count: 1 }]);
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'active');
    expect(await story.mayRead()).toBe(true);

    await story.approve(before, ['U0BOB', 'U0DAN']);
    expect(await story.reaches(before, 'lapsed')).toMatchObject({
      why: 'The rule that it was approved by has changed since. Ask again.',
    });
  });

  it('a broken one changes nothing and is told once, with file, line and remedy; so is that it is mended', async () => {
    const broken = inPayments(onePerson(), 'from: platform', 'from: plattform');
    const line = broken.slice(0, broken.indexOf('plattform')).split('\n').length;
    await write(broken);
    await story.isTold('The bot goes by the policy from before');
    await story.isTold('The worker goes by the policy from before');
    // A colon in Slack could make an emoji, so another one stands there.
    const told = story.told('The bot goes by').join('\n').replaceAll('∶', ':');
    expect(told).toContain(`rules.yaml:${line}: "rules.2.approve.0.from": there is no group "plattform"`);
    expect(told).toContain('There are: engineers, platform, security, oncall.');
    await logged('The policy folder has changed and cannot be used', bot, worker);

    const id = await story.ask(typed('2h', ',second'));
    expect((await story.chain(id)).request.asked.approval.quorum).toEqual([{ from: 'platform', count: 1 }]);
    await wait(5_000);
    expect(story.told('cannot be used')).toHaveLength(2);

    await write(onePerson());
    await story.isTold('it is as the policy that the bot goes by');
    await story.isTold('it is as the policy that the worker goes by');
  });

  it('what Slack does not know is refused by the bot before it takes effect', async () => {
    await write(inPayments(onePerson(), 'channel: C0APPROVALS', 'channel: C0NOWHERE'));
    await story.isTold('Slack knows no channel C0NOWHERE');
    const id = await story.ask(typed('2h', ',other'));
    expect((await story.chain(id)).request.asked.approval.channel).toBe('C0APPROVALS');
    await write(onePerson());
    await story.until('the bot to be told right', () => story.told('as the policy that the bot goes by').length === 2);
  });

  it('a worker that starts with an unusable policy applies what waits once it is mended', async () => {
    await worker.kill();
    await write(`${onePerson()}rules: []\n`);
    await story.until('the bot to refuse it', () => story.told('Map keys must be unique').length > 0);
    const started = await startWorkerProcess(company().stand);
    try {
      expect(started.output()).toContain('nothing is applied until it is mended');
      const id = await story.ask(typed('2h', ',third'));
      await story.approve(id, ['U0BOB']);
      await wait(3_000);
      expect((await story.chain(id)).request.state.status).toBe('approved');
      await write(onePerson());
      await logged('The policy was read anew', started);
      await story.reaches(id, 'active');
      await story.isTold('the worker goes by it now');
    } finally {
      await started.kill();
    }
  });
});
