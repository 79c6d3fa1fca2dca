import { describe, expect, test } from 'vitest';
import { mentionsIn, parseMrkdwn } from '#local/slack/mrkdwn.ts';
import { mentionsOf, messageText } from '#local/slack/plain-text.ts';

describe('mrkdwn', () => {
  test.each([
    ['a &lt;b&gt; &amp;amp;', [{ type: 'text', text: 'a <b> &amp;' }]],
    [
      '*bold* and _it_',
      [
        { type: 'text', text: 'bold', bold: true },
        { type: 'text', text: ' and ' },
        { type: 'text', text: 'it', italic: true },
      ],
    ],
    ['2*3*4', [{ type: 'text', text: '2*3*4' }]],
    ['`<!channel>`', [{ type: 'code', text: '<!channel>' }]],
    ['```\na *b*\n```', [{ type: 'preformatted', text: 'a *b*' }]],
    ['<https://a.test/?x=1&amp;y=2|here>', [{ type: 'link', url: 'https://a.test/?x=1&y=2', text: 'here' }]],
    [
      ':white_check_mark: ok',
      [
        { type: 'emoji', name: 'white_check_mark' },
        { type: 'text', text: ' ok' },
      ],
    ],
    ['10:30:45', [{ type: 'text', text: '10:30:45' }]],
    ['<@U0ALICE>', [{ type: 'user', userId: 'U0ALICE' }]],
    ['<#C0GENERAL|general>', [{ type: 'channel', channelId: 'C0GENERAL', label: 'general' }]],
    ['<!subteam^S0PLATFORM>', [{ type: 'group', groupId: 'S0PLATFORM' }]],
    ['<!here>', [{ type: 'broadcast', range: 'here' }]],
    [
      '<!date^1772442000^{time}|09:00>',
      [{ type: 'date', epochSeconds: 1772442000, format: '{time}', fallback: '09:00' }],
    ],
    [
      '&gt; said\nfine',
      [
        { type: 'quote', spans: [{ type: 'text', text: 'said' }] },
        { type: 'text', text: 'fine' },
      ],
    ],
  ])('%j', (text, spans) => {
    expect(parseMrkdwn(text)).toEqual(spans);
  });

  test('mentions nobody when escaped, and somebody wherever it is not', () => {
    expect(mentionsIn('&lt;!channel&gt; &lt;@U0ALICE&gt; @here U0ALICE')).toEqual([]);
    expect(mentionsIn('<!channel> `<@U0ALICE|alice>` <!subteam^S0PLATFORM>')).toEqual([
      { type: 'broadcast', range: 'channel' },
      { type: 'user', id: 'U0ALICE' },
      { type: 'group', id: 'S0PLATFORM' },
    ]);
  });

  test('mentions are found in rich text and not in plain text', () => {
    const blocks = [
      { type: 'section' as const, block_id: 'a', text: { type: 'plain_text' as const, text: '<!channel>' } },
      {
        type: 'rich_text' as const,
        block_id: 'b',
        elements: [
          {
            type: 'rich_text_section' as const,
            elements: [
              { type: 'user' as const, user_id: 'U0BOB' },
              { type: 'text' as const, text: ' <!here>' },
            ],
          },
        ],
      },
    ];
    expect(mentionsOf({ text: '', blocks })).toEqual([{ type: 'user', id: 'U0BOB' }]);
    expect(messageText({ text: '', blocks })).toBe('<!channel>\n<@U0BOB> <!here>');
  });
});
