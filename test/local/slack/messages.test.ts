import { describe, expect, test } from 'vitest';
import { demoSeed, hallpassApp, hallpassScopes } from '#local/slack/seed.ts';
import { createWorkspace } from '#local/slack/workspace.ts';
import { call, callRaw, outcomeOf } from './web-call.ts';

const workspaceWithout = (...scopes: string[]) =>
  createWorkspace({
    seed: demoSeed({ app: { ...hallpassApp, scopes: hallpassScopes.filter((one) => !scopes.includes(one)) } }),
  });
const mayPostAnywhere = () =>
  createWorkspace({ seed: demoSeed({ app: { ...hallpassApp, scopes: [...hallpassScopes, 'chat:write.public'] } }) });
const rich = {
  type: 'rich_text',
  block_id: 'diff',
  elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: '+ a' }] }],
};
const section = { type: 'section', text: { type: 'mrkdwn', text: 'x' } };
const metadata = { event_type: 'request', event_payload: { id: 'k7m2-qx' } };

describe('the Web API', () => {
  test('knows only its methods', async () => {
    expect(await outcomeOf(createWorkspace(), 'chat.scheduleMessage')).toBe('unknown_method');
    expect(await outcomeOf(createWorkspace(), 'toString')).toBe('unknown_method');
  });

  test('wants the right token', async () => {
    expect(await outcomeOf(createWorkspace(), 'auth.test', {}, null)).toBe('not_authed');
    expect(await outcomeOf(createWorkspace(), 'auth.test', {}, 'xoxb-other')).toBe('invalid_auth');
    expect(await call(createWorkspace(), 'auth.test')).toMatchObject({
      ok: true,
      user_id: 'U0HALLPASS',
      team_id: 'T0HALLPASS',
    });
  });

  test('says which scope is missing and which there are', async () => {
    const body = await call(workspaceWithout('usergroups:read'), 'usergroups.list');
    expect(body).toMatchObject({ ok: false, error: 'missing_scope', needed: 'usergroups:read' });
    expect(String(body.provided)).toContain('chat:write');
  });

  test('asks for the scope that the kind of channel needs', async () => {
    expect(await outcomeOf(workspaceWithout('groups:read'), 'conversations.info', { channel: 'C0PRODOPS' })).toBe(
      'missing_scope',
    );
    expect(await outcomeOf(workspaceWithout('groups:read'), 'conversations.info', { channel: 'C0APPROVALS' })).toBe(
      'ok',
    );
    expect(
      await outcomeOf(workspaceWithout('channels:history'), 'conversations.history', { channel: 'C0APPROVALS' }),
    ).toBe('missing_scope');
  });

  test('tells its scopes in a header', async () => {
    expect((await callRaw(createWorkspace(), 'auth.test')).headers['x-oauth-scopes']).toContain('chat:write');
    expect((await callRaw(createWorkspace(), 'auth.test', {}, 'xoxb-other')).headers).not.toHaveProperty(
      'x-oauth-scopes',
    );
  });
});

describe('posting', () => {
  test.each([
    { channel: 'C0APPROVALS', error: 'ok', why: 'a member of it' },
    { channel: 'C0GENERAL', error: 'not_in_channel', why: 'public, not a member' },
    { channel: 'C0SECRET', error: 'channel_not_found', why: 'private, not a member' },
    { channel: 'C0NOWHERE', error: 'channel_not_found', why: 'no such channel' },
    { channel: '#approvals', error: 'channel_not_found', why: 'names are not ids' },
    { channel: 'C0OLD', error: 'is_archived', why: 'archived' },
    { channel: 'U0ALICE', error: 'ok', why: 'a person, directly' },
    { channel: 'U0GONE', error: 'channel_not_found', why: 'a person who has left' },
    { channel: 'U0ROBO', error: 'cannot_dm_bot', why: 'a bot' },
  ])('to $channel gives $error ($why)', async ({ channel, error }) => {
    expect(await outcomeOf(createWorkspace(), 'chat.postMessage', { channel, text: 'x' })).toBe(error);
  });

  test('to a public channel from outside needs chat:write.public', async () => {
    const message = { channel: 'C0GENERAL', text: 'x' };
    expect(await outcomeOf(createWorkspace(), 'chat.postMessage', message)).toBe('not_in_channel');
    expect(await outcomeOf(mayPostAnywhere(), 'chat.postMessage', message)).toBe('ok');
  });

  test('in a thread needs the head of one', async () => {
    const workspace = createWorkspace();
    const head = await call(workspace, 'chat.postMessage', { channel: 'C0APPROVALS', text: 'head' });
    const reply = await call(workspace, 'chat.postMessage', {
      channel: 'C0APPROVALS',
      text: 'reply',
      thread_ts: head.ts,
    });
    expect(reply.ok).toBe(true);
    expect(
      await outcomeOf(workspace, 'chat.postMessage', { channel: 'C0APPROVALS', text: 'x', thread_ts: reply.ts }),
    ).toBe('cannot_reply_to_message');
    expect(
      await outcomeOf(workspace, 'chat.postMessage', { channel: 'C0APPROVALS', text: 'x', thread_ts: '1.000000' }),
    ).toBe('thread_not_found');
    const alice = workspace.as('U0ALICE');
    expect(alice.readChannel('approvals').map((one) => one.shown)).toEqual(['head']);
    expect(alice.readThread({ channelId: 'C0APPROVALS', ts: String(head.ts) }).map((one) => one.shown)).toEqual([
      'head',
      'reply',
    ]);
  });

  test('to one person only shows to nobody else, and only within the channel', async () => {
    const workspace = createWorkspace();
    expect(
      await outcomeOf(workspace, 'chat.postEphemeral', { channel: 'C0APPROVALS', user: 'U0ALICE', text: 'psst' }),
    ).toBe('ok');
    expect(
      await outcomeOf(workspace, 'chat.postEphemeral', { channel: 'C0APPROVALS', user: 'U0SAM', text: 'psst' }),
    ).toBe('user_not_in_channel');
    expect(
      await outcomeOf(workspace, 'chat.postEphemeral', { channel: 'C0GENERAL', user: 'U0ALICE', text: 'psst' }),
    ).toBe('not_in_channel');
    expect(
      workspace
        .as('U0ALICE')
        .ephemerals('approvals')
        .map((one) => one.shown),
    ).toEqual(['psst']);
    expect(workspace.as('U0BOB').ephemerals()).toEqual([]);
    expect(await call(workspace, 'conversations.history', { channel: 'C0APPROVALS' })).toMatchObject({ messages: [] });
  });
});

describe('updating', () => {
  const posted = async (blocks?: unknown) => {
    const workspace = createWorkspace();
    const { ts } = await call(workspace, 'chat.postMessage', {
      channel: 'C0APPROVALS',
      text: 'x',
      metadata,
      ...(blocks ? { blocks } : {}),
    });
    return { workspace, at: { channel: 'C0APPROVALS', ts } };
  };

  test('cannot replace rich text by something else', async () => {
    const { workspace, at } = await posted([rich]);
    expect(await outcomeOf(workspace, 'chat.update', { ...at, blocks: [section] })).toBe('block_mismatch');
    expect(
      await outcomeOf(workspace, 'chat.update', {
        ...at,
        blocks: [
          { ...section, block_id: 'diff' },
          { ...rich, block_id: 'other' },
        ],
      }),
    ).toBe('block_mismatch');
    expect(await outcomeOf(workspace, 'chat.update', { ...at, blocks: [section, rich] })).toBe('ok');
  });

  test('with text alone takes the blocks away, with neither keeps them', async () => {
    const { workspace, at } = await posted([section]);
    await call(workspace, 'chat.update', { ...at, metadata: { event_type: 'request', event_payload: { id: 'new' } } });
    expect(workspace.as('U0ALICE').readChannel('approvals')[0]).toMatchObject({
      blocks: [{ type: 'section' }],
      metadata: { event_payload: { id: 'new' } },
    });
    await call(workspace, 'chat.update', { ...at, text: 'plain' });
    expect(workspace.as('U0ALICE').readChannel('approvals')[0]).toMatchObject({
      blocks: [],
      shown: 'plain',
      isEdited: true,
    });
  });

  test('keeps metadata unless an empty object takes it away', async () => {
    const { workspace, at } = await posted();
    await call(workspace, 'chat.update', { ...at, text: 'y' });
    expect(workspace.as('U0ALICE').readChannel('approvals')[0]?.metadata).toEqual(metadata);
    await call(workspace, 'chat.update', { ...at, text: 'z', metadata: {} });
    expect(workspace.as('U0ALICE').readChannel('approvals')[0]?.metadata).toBeUndefined();
  });

  test('reaches only own messages that are there', async () => {
    const { workspace, at } = await posted();
    await workspace.as('U0ALICE').say('mine', { channel: 'approvals' });
    const theirs = workspace.as('U0ALICE').readChannel('approvals').at(-1);
    expect(await outcomeOf(workspace, 'chat.update', { ...at, ts: theirs?.ts, text: 'y' })).toBe('cant_update_message');
    expect(await outcomeOf(workspace, 'chat.delete', { ...at, ts: theirs?.ts })).toBe('cant_delete_message');
    expect(await outcomeOf(workspace, 'chat.update', { ...at, ts: '1.000000', text: 'y' })).toBe('message_not_found');
    const ephemeral = await call(workspace, 'chat.postEphemeral', {
      channel: 'C0APPROVALS',
      user: 'U0ALICE',
      text: 'x',
    });
    expect(await outcomeOf(workspace, 'chat.update', { ...at, ts: ephemeral.message_ts, text: 'y' })).toBe(
      'message_not_found',
    );
  });
});

describe('reading', () => {
  test('shows metadata only to those who ask', async () => {
    const workspace = createWorkspace();
    const { ts } = await call(workspace, 'chat.postMessage', { channel: 'C0APPROVALS', text: 'x', metadata });
    const plainly = JSON.stringify(await call(workspace, 'conversations.history', { channel: 'C0APPROVALS' }));
    const asked = JSON.stringify(
      await call(workspace, 'conversations.replies', { channel: 'C0APPROVALS', ts, include_all_metadata: true }),
    );
    expect(plainly).not.toContain('k7m2-qx');
    expect(asked).toContain('k7m2-qx');
  });

  test('needs membership', async () => {
    expect(await outcomeOf(createWorkspace(), 'conversations.history', { channel: 'C0GENERAL' })).toBe(
      'not_in_channel',
    );
    expect(await outcomeOf(createWorkspace(), 'conversations.history', { channel: 'C0SECRET' })).toBe(
      'channel_not_found',
    );
    expect(
      await outcomeOf(createWorkspace(), 'conversations.replies', { channel: 'C0APPROVALS', ts: '1.000000' }),
    ).toBe('thread_not_found');
  });

  test('goes page by page', async () => {
    const workspace = createWorkspace({ rates: 'off' });
    for (const text of ['1', '2', '3']) await call(workspace, 'chat.postMessage', { channel: 'C0APPROVALS', text });
    const first = await call(workspace, 'conversations.history', { channel: 'C0APPROVALS', limit: 2 });
    expect(first).toMatchObject({ has_more: true, messages: [{ text: '3' }, { text: '2' }] });
    const { next_cursor: cursor } = Object(first.response_metadata);
    expect(await call(workspace, 'conversations.history', { channel: 'C0APPROVALS', limit: 2, cursor })).toMatchObject({
      has_more: false,
      messages: [{ text: '1' }],
    });
    expect(await outcomeOf(workspace, 'conversations.history', { channel: 'C0APPROVALS', cursor: 'zzz' })).toBe(
      'invalid_cursor',
    );
  });
});

describe('files', () => {
  const upload = async (workspace: ReturnType<typeof createWorkspace>, bytes: string, length = bytes.length) => {
    const asked = await call(workspace, 'files.getUploadURLExternal', { filename: 'full.diff', length });
    const reply = await workspace.serve({
      method: 'POST',
      path: new URL(String(asked.upload_url)).pathname,
      query: '',
      headers: { 'content-type': 'application/octet-stream' },
      body: new TextEncoder().encode(bytes),
    });
    return { id: asked.file_id, status: reply.type === 'reply' ? reply.status : 0 };
  };

  test('are asked for, sent and completed into a thread', async () => {
    const workspace = createWorkspace();
    const { ts } = await call(workspace, 'chat.postMessage', { channel: 'C0APPROVALS', text: 'card' });
    const { id, status } = await upload(workspace, '+ a\n- b\n');
    expect(status).toBe(200);
    expect(
      await outcomeOf(workspace, 'files.completeUploadExternal', {
        files: [{ id, title: 'Full diff' }],
        channel_id: 'C0APPROVALS',
        thread_ts: ts,
      }),
    ).toBe('ok');
    const thread = workspace.as('U0BOB').readThread({ channelId: 'C0APPROVALS', ts: String(ts) });
    expect(thread[1]?.files).toEqual([{ id, name: 'full.diff', title: 'Full diff', content: '+ a\n- b\n' }]);
    expect(await outcomeOf(workspace, 'files.completeUploadExternal', { files: [{ id }] })).toBe('file_not_found');
  });

  test('say where they were shared once that is done, and are shared in a thread only with its channel', async () => {
    const workspace = createWorkspace();
    const { ts } = await call(workspace, 'chat.postMessage', { channel: 'C0APPROVALS', text: 'card' });
    const { id } = await upload(workspace, '+ a\n');
    const files = [{ id, title: 'Full diff' }];
    expect(await outcomeOf(workspace, 'files.info', { file: id })).toBe('file_not_found');
    expect(await outcomeOf(workspace, 'files.completeUploadExternal', { files, thread_ts: ts })).toBe(
      'invalid_arguments',
    );
    const completed = await call(workspace, 'files.completeUploadExternal', {
      files,
      channel_id: 'C0APPROVALS',
      thread_ts: ts,
    });
    expect(completed.files).toEqual(files);
    const shared = workspace.as('U0BOB').readThread({ channelId: 'C0APPROVALS', ts: String(ts) })[1];
    expect((await call(workspace, 'files.info', { file: id })).file).toMatchObject({
      id,
      filetype: 'diff',
      channels: ['C0APPROVALS'],
      groups: [],
      shares: { public: { C0APPROVALS: [{ ts: shared?.ts, thread_ts: ts, channel_name: 'approvals' }] } },
    });
  });

  test('in a private channel are told as shared there', async () => {
    const workspace = createWorkspace();
    const { id } = await upload(workspace, '+ a\n');
    await call(workspace, 'files.completeUploadExternal', { files: [{ id }], channel_id: 'C0PRODOPS' });
    expect((await call(workspace, 'files.info', { file: id })).file).toMatchObject({
      channels: [],
      groups: ['C0PRODOPS'],
      shares: { private: { C0PRODOPS: [{ channel_name: 'prod-ops' }] } },
    });
  });

  test('of another length than announced are refused', async () => {
    const workspace = createWorkspace();
    const { id, status } = await upload(workspace, 'abc', 4);
    expect(status).toBe(400);
    expect(
      await outcomeOf(workspace, 'files.completeUploadExternal', { files: [{ id }], channel_id: 'C0APPROVALS' }),
    ).toBe('file_not_found');
  });

  test('cannot be shared where the bot is not', async () => {
    const workspace = createWorkspace();
    const { id } = await upload(workspace, 'abc');
    expect(
      await outcomeOf(workspace, 'files.completeUploadExternal', { files: [{ id }], channel_id: 'C0GENERAL' }),
    ).toBe('not_in_channel');
    expect(
      await outcomeOf(workspace, 'files.completeUploadExternal', { files: [{ id }], channel_id: 'C0SECRET' }),
    ).toBe('channel_not_found');
  });
});
