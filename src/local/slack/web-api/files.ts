import { z } from 'zod';
import { addMessage, messagesIn } from '#local/slack/core.ts';
import { fileShape, sharesOf } from '#local/slack/shapes.ts';
import { botMessage } from './chat.ts';
import { type Answer, count, json, method, refuse, ts } from './method.ts';
import { ownChannel } from './reach.ts';

/** Slack's limit of one file is 1 GB; the workspace holds files in memory. */
export const maxFileBytes = 10_000_000;

const getUploadUrl = method({
  scopes: ['files:write'],
  args: {
    filename: z.string().min(1),
    length: count,
    alt_txt: z.string().max(1000).optional(),
    snippet_type: z.string().optional(),
  },
  run: (core, args): Answer => {
    if (args.length < 1)
      return refuse('invalid_arguments', ['[ERROR] length must be at least 1 [json-pointer:/length]']);
    if (args.length > maxFileBytes) return refuse('file_upload_size_restricted');
    const id = core.newId('F');
    core.state.files.set(id, {
      id,
      name: args.filename,
      title: args.filename,
      length: args.length,
      isComplete: false,
      channelIds: [],
    });
    return { ok: true, upload_url: `${core.baseUrl.value}/upload/v1/${id}`, file_id: id };
  },
});

const complete = method({
  scopes: ['files:write'],
  args: {
    files: json(
      z
        .array(z.strictObject({ id: z.string(), title: z.string().optional(), highlight_type: z.string().optional() }))
        .min(1),
    ),
    channel_id: z.string().optional(),
    channels: z.string().optional(),
    thread_ts: ts.optional(),
    initial_comment: z.string().max(4000).optional(),
  },
  run: (core, args): Answer => {
    const found = args.files.map((one) => ({ wanted: one, file: core.state.files.get(one.id) }));
    const files = found.flatMap(({ file }) => (file?.bytes === undefined || file.isComplete ? [] : [file]));
    if (files.length !== found.length) return refuse('file_not_found');
    const channelId = args.channel_id ?? args.channels;
    if (channelId === undefined && args.thread_ts !== undefined)
      return refuse('invalid_arguments', ['[ERROR] thread_ts needs channel_id [json-pointer:/thread_ts]']);
    const reach = channelId === undefined ? undefined : ownChannel(core, channelId);
    if (reach && !reach.ok) return refuse(reach.error);
    if (reach?.channel.isArchived) return refuse('is_archived');
    if (
      reach &&
      args.thread_ts !== undefined &&
      !messagesIn(core.state, reach.channel.id).some((one) => one.ts === args.thread_ts)
    )
      return refuse('thread_not_found');
    for (const { wanted, file } of found) {
      if (file) Object.assign(file, { isComplete: true, title: wanted.title ?? file.name });
      if (file && reach) file.channelIds.push(reach.channel.id);
    }
    if (reach) {
      const message = botMessage(core, reach.channel.id, { text: args.initial_comment ?? '', blocks: [] });
      addMessage(core, {
        ...message,
        fileIds: files.map((one) => one.id),
        ...(args.thread_ts === undefined ? {} : { threadTs: args.thread_ts }),
      });
    }
    core.changed('file');
    // Slack shares after it has answered: where the file stands then is told by files.info only.
    return { ok: true, files: files.map(({ id, title }) => ({ id, title })) };
  },
});

const info = method({
  scopes: ['files:read'],
  args: { file: z.string().min(1) },
  run: (core, args): Answer => {
    const file = core.state.files.get(args.file);
    return file?.isComplete
      ? { ok: true, file: { ...fileShape(core, file), shares: sharesOf(core, file) }, comments: [] }
      : refuse('file_not_found');
  },
});

export const fileMethods = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': complete,
  'files.info': info,
};
