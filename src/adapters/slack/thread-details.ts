import type { RequestEvent } from '#domain/request/events.ts';
import type { Request } from '#domain/request/request.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { bold, bullets, code, line, quote } from './blocks.ts';
import { excerpt, fitting, more } from './excerpt.ts';
import { proofLines } from './proofs.ts';

// Shares of the 10,000 characters of one message. Twenty objects of 253 characters, the most there may be, fit whole.
const room = { objects: 5_200, reason: 4_000, proofs: 6_000 };

/** What an event says beyond its sentence, in full where the card had to shorten it. */
export const detailsOf = (event: RequestEvent, request: Request, description?: Description) => {
  switch (event.type) {
    case 'submitted':
      return [
        ...words(event.reason),
        ...objects(description),
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
      return [];
  }
};

const words = (text: string) => {
  if (text === '') return [];
  const { shown, hidden } = excerpt(text, { characters: room.reason, lines: 200 });
  return [quote(shown), ...(hidden === undefined ? [] : [line(`${hidden} in the log`)])];
};

const objects = (description: Description | undefined) => {
  if (description === undefined || description.objects.length === 0) return [];
  const { kept, left } = fitting(description.objects, room.objects);
  return [line(bold('Objects  '), kept.join(', '), left === 0 ? '' : ` and ${more(left, 'object')}, in the log`)];
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
