import { z } from 'zod';
import { sayIssue } from '#local/slack/block-kit/check.ts';
import type { Core } from '#local/slack/core.ts';

/** What a Web API method answers, before it becomes HTTP. */
export type Answer = { ok: true; [key: string]: unknown } | { ok: false; error: string; [key: string]: unknown };

export const refuse = (error: string, messages?: string[]): Answer => ({
  ok: false,
  error,
  ...(messages === undefined
    ? {}
    : { errors: messages.map((one) => one.replace(/^\[ERROR\] /, '')), response_metadata: { messages } }),
});

export type Method = {
  /** Any one of these is enough to be let in; a method may ask for more once it knows the channel. Empty: none needed. */
  scopes: string[];
  /** The token it takes: the bot's, unless it is the app's. */
  takes?: 'app-token';
  /** A method of the rate table's per-channel limit says which argument names the channel. */
  call: (core: Core, raw: Record<string, unknown>) => Answer;
};

/** Arguments arrive as strings from a form and as themselves from JSON. */
export const flag = z.union([
  z.boolean(),
  z.enum(['true', 'false', '1', '0']).transform((one) => one === 'true' || one === '1'),
]);
export const count = z.union([z.number().int(), z.string().regex(/^\d+$/).transform(Number)]);
export const ts = z.string().regex(/^\d+\.\d{6}$/, 'must be a message timestamp');

/** An argument that is JSON within a form. What cannot be parsed becomes `undefined` within and is refused by the schema. */
export const json = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value, context) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be valid JSON' });
      return z.NEVER;
    }
  }, schema);

/** Accepted by every method and without effect here. */
const common = { token: z.string().optional(), team_id: z.string().optional() };

/**
 * Declares a method with its arguments. An argument that Slack does not know is refused here though Slack ignores it:
 * a misspelt one would otherwise pass unseen.
 */
export const method = <S extends z.ZodRawShape>(declared: {
  scopes: string[];
  args: S;
  run: (core: Core, args: z.infer<z.ZodObject<S>>) => Answer;
}): Method => {
  const schema = z.strictObject(declared.args);
  return {
    scopes: declared.scopes,
    call: (core, raw) => {
      const own = Object.fromEntries(Object.entries(raw).filter(([key]) => !(key in common) || key in declared.args));
      const parsed = schema.safeParse(own, { reportInput: true });
      if (parsed.success) return declared.run(core, parsed.data);
      return refuse(
        'invalid_arguments',
        parsed.error.issues.map((issue) => `[ERROR] ${sayIssue(issue, '')}`),
      );
    },
  };
};

export const missingScope = (core: Core, needed: string): Answer => ({
  ok: false,
  error: 'missing_scope',
  needed,
  provided: core.state.app.scopes.join(','),
});

export const has = (core: Core, scope: string): boolean => core.state.app.scopes.includes(scope);

export type Page<T> = { ok: true; items: T[]; next: string } | { ok: false; error: 'invalid_cursor' | 'invalid_limit' };

/** One page of a list; a cursor is the place to go on from, opaque to the app. */
export const pageOf = <T>(all: T[], cursor: string | undefined, limit: number | undefined, most = 1000): Page<T> => {
  const size = limit === undefined || limit === 0 ? 100 : limit;
  if (size < 1 || size > most) return { ok: false, error: 'invalid_limit' };
  const from =
    cursor === undefined || cursor === ''
      ? 0
      : Number(/^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1] ?? Number.NaN);
  if (Number.isNaN(from)) return { ok: false, error: 'invalid_cursor' };
  const next = from + size < all.length ? Buffer.from(`next:${from + size}`).toString('base64') : '';
  return { ok: true, items: all.slice(from, from + size), next };
};
