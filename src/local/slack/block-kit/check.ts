import { z } from 'zod';
import { Block, type StoredBlock } from './blocks.ts';
import type { Element } from './elements.ts';
import { elementsOf, textsOf } from './walk.ts';

export type Surface = 'message' | 'modal' | 'home';
export type CheckedBlocks =
  | { ok: true; blocks: StoredBlock[] }
  | { ok: false; error: 'invalid_blocks' | 'invalid_blocks_format' | 'msg_blocks_too_long'; messages: string[] };

/** Blocks per surface (docs.slack.dev/reference/block-kit/blocks). */
export const maxBlocks = { message: 50, modal: 100, home: 100 } as const;
/** All text of one message's blocks together: undocumented; Slack fails somewhere between 11k and 13k, so the low end is taken. */
export const maxBlocksText = 11_000;
/** All `markdown` blocks of one message together (docs.slack.dev/reference/block-kit/blocks/markdown-block). */
export const maxMarkdownText = 12_000;

const pointer = (path: readonly PropertyKey[], root: string) =>
  `[json-pointer:${[root, ...path].map((part) => String(part)).join('/')}]`;

/** Says a zod issue in the words Slack uses in `response_metadata.messages`. */
export const sayIssue = (issue: z.core.$ZodIssue, root: string): string => {
  const at = pointer(issue.path, root);
  switch (issue.code) {
    case 'too_big':
      return issue.origin === 'string'
        ? `must be less than ${Number(issue.maximum) + 1} characters ${at}`
        : `no more than ${issue.maximum} items allowed ${at}`;
    case 'too_small':
      return issue.origin === 'string'
        ? `must be more than ${Number(issue.minimum) - 1} characters ${at}`
        : `no less than ${issue.minimum} items allowed ${at}`;
    case 'unrecognized_keys':
      return issue.keys.map((key) => `invalid additional property: ${key} ${at}`).join('; ');
    case 'invalid_union':
      return `unsupported type ${at}`;
    case 'invalid_type':
      return issue.input === undefined
        ? `missing required field: ${String(issue.path.at(-1))} ${at}`
        : `must provide a ${issue.expected} ${at}`;
    default:
      return `${issue.message} ${at}`;
  }
};

const sameOption = (
  left: { value: string; text: { text: string } },
  right: { value: string; text: { text: string } },
) => left.value === right.value && left.text.text === right.text.text;

const optionsOf = (element: Element) => {
  if (!('options' in element) && !('option_groups' in element)) return [];
  const groups = 'option_groups' in element ? (element.option_groups ?? []) : [];
  return [...(element.options ?? []), ...groups.flatMap((group) => group.options)];
};

const elementProblems = (element: Element): string[] => {
  const problems: string[] = [];
  if (element.type === 'static_select' || element.type === 'multi_static_select') {
    if ((element.options === undefined) === (element.option_groups === undefined))
      problems.push('must provide either options or option_groups');
  }
  if (element.type === 'plain_text_input' && (element.min_length ?? 0) > (element.max_length ?? 3000)) {
    problems.push('min_length must not be greater than max_length');
  }
  if (element.type === 'external_select' || element.type === 'multi_external_select') return problems;
  const initial = [
    ...('initial_option' in element && element.initial_option ? [element.initial_option] : []),
    ...('initial_options' in element && element.initial_options ? element.initial_options : []),
  ];
  const options = optionsOf(element);
  if (!initial.every((one) => options.some((option) => sameOption(option, one))))
    problems.push('initial option must be one of the options');
  return problems;
};

const blockProblems = (block: Block, surface: Surface): string[] => {
  const elements = elementsOf(block);
  const problems = elements.flatMap(elementProblems);
  const ids = elements.flatMap((element) => (element.action_id === undefined ? [] : [element.action_id]));
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined)
    problems.push(`\`action_id\` "${repeated}" already exists for another element within this block`);
  if (block.type === 'section' && block.text === undefined && block.fields === undefined)
    problems.push('must provide either text or fields');
  if (block.type === 'markdown' && surface !== 'message') problems.push('unsupported block type: markdown');
  return problems;
};

const messageSizeProblem = (blocks: Block[]): string | undefined => {
  const markdown = blocks.reduce((sum, block) => sum + (block.type === 'markdown' ? block.text.length : 0), 0);
  if (markdown > maxMarkdownText) return `markdown blocks are longer than ${maxMarkdownText} characters together`;
  const text = blocks.flatMap(textsOf).reduce((sum, one) => sum + one.length, 0);
  return text > maxBlocksText ? `blocks are longer than ${maxBlocksText} characters together` : undefined;
};

const withIds = (blocks: Block[], newId: () => string): StoredBlock[] =>
  blocks.map((block) => {
    for (const element of elementsOf(block)) element.action_id ??= newId();
    return { ...block, block_id: block.block_id || newId() };
  });

/** Checks what an app sent as `blocks`; the answer's blocks are a copy with every id filled in. */
export const checkBlocks = (input: unknown, surface: Surface, newId: () => string, root = '/blocks'): CheckedBlocks => {
  if (!Array.isArray(input))
    return { ok: false, error: 'invalid_blocks_format', messages: [`must provide an array ${pointer([], root)}`] };
  const refuse = (messages: string[]): CheckedBlocks => ({
    ok: false,
    error: 'invalid_blocks',
    messages: messages.map((one) => `[ERROR] ${one}`),
  });
  if (input.length > maxBlocks[surface])
    return refuse([`no more than ${maxBlocks[surface]} items allowed ${pointer([], root)}`]);
  const parsed = z.array(Block).safeParse(input, { reportInput: true });
  if (!parsed.success) return refuse(parsed.error.issues.map((issue) => sayIssue(issue, root)));
  const problems = parsed.data.flatMap((block, index) =>
    blockProblems(block, surface).map((one) => `${one} ${pointer([index], root)}`),
  );
  const ids = parsed.data.flatMap((block) => (block.block_id ? [block.block_id] : []));
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) problems.push(`\`block_id\` "${repeated}" already exists ${pointer([], root)}`);
  const focused = parsed.data
    .flatMap(elementsOf)
    .filter((element) => 'focus_on_load' in element && element.focus_on_load === true);
  if (focused.length > 1) problems.push(`only one element may have focus_on_load ${pointer([], root)}`);
  if (problems.length > 0) return refuse(problems);
  const size = surface === 'message' ? messageSizeProblem(parsed.data) : undefined;
  if (size !== undefined) return { ok: false, error: 'msg_blocks_too_long', messages: [`[ERROR] ${size}`] };
  return { ok: true, blocks: withIds(parsed.data, newId) };
};
