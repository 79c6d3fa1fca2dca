import { z } from 'zod';
import { type CheckedBlocks, checkBlocks } from '#local/slack/block-kit/check.ts';
import type { Core } from '#local/slack/core.ts';
import { checkContent, maxPostText } from '#local/slack/message-content.ts';
import { checkView } from '#local/slack/views.ts';
import { type Answer, json, method, refuse } from './method.ts';

/** What is wrong with what is to be validated: nothing, or `[ERROR] what [json-pointer:/where]` line by line. */
type Wrong = readonly string[];

const surfaces = ['message', 'modal', 'home'] as const;

/** Blocks by themselves are of no surface: they are wrong where none of the three takes them. */
const wrongInBlocks = (core: Core, blocks: unknown): Wrong => {
  const [first, ...others] = surfaces.map((surface) => checkBlocks(blocks, surface, () => core.newId(''), '')) as [
    CheckedBlocks,
    ...CheckedBlocks[],
  ];
  return first.ok || others.some(({ ok }) => ok) ? [] : first.messages;
};

const messageInput = z.looseObject({ text: z.string().optional(), blocks: z.unknown().optional() });

const wrongInMessage = (core: Core, message: unknown): Wrong => {
  const parsed = messageInput.safeParse(message);
  if (!parsed.success) return ['[ERROR] must provide an object [json-pointer:]'];
  const { text, blocks, ...more } = parsed.data;
  // Hallpass puts nothing else into a message: what is not known here is not let through unseen.
  const unknown = Object.keys(more).map((key) => `[ERROR] invalid additional property: ${key} [json-pointer:/${key}]`);
  const checked = checkContent(core, { text, blocks }, maxPostText);
  return [...unknown, ...(checked.ok ? [] : (checked.messages ?? [`[ERROR] ${checked.error} [json-pointer:]`]))];
};

const wrongInView = (core: Core, view: unknown): Wrong => {
  const isHome = z.looseObject({ type: z.literal('home') }).safeParse(view).success;
  const checked = checkView(core, view, isHome ? 'home' : 'modal');
  if (checked.ok) return [];
  const messages = checked.messages.map((one) => one.replace('[json-pointer:/view', '[json-pointer:'));
  return messages.length > 0 ? messages : [`[ERROR] ${checked.error} [json-pointer:]`];
};

/** `failed_constraint` is the one code that Slack's reference names; it has more, which are not known here. */
const errorOf = (line: string) => {
  const [, message = line, pointer = ''] = /^\[ERROR\] (.*?)(?: \[json-pointer:([^\]]*)\])?$/s.exec(line) ?? [];
  return { pointer, code: 'failed_constraint', message };
};

const answerTo = (error: string, wrong: Wrong): Answer =>
  wrong.length === 0 ? { ok: true } : { ok: false, error, errors: wrong.map(errorOf) };

/** Judges without posting, by the same rules as where it is posted (docs.slack.dev/reference/methods/blocks.validate). */
const validate = method({
  scopes: [],
  args: {
    blocks: json(z.unknown()).optional(),
    message: json(z.unknown()).optional(),
    view: json(z.unknown()).optional(),
  },
  run: (core, { blocks, message, view }): Answer => {
    if ([blocks, message, view].filter((one) => one !== undefined).length !== 1)
      return refuse('invalid_arguments', ['[ERROR] exactly one of blocks, message and view must be given']);
    if (blocks !== undefined) return answerTo('invalid_blocks', wrongInBlocks(core, blocks));
    if (message !== undefined) return answerTo('invalid_message', wrongInMessage(core, message));
    return answerTo('invalid_view', wrongInView(core, view));
  },
});

export const blockMethods = { 'blocks.validate': validate };
