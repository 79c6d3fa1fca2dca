import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { named, storyOf, typed } from './story.ts';

describe('who has the bot’s token and nothing else', () => {
  const company = companyFor(inMemory);
  const story = storyOf(company);
  const thief = (): WebClient => {
    const { fetch } = createInMemoryLink(company().slack);
    return new WebClient(company().slack.state.app.token, { fetch, retryConfig: { retries: 0 } });
  };

  it('draws a card anew to have something else approved: the click shows what is really asked, and approves nothing', async () => {
    const { slack } = company();
    const id = await story.ask(typed('1m'));
    const drawn = await story.card(id);
    const blocks = JSON.parse(
      JSON.stringify(drawn.blocks).replaceAll('checkout 502s', 'a drill').replaceAll('shop-payments', 'shop-dev'),
    );
    await thief().chat.update({ channel: drawn.channelId, ts: drawn.ts, text: 'a drill in shop-dev', blocks });
    expect((await story.card(id)).shown).toContain('a drill');

    await story.click('U0BOB', id, 'Approve');
    const window = await story.until('the window', () => {
      const view = slack.as('U0BOB').view();
      return view?.shown.includes('not as Hallpass drew it') ? view : undefined;
    });
    expect(named(window.shown)).toContain('@U0ALICE');
    for (const words of ['checkout 502s', 'shop-payments', '1m', `Request ${id}`])
      expect(window.shown).toContain(words);
    expect(window.shown).not.toContain('a drill');
    expect(await story.events(id)).toEqual(['submitted']);
    await story.isTold('rotate it at Slack');
    await story.shows(id, 'checkout 502s');
    expect((await story.card(id)).shown).not.toContain('a drill');

    // Whoever has read that may still want it; and the card is as good as any again.
    await slack.as('U0BOB').submit();
    expect(await story.events(id)).toEqual(['submitted', 'voted']);
    await story.shows(id, '@U0BOB');
    await story.click('U0DAN', id, 'Approve');
    await story.reaches(id, 'active');
    await story.press('U0ALICE', 'done', id);
    await story.reaches(id, 'revoked');
    expect(slack.problems).toEqual([]);
  });

  it('posts something harmless with the button of a request: neither it nor one without a message counts', async () => {
    const { slack } = company();
    const id = await story.ask(typed('1m'));
    const row = (await story.card(id)).blocks.filter(({ type }) => type === 'actions');
    const pizza = { type: 'section', text: { type: 'mrkdwn', text: 'Pizza on Friday?' } };
    const { ts = '' } = await thief().chat.postMessage({
      channel: 'C0APPROVALS',
      text: 'Pizza',
      blocks: [pizza, ...row] as never,
    });
    for (const person of ['U0BOB', 'U0DAN']) {
      await slack.as(person).click({ channelId: 'C0APPROVALS', ts }, 'Approve', { confirm: true });
      await story.until('the window', () => slack.as(person).view()?.shown.includes('checkout 502s'));
      await slack.as(person).closeView();
    }
    expect(await story.events(id)).toEqual(['submitted']);
    await story.approve(id, ['U0BOB', 'U0DAN']);
    await story.reaches(id, 'active');
    await story.press('U0ALICE', 'done', id);
    await story.reaches(id, 'revoked');
  });
});
