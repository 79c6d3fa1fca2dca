import { describe, expect, test } from 'vitest';
import { checkBlocks, maxBlocksText } from '#local/slack/block-kit/check.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { call, outcomeOf } from './web-call.ts';

const x = (length: number) => 'x'.repeat(length);
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string) => ({ type: 'section', text: plain(text) });
const button = (more: Record<string, unknown> = {}) => ({ type: 'button', text: plain('Go'), ...more });
const actions = (...elements: unknown[]) => [{ type: 'actions', elements }];
const option = (n: number, text = `o${n}`) => ({ text: plain(text), value: `v${n}` });
const options = (n: number) => Array.from({ length: n }, (_, index) => option(index));
const select = (more: Record<string, unknown>) => actions({ type: 'static_select', ...more });
const confirm = (more: Record<string, unknown> = {}) =>
  actions(
    button({
      confirm: { title: plain('Sure?'), text: plain('Really?'), confirm: plain('Yes'), deny: plain('No'), ...more },
    }),
  );
const preformatted = (more: Record<string, unknown>) => [
  {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: '+ a' }], ...more }],
  },
];
const input = (more: Record<string, unknown>) => ({
  type: 'input',
  label: plain('Content'),
  element: { type: 'plain_text_input', ...more },
});
const times = (n: number, make: (index: number) => unknown) => Array.from({ length: n }, (_, index) => make(index));

let ids = 0;
const outcome = (blocks: unknown, surface: 'message' | 'modal' | 'home' = 'message') => {
  const checked = checkBlocks(blocks, surface, () => `id${ids++}`);
  return checked.ok ? 'ok' : checked.error;
};

/** What just passes, and what is just too much. */
type Limit = { what: string; passes: unknown; fails: unknown; surface?: 'modal' | 'home' };
const limits: Limit[] = [
  { what: '50 blocks a message', passes: times(50, () => section('x')), fails: times(51, () => section('x')) },
  {
    what: '100 blocks a modal',
    passes: times(100, () => section('x')),
    fails: times(101, () => section('x')),
    surface: 'modal',
  },
  {
    what: '100 blocks a Home',
    passes: times(100, () => section('x')),
    fails: times(101, () => section('x')),
    surface: 'home',
  },
  { what: '3000 characters a section', passes: [section(x(3000))], fails: [section(x(3001))] },
  { what: 'a section that is not empty', passes: [section('x')], fails: [section('')] },
  {
    what: '10 fields',
    passes: [{ type: 'section', fields: times(10, () => plain('x')) }],
    fails: [{ type: 'section', fields: times(11, () => plain('x')) }],
  },
  {
    what: '2000 characters a field',
    passes: [{ type: 'section', fields: [plain(x(2000))] }],
    fails: [{ type: 'section', fields: [plain(x(2001))] }],
  },
  {
    what: '150 characters a header',
    passes: [{ type: 'header', text: plain(x(150)) }],
    fails: [{ type: 'header', text: plain(x(151)) }],
  },
  {
    what: '10 context elements',
    passes: [{ type: 'context', elements: times(10, () => plain('x')) }],
    fails: [{ type: 'context', elements: times(11, () => plain('x')) }],
  },
  { what: '25 actions', passes: actions(...times(25, () => button())), fails: actions(...times(26, () => button())) },
  {
    what: '75 characters on a button',
    passes: actions(button({ text: plain(x(75)) })),
    fails: actions(button({ text: plain(x(76)) })),
  },
  {
    what: '2000 characters of a button value',
    passes: actions(button({ value: x(2000) })),
    fails: actions(button({ value: x(2001) })),
  },
  {
    what: '3000 characters of a button url',
    passes: actions(button({ url: `https://a.test/${x(2985)}` })),
    fails: actions(button({ url: `https://a.test/${x(2986)}` })),
  },
  {
    what: '255 characters of an action_id',
    passes: actions(button({ action_id: x(255) })),
    fails: actions(button({ action_id: x(256) })),
  },
  {
    what: '255 characters of a block_id',
    passes: [{ ...section('x'), block_id: x(255) }],
    fails: [{ ...section('x'), block_id: x(256) }],
  },
  {
    what: '100 options in a select',
    passes: select({ options: options(100) }),
    fails: select({ options: options(101) }),
  },
  { what: 'at least one option in a select', passes: select({ options: options(1) }), fails: select({ options: [] }) },
  {
    what: '75 characters of an option',
    passes: select({ options: [option(1, x(75))] }),
    fails: select({ options: [option(1, x(76))] }),
  },
  {
    what: '150 characters of an option value',
    passes: select({ options: [{ text: plain('x'), value: x(150) }] }),
    fails: select({ options: [{ text: plain('x'), value: x(151) }] }),
  },
  {
    what: '150 characters of a placeholder',
    passes: select({ options: options(1), placeholder: plain(x(150)) }),
    fails: select({ options: options(1), placeholder: plain(x(151)) }),
  },
  {
    what: '5 entries in a menu',
    passes: actions({ type: 'overflow', options: options(5) }),
    fails: actions({ type: 'overflow', options: options(6) }),
  },
  {
    what: '10 radio buttons',
    passes: actions({ type: 'radio_buttons', options: options(10) }),
    fails: actions({ type: 'radio_buttons', options: options(11) }),
  },
  {
    what: '10 checkboxes',
    passes: actions({ type: 'checkboxes', options: options(10) }),
    fails: actions({ type: 'checkboxes', options: options(11) }),
  },
  {
    what: '100 characters of a confirm title',
    passes: confirm({ title: plain(x(100)) }),
    fails: confirm({ title: plain(x(101)) }),
  },
  {
    what: '300 characters of a confirm text',
    passes: confirm({ text: plain(x(300)) }),
    fails: confirm({ text: plain(x(301)) }),
  },
  {
    what: '30 characters of a confirm button',
    passes: confirm({ confirm: plain(x(30)) }),
    fails: confirm({ confirm: plain(x(31)) }),
  },
  {
    what: 'an action_id once in a block',
    passes: actions(button({ action_id: 'a' }), button({ action_id: 'b' })),
    fails: actions(button({ action_id: 'a' }), button({ action_id: 'a' })),
  },
  {
    what: 'a block_id once',
    passes: [{ ...section('x'), block_id: 'a' }, section('y')],
    fails: [
      { ...section('x'), block_id: 'a' },
      { ...section('y'), block_id: 'a' },
    ],
  },
  { what: 'known blocks', passes: [{ type: 'divider' }], fails: [{ type: 'carousel', elements: [] }] },
  {
    what: 'known elements',
    passes: actions(button()),
    fails: actions({ type: 'icon_button', icon: 'trash', text: plain('x') }),
  },
  { what: 'known keys', passes: actions(button({ value: 'x' })), fails: actions(button({ valeu: 'x' })) },
  { what: 'known styles', passes: actions(button({ style: 'danger' })), fails: actions(button({ style: 'warning' })) },
  {
    what: 'an initial option among the options',
    passes: select({ options: options(2), initial_option: option(1) }),
    fails: select({ options: options(2), initial_option: option(7) }),
  },
  { what: 'options or groups', passes: select({ options: options(1) }), fails: select({}) },
  { what: 'a section with something in it', passes: [section('x')], fails: [{ type: 'section' }] },
  {
    what: 'no emoji flag on mrkdwn',
    passes: [{ type: 'section', text: { type: 'mrkdwn', text: 'x', verbatim: true } }],
    fails: [{ type: 'section', text: { type: 'mrkdwn', text: 'x', emoji: true } }],
  },
  {
    what: 'no mrkdwn on a button',
    passes: actions(button()),
    fails: actions(button({ text: { type: 'mrkdwn', text: 'x' } })),
  },
  {
    what: 'markdown in messages only',
    passes: [section('x')],
    fails: [{ type: 'markdown', text: 'x' }],
    surface: 'modal',
  },
  {
    what: 'rich text of known parts',
    passes: [
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_preformatted', language: 'diff', elements: [{ type: 'text', text: '+ a' }] }],
      },
    ],
    fails: [{ type: 'rich_text', elements: [{ type: 'rich_text_table', elements: [] }] }],
  },
  {
    what: 'a border of preformatted text that is there or not',
    passes: preformatted({ border: 1, language: 'diff' }),
    fails: preformatted({ border: 2, language: 'diff' }),
  },
  {
    what: 'no mention in preformatted text',
    passes: preformatted({ elements: [{ type: 'link', url: 'https://a.test/' }] }),
    fails: preformatted({ elements: [{ type: 'user', user_id: 'U0BOB' }] }),
  },
  {
    what: '100 blocks of diff and buttons in a modal',
    passes: times(50, () => [...preformatted({}), ...actions(button())]).flat(),
    fails: times(51, () => [...preformatted({}), ...actions(button())]).flat(),
    surface: 'modal',
  },
  {
    what: '3000 characters of a text to begin with',
    passes: [input({ multiline: true, max_length: 3000, initial_value: x(3000) })],
    fails: [input({ multiline: true, max_length: 3000, initial_value: x(3001) })],
    surface: 'modal',
  },
  {
    what: '3000 characters of a text at most',
    passes: [input({ max_length: 3000 })],
    fails: [input({ max_length: 3001 })],
    surface: 'modal',
  },
  {
    what: 'no empty text within rich text',
    passes: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }] }],
    fails: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: '' }] }] }],
  },
];

describe('Block Kit holds', () => {
  test.each(limits)('$what', ({ passes, fails, surface }: Limit) => {
    expect(outcome(passes, surface)).toBe('ok');
    expect(outcome(fails, surface)).toBe('invalid_blocks');
  });

  test('12000 characters of markdown in one message', () => {
    expect(
      outcome([
        { type: 'markdown', text: x(6000) },
        { type: 'markdown', text: x(6000) },
      ]),
    ).toBe('ok');
    expect(
      outcome([
        { type: 'markdown', text: x(6000) },
        { type: 'markdown', text: x(6001) },
      ]),
    ).toBe('msg_blocks_too_long');
  });

  test('the length of all blocks of a message together', () => {
    const rest = maxBlocksText - 9000;
    expect(outcome([section(x(3000)), section(x(3000)), section(x(3000)), section(x(rest))])).toBe('ok');
    expect(outcome([section(x(3000)), section(x(3000)), section(x(3000)), section(x(rest + 1))])).toBe(
      'msg_blocks_too_long',
    );
  });

  test('and diffs count towards that length, but not in a modal', () => {
    const diff = (length: number) => preformatted({ language: 'diff', elements: [{ type: 'text', text: x(length) }] });
    expect(outcome(diff(maxBlocksText))).toBe('ok');
    expect(outcome(diff(maxBlocksText + 1))).toBe('msg_blocks_too_long');
    expect(outcome(diff(maxBlocksText + 1), 'modal')).toBe('ok');
  });

  test('and says where it is wrong, as Slack does', () => {
    const checked = checkBlocks([section(x(3001))], 'message', () => 'id');
    expect(checked.ok ? [] : checked.messages).toEqual([
      '[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ]);
  });

  test('and fills in the ids that were left out', () => {
    const checked = checkBlocks(actions(button()), 'message', () => 'made');
    expect(checked.ok && checked.blocks[0]?.block_id).toBe('made');
    expect(checked.ok && checked.blocks[0]?.type === 'actions' && checked.blocks[0].elements[0]?.action_id).toBe(
      'made',
    );
  });
});

describe('a message holds', () => {
  const post = (args: Record<string, unknown>) =>
    outcomeOf(createWorkspace(), 'chat.postMessage', { channel: 'C0APPROVALS', ...args });

  test('40000 characters of text when posted', async () => {
    expect(await post({ text: x(40_000) })).toBe('ok');
    expect(await post({ text: x(40_001) })).toBe('msg_too_long');
  });

  test('4000 characters of text when updated', async () => {
    const workspace = createWorkspace();
    const { ts } = await call(workspace, 'chat.postMessage', { channel: 'C0APPROVALS', text: 'x' });
    expect(await outcomeOf(workspace, 'chat.update', { channel: 'C0APPROVALS', ts, text: x(4000) })).toBe('ok');
    expect(await outcomeOf(workspace, 'chat.update', { channel: 'C0APPROVALS', ts, text: x(4001) })).toBe(
      'msg_too_long',
    );
  });

  test('text or blocks', async () => {
    expect(await post({})).toBe('no_text');
    expect(await post({ blocks: [{ type: 'divider' }] })).toBe('ok');
  });

  test('metadata that is small and of the right shape', async () => {
    const metadata = (payload: unknown) => ({ text: 'x', metadata: { event_type: 'request', event_payload: payload } });
    expect(await post(metadata({ id: 'k7m2-qx', revision: 1 }))).toBe('ok');
    expect(await post(metadata({ hash: x(2900) }))).toBe('ok');
    expect(await post(metadata({ hash: x(3000) }))).toBe('metadata_too_large');
    expect(await post(metadata({ deep: { deeper: { deepest: 1 } } }))).toBe('invalid_metadata_schema');
    expect(await post({ text: 'x', metadata: { event_type: 'request' } })).toBe('invalid_metadata_schema');
    expect(await post({ text: 'x', metadata: [] })).toBe('invalid_metadata_format');
  });

  test('no argument that Slack does not know', async () => {
    expect(await post({ text: 'x', thread: '1' })).toBe('invalid_arguments');
    expect(await post({ text: 'x', thread_ts: 'yesterday' })).toBe('invalid_arguments');
  });
});
