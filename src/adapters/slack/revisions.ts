import type { ContentRef } from '#domain/content/content.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { RequestEvent } from '#domain/request/events.ts';

/** The content of the revision that begins with this event, if one does and has any. */
export const contentOf = (event: RequestEvent): ContentRef | undefined =>
  event.type === 'submitted' || event.type === 'revised' ? event.content : undefined;

/** The content of each revision that has one, in order. */
export const revisionsOf = (
  entries: Chain['entries'],
): readonly { readonly revision: number; readonly content: ContentRef }[] =>
  entries.flatMap(({ event }) =>
    (event.type === 'submitted' || event.type === 'revised') && event.content !== undefined
      ? [{ revision: event.revision, content: event.content }]
      : [],
  );

export const contentOfRevision = (revision: number, entries: Chain['entries']): ContentRef | undefined =>
  revisionsOf(entries).find((one) => one.revision === revision)?.content;
