import { formatDuration } from '#domain/duration.ts';
import type { Json } from '#domain/json.ts';
import type { Request } from '#domain/request/request.ts';
import { visible } from '#domain/text.ts';
import type { Kind } from '#kinds/kind.ts';

/** Nobody types a longer line, and a message has no room for it. */
const longest = 1_500;

/** The line to type to ask for something; undefined where its kind cannot be asked for so, or not any more. */
export const commandFor = (
  kinds: readonly Kind[],
  { kind: name, cluster, namespace, seconds }: Pick<Request['asked'], 'kind' | 'cluster' | 'namespace' | 'seconds'>,
  ask: Json,
): string | undefined => {
  const kind = kinds.find((one) => one.name === name);
  const words = kind?.describe(ask).ok === true ? kind.toType?.(ask, namespace) : undefined;
  if (words === undefined) return undefined;
  const length = seconds === undefined ? '' : ` for ${formatDuration(Temporal.Duration.from({ seconds }))}`;
  const line = `/jit request ${name} ${words} on ${cluster}${length} because …`;
  return line.length <= longest && visible(line) === line && !line.includes('`') ? line : undefined;
};

/** How to ask the next time for just what was used of a grant, where its summary says what would have been enough. */
export const offerOf = (kinds: readonly Kind[], { asked, state }: Request): string | undefined => {
  const narrower = state.status === 'revoked' ? state.summary?.narrower : undefined;
  return narrower === undefined ? undefined : commandFor(kinds, asked, narrower as Json);
};
