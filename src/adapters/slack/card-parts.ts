import type { RichTextBlock } from '@slack/types';
import { formatDuration } from '#domain/duration.ts';
import { canonical, type Json } from '#domain/json.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Asked, State } from '#domain/request/request.ts';
import { cut, oneLine } from '#domain/text.ts';
import type { Description } from '#kinds/kind.ts';
import { bold, bullets, code, date, line, lines, type Piece, quote, richText, user } from './blocks.ts';
import { cutMiddle, excerpt, fitting, more } from './excerpt.ts';
import { proofLines } from './proofs.ts';

// Shares of the 10,000 characters that a message may hold; together with what else is on a card they stay below it.
const room = {
  cautions: 1_600,
  objects: 1_200,
  powers: 1_600,
  ask: 1_000,
  reason: 1_000,
  decision: 500,
  proofs: 1_400,
};
const reasonLines = 12;

/** What is over is nothing to beware of: a warning above it would read as if it still were. */
const cautious: readonly State['status'][] = ['pending', 'approved', 'active'];

/** What an approver should beware of, while it can still be used; the first is the worst that the kind can name. */
export const cautionsOf = ({ request: { state } }: Chain, description?: Description): readonly string[] => {
  if (!cautious.includes(state.status)) return [];
  if (description !== undefined) return description.cautions.map(oneLine);
  return [
    'Hallpass cannot say any more what this means: what was asked for is no longer configured. Below is what the log says.',
  ];
};

export const cautionBlock = (cautions: readonly string[], description?: Description): readonly RichTextBlock[] => {
  if (cautions.length === 0) return [];
  const { kept, left } = fitting(
    cautions.map((caution) => cut(caution, 320)),
    room.cautions,
  );
  const hidden: readonly (readonly Piece[])[] =
    left === 0
      ? []
      : [
          [
            '⚠️ ',
            bold(`${more(left, 'caution')} not shown here`),
            `: read profile ${cut(description?.profiles.join(', ') ?? '', 80)} before you decide`,
          ],
        ];
  return [richText(lines([...kept.map((caution): readonly Piece[] => ['⚠️ ', bold(caution)]), ...hidden]))];
};

/** Who gets what, where, with which power and for how long. */
export const factsBlock = ({ request: { asked } }: Chain, description?: Description): RichTextBlock => {
  const what = description === undefined ? [unexplained(asked)] : [objects(asked, description), [bold('Can')]];
  const who: readonly Piece[] =
    asked.requester === asked.subject
      ? [user(asked.requester), ' asks']
      : [user(asked.requester), ' asks for ', user(asked.subject)];
  const where: readonly Piece[] = [
    'cluster ',
    code(cut(asked.cluster, 80)),
    ' · namespace ',
    code(cut(asked.namespace, 80)),
  ];
  const howLong = `${formatDuration(Temporal.Duration.from({ seconds: asked.seconds }))}, from the moment it works`;
  return richText(
    lines([
      [bold('Who  '), ...who, ' · from Slack, ', date(asked.submittedAt)],
      [bold('Where  '), ...where],
      [bold('For  '), howLong],
      ...what,
    ]),
    ...(description === undefined ? [] : [powers(description)]),
  );
};

const objects = ({ namespace }: Asked, description: Description): readonly Piece[] => {
  if (description.objects.length === 0) {
    return [bold('Objects  '), bold(`ALL in namespace ${cut(namespace, 80)}, none named`)];
  }
  const { kept, left } = fitting(description.objects, room.objects);
  const names = kept.flatMap((name, index): readonly Piece[] => (index === 0 ? [code(name)] : [', ', code(name)]));
  return [bold('Objects  '), ...names, ...(left === 0 ? [] : [` and ${more(left, 'object')}, named in the thread`])];
};

const powers = (description: Description) => {
  const { kept, left } = fitting(
    description.powers.map((power) => cutMiddle(oneLine(power), 200)),
    room.powers,
  );
  const hidden = left === 0 ? [] : [[`and ${more(left, 'power')}, each weaker than these`]];
  return bullets([...kept.map((power) => [power]), ...(kept.length + hidden.length === 0 ? [['nothing']] : hidden)]);
};

/** What the log holds when nobody can put it into words any more. */
const unexplained = ({ kind, ask }: Asked): readonly Piece[] => {
  const { shown, hidden } = excerpt(canonical(ask as Json), { characters: room.ask, lines: 5 });
  return [
    bold(`Asked (${cut(oneLine(kind), 40)})  `),
    code(shown),
    ...(hidden === undefined ? [] : [` and ${hidden}`]),
  ];
};

/** The requester's own words, and where the rest of them is. */
export const reasonBlock = (reason: string): RichTextBlock => {
  const { shown, hidden } = excerpt(reason, { characters: room.reason, lines: reasonLines });
  const rest = hidden === undefined ? [] : [line(`${hidden} in the thread`)];
  return richText(line(bold('Why, in their words')), quote(shown), ...rest);
};

/** What people and the API server said at the end: the words of a denial or revocation, and the proof. */
export const outcomeBlocks = (chain: Chain): readonly RichTextBlock[] => {
  const said = decisionReason(chain);
  const words = said === '' ? [] : [richText(quote(excerpt(said, { characters: room.decision, lines: 8 }).shown))];
  const { state } = chain.request;
  return state.status === 'revoked' ? [...words, richText(proofLines(state.proofs, room.proofs))] : words;
};

const decisionReason = ({ request: { state }, entries }: Chain): string => {
  if (state.status === 'denied') return state.reason;
  const asked = entries.findLast(({ event }) => event.type === 'end-requested')?.event;
  return asked?.type === 'end-requested' ? asked.reason : '';
};
