import { describe, expect, it } from 'vitest';
import { freePort } from '#local/parts/daemon.ts';
import type { SocketLink } from '#local/slack/socket-link.ts';
import { overSocket } from '#local/ways-in.ts';
import { startBot } from '#src/bot.ts';
import { tellAccessStories } from './access-stories.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

tellAccessStories('over Socket Mode', (slack) => overSocket(slack));

describe('the connections to Slack', () => {
  let socketLink: SocketLink | undefined;
  const company = companyFor(async (slack) => {
    const way = await overSocket(slack);
    socketLink = way.link;
    return way;
  });
  const link = (): SocketLink => {
    if (socketLink === undefined) throw new Error('The company has not started.');
    return socketLink;
  };
  const story = storyOf(company);
  const both = () => story.until('both connections', () => link().connections() === 2);

  it('are closed by Slack as a matter of routine, in the middle of clicks: none is lost', async () => {
    await both();
    const id = await story.ask(typed('5s'));
    await story.card(id);
    const leaving = [link().disconnect('warning', 300)];
    const clicks = [story.click('U0BOB', id, 'Approve'), story.click('U0DAN', id, 'Approve')];
    expect((await Promise.all(clicks)).map(({ status }) => status)).toEqual(['acknowledged', 'acknowledged']);
    await story.reaches(id, 'active');
    await Promise.all(leaving);
    await both();
    expect(story.told('Slack cannot reach the bot')).toEqual([]);
    await story.reaches(id, 'revoked');
  });

  it('are all lost for some seconds: the bot is back by itself, and clicks work again', async () => {
    const { slack } = company();
    await both();
    const id = await story.ask(typed('5s'));
    await story.card(id);
    slack.faults.next({ type: 'refused' }, { times: 1_000, method: 'apps.connections.open' });
    link().drop();
    expect((await story.press('U0BOB', 'approve', id)).status).toBe('unreachable');
    await story.isTold('Slack cannot reach the bot');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    slack.faults.up();
    await both();
    expect(story.told('Slack cannot reach the bot')).toHaveLength(1);
    expect((await story.click('U0BOB', id, 'Approve')).status).toBe('acknowledged');
    await story.click('U0DAN', id, 'Approve');
    await story.reaches(id, 'active');
    await story.reaches(id, 'revoked');
  });

  it('bring a click twice: it is one vote', async () => {
    await both();
    const id = await story.ask(typed('5s'));
    link().double();
    const click = await story.press('U0BOB', 'approve', id);
    expect(click.status).toBe('acknowledged');
    expect((await company().slack.replay(click)).status).toBe('acknowledged');
    await story.press('U0BOB', 'approve', id);
    await story.shows(id, '@U0BOB');
    expect(await story.events(id)).toEqual(['submitted', 'voted']);
    expect(company().slack.problems).toEqual([]);
  });

  it('are refused for a wrong app token, and the bot says what to do', async () => {
    const inbound = { type: 'socket', appToken: 'xapp-1-wrong' } as const;
    const slack = { apiUrl: link().slackApiUrl, port: await freePort(), inbound };
    expect(await startBot(company().stand.config('bot', slack))).toMatchObject({
      ok: false,
      error: [expect.stringMatching(/Slack does not take SLACK_APP_TOKEN.*invalid_auth.*connections:write/)],
    });
  });
});
