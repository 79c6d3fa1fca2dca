import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inMemory } from '#local/ways-in.ts';
import { login } from '#src/commands/login.ts';
import { browse } from '#test/build/browse-login.ts';
import { runCli } from '#test/contract/parts/operator.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';
import { worksWithoutSlack } from './without-slack.ts';

describe('two people in two terminals, while Slack is off', () => {
  const company = companyFor(inMemory, { api: true });
  const story = storyOf(company);
  /** Somebody's own terminal: they have signed in there, in a browser. */
  const terminalOf = async (user: string) => {
    const { folder, issuer = '', config } = company().stand;
    const { api } = config('bot');
    const home = join(folder, `home of ${user}`);
    await mkdir(home);
    const environment = { HALLPASS_API: `http://${api?.host}:${api?.port}`, XDG_CONFIG_HOME: home };
    const pages: Promise<string>[] = [];
    const signedIn = await login(['--issuer', issuer], environment, (text) => {
      pages.push(browse(/http:\S+/.exec(text)?.[0] ?? '', user));
    });
    await Promise.all(pages);
    expect(signedIn).toMatchObject({ status: 0 });
    return (...words: readonly string[]) => runCli(words, environment);
  };

  it('approve what was asked, it begins and ends, and the thread is complete once Slack is back', async () => {
    const { slack } = company();
    const id = await story.ask(typed('15s'));
    await story.card(id);
    // Slack has been asked who they are.
    for (const person of ['U0ALICE', 'U0BOB', 'U0DAN']) await slack.as(person).command('/jit list');
    slack.faults.down();
    const [alice, bob, dan] = await Promise.all(['alice', 'bob', 'dan'].map((who) => terminalOf(`${who}@acme.test`)));
    if (alice === undefined || bob === undefined || dan === undefined) throw new Error('Nobody has a terminal');
    expect(await alice('approve', id, '--yes')).toMatchObject({ status: 7 });
    const first = await bob('approve', id, '--yes');
    expect(first.errors).toContain('because   checkout 502s');
    expect(first).toMatchObject({ status: 0 });
    expect((await story.chain(id)).request.state.status).toBe('pending');
    expect(await dan('approve', id, '--yes')).toMatchObject({ status: 0 });
    await worksWithoutSlack(company, story, id);
  });
});
