import { formatDuration } from '#domain/duration.ts';
import { canonical, type Json } from '#domain/json.ts';
import type { RequestEvent } from '#domain/request/events.ts';
import type { Request } from '#domain/request/request.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { bold, bullets, code, line, lines, type Piece, quote, user } from './blocks.ts';
import { excerpt, fitting, more } from './excerpt.ts';
import { proofLines } from './proofs.ts';

// Shares of the 10,000 characters of one message. Twenty objects of 253 characters, the most there may be, fit whole.
const room = { objects: 5_200, ask: 1_000, reason: 3_000, proofs: 6_000 };

/** What an event says beyond its sentence, in full where the card had to shorten it. */
export const detailsOf = (event: RequestEvent, request: Request, description?: Description) => {
  switch (event.type) {
    case 'submitted':
      return [
        asked(request, description),
        ...words(event.reason),
        line('seal ', code(request.asked.seal.slice(0, 12)), ', policy ', code(event.approval.policyHash.slice(0, 12))),
      ];
    case 'denied':
    case 'end-requested':
      return words(event.reason);
    case 'activated':
      return event.objects.length === 0 ? [] : [made(event)];
    case 'ended':
      return [proofLines(event.proofs, room.proofs)];
    case 'voted':
    case 'approved':
    case 'withdrawn':
    case 'timed-out':
    case 'lapsed':
    case 'failed':
    case 'end-delayed':
    case 'revised':
    case 'seen':
    case 'completed':
    case 'followed':
    case 'conflicted':
    case 'settled':
      return [];
  }
};

const words = (text: string) => {
  if (text === '') return [];
  const { shown, hidden } = excerpt(text, { characters: room.reason, lines: 200 });
  return [quote(shown), ...(hidden === undefined ? [] : [line(`${hidden} in the log`)])];
};

/** All that was asked, so that whoever reads the thread a year later needs no card and no policy beside it. */
const asked = ({ asked: { kind, ask, cluster, namespace, subject, seconds } }: Request, description?: Description) => {
  const what: readonly (readonly Piece[])[] =
    description === undefined
      ? [[bold(`Asked (${cut(oneLine(kind), 40)})  `), code(excerpt(canonical(ask as Json), askRoom).shown)]]
      : [
          [
            bold('Profile  '),
            code(cut(oneLine(description.profiles.join(', ')), 80)),
            ` · ${cut(oneLine(description.title), 80)}`,
          ],
          [bold('Objects  '), ...objects(description)],
        ];
  return lines([
    ...what,
    [bold('Where  '), 'cluster ', code(cut(cluster, 80)), ' · namespace ', code(cut(namespace, 80))],
    [bold('For  '), user(subject), ` · ${formatDuration(Temporal.Duration.from({ seconds }))}`],
  ]);
};

const askRoom = { characters: room.ask, lines: 5 };

const objects = (description: Description): readonly Piece[] => {
  if (description.objects.length === 0) return ['all in the namespace'];
  const { kept, left } = fitting(description.objects, room.objects);
  return [kept.join(', '), left === 0 ? '' : ` and ${more(left, 'object')}, in the log`];
};

const made = ({ objects: all }: Extract<RequestEvent, { type: 'activated' }>) => {
  const shown = all
    .slice(0, 20)
    .map(({ kind, name, namespace }) => [
      `${cut(oneLine(kind), 60)} `,
      code(cut(oneLine(name), 100)),
      namespace === undefined ? ', in the whole cluster' : ` in ${cut(oneLine(namespace), 64)}`,
    ]);
  return bullets(all.length > 20 ? [...shown, [`and ${more(all.length - 20, 'object')}, in the log`]] : shown);
};
