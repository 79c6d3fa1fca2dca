import type { RichTextBlockElement } from '@slack/types';
import type { ContentRef } from '#domain/content/content.ts';
import { canonical, type Json } from '#domain/json.ts';
import { type ObjectRef, sayTarget } from '#domain/plan.ts';
import type { ChangedRef, RequestEvent, Reverted, Use } from '#domain/request/events.ts';
import type { Request } from '#domain/request/request.ts';
import { cut, oneLine } from '#domain/text.ts';
import { mostEvidence } from '#domain/watch/suspicion.ts';
import type { Description } from '#kinds/kind.ts';
import type { Shown } from '#use-cases/contents.ts';
import { bold, bullets, charactersOf, code, limits, line, lines, type Piece, quote, richText, user } from './blocks.ts';
import { allCautions, cautionList } from './cautions.ts';
import { conflictLines } from './conflicts.ts';
import { wordedTitle } from './described.ts';
import { cutMiddle, excerpt, fitting, more } from './excerpt.ts';
import { worseLines } from './misuse.ts';
import { dateFallback } from './mrkdwn.ts';
import { cameToAnEnd, nothingTakesItBack, sayHowLong } from './nouns.ts';
import { goesOnAs, proofLines } from './proofs.ts';
import { reachIn, reachList } from './reach.ts';
import { revertedList } from './reverted.ts';
import { rolloutList } from './rollouts.ts';
import { summaryLines } from './summary.ts';
import { evidenceLines } from './tripped.ts';
import { streamLines, useList } from './uses.ts';

// Shares of the 10,000 characters of one message. Twenty objects of 253 characters, the most there may be, fit whole.
const room = {
  objects: 5_200,
  ask: 1_000,
  reason: 3_000,
  proofs: 6_000,
  conflicts: 4_500,
  changed: 5_200,
  cautions: 3_000,
  /** All that an event may hold, whole: nothing else has it. */
  evidence: mostEvidence.lines * (mostEvidence.characters + 2),
  reach: 2_000,
  streams: 1_500,
  powers: 6_000,
  /** Slack takes no longer text in one piece. */
  power: 2_900,
  /** For the sentence above and the line below. */
  sentence: 1_000,
};

/** What is said with an event and is not in it; `offer` is the line to type to ask for less the next time. */
type Beside = {
  readonly description?: Description | undefined;
  readonly shown?: Shown | undefined;
  readonly offer?: string | undefined;
  readonly before?: readonly Use[] | undefined;
};

/**
 * What an event says beyond its sentence, in full where the card had to shorten it; `shown` is what the revision does that
 * the event is about.
 */
export const detailsOf = (
  event: RequestEvent,
  request: Request,
  { description, shown, offer, before = [] }: Beside = {},
) => {
  switch (event.type) {
    case 'submitted':
      return between(
        [asked(request, event.content, description)],
        description,
        shown,
        ...changes(event.content),
        ...extending(event),
        ...followed(event),
        ...(event.drift === undefined ? words(event.reason) : []),
        line('seal ', code(event.seal.slice(0, 12)), ', policy ', code(event.approval.policyHash.slice(0, 12))),
      );
    case 'revised':
      return between([], description, shown, ...changes(event.content), line('seal ', code(event.seal.slice(0, 12))));
    case 'denied':
    case 'explained':
    case 'conceded':
    case 'end-requested':
    case 'settled':
      return words(event.reason);
    case 'reviewed':
      return words(event.note);
    case 'misused':
      return worseLines(event, room.cautions);
    case 'tripped':
      return evidenceLines(event, room.evidence);
    case 'observed':
      return [useList(event.uses, room.objects)];
    case 'activated':
      return [...listed(event.objects), ...changed(event.changed ?? [])];
    case 'completed':
      return changed(event.changed);
    case 'conflicted':
      return [conflictLines(event.conflicts, room.conflicts), ...reverted(event.reverted)];
    case 'ended':
      return ended(event, request, description, before);
    case 'rolled-out':
      return rolloutList(event.rollouts, room.changed, event.more);
    case 'summed-up':
      return request.state.status === 'revoked' ? summaryLines(event, request.state.at, offer) : [];
    case 'voted':
    case 'approved':
    case 'withdrawn':
    case 'timed-out':
    case 'reminded':
    case 'escalated':
    case 'confirmed':
    case 'used':
    case 'withheld':
    case 'lapsed':
    case 'failed':
    case 'end-delayed':
    case 'seen':
    case 'followed':
    case 'warned':
    case 'extension-asked':
    case 'extended':
    case 'prolonged':
    case 'took-over':
      return [];
  }
};

type Part = RichTextBlockElement;

/** What the worker compares with the log of the grant before it. */
const extending = ({ extends: before }: Extract<RequestEvent, { type: 'submitted' }>): readonly Part[] =>
  before === undefined
    ? []
    : [
        line(
          bold('Extends '),
          code(before.request),
          `, which ends ${dateFallback(before.expiresAt)}; the first grant of all began ${dateFallback(before.startedAt)}`,
        ),
      ];

/** What it does and what to beware of, between the facts about it; bounded by what these leave, dangers first. */
const between = (
  before: readonly Part[],
  description: Description | undefined,
  shown: Shown | undefined,
  ...after: readonly Part[]
): readonly Part[] => {
  const left = limits.messageCharacters - room.sentence - charactersOf([richText(...before, ...after)]);
  const cautions = cautionList(allCautions(description, shown), Math.min(room.cautions, Math.floor(left / 2)));
  const reach = reachList(reachIn(shown), Math.min(room.reach, Math.floor(left / 3)));
  const rest = left - charactersOf([richText(...cautions, ...reach)]);
  // A new revision of the same ask does the same: its entry says only what is otherwise.
  const does = before.length === 0 ? [] : powers(description, Math.min(room.powers, rest));
  return [...before, ...does, ...cautions, ...reach, ...after];
};

const powers = (description: Description | undefined, characters: number): readonly Part[] => {
  if (description === undefined || description.powers.length === 0) return [];
  const each = Math.max(0, Math.min(room.power, characters - 2));
  const { kept, left } = fitting(
    description.powers.map((power) => cutMiddle(oneLine(power), each)),
    characters,
  );
  const hidden = left === 0 ? [] : [[`and ${left} more, in the log`]];
  return [
    line(bold(description.noun === 'access' ? 'Can' : 'Does')),
    bullets([...kept.map((power) => [power]), ...hidden]),
  ];
};

const reverted = (all: readonly Reverted[]) => (all.length === 0 ? [] : [revertedList(all)]);

/** What was changed is seen to be taken back; only access has to be proven to be gone. */
const ended = (
  event: Extract<RequestEvent, { type: 'ended' }>,
  { state }: Request,
  description: Description | undefined,
  before: readonly Use[],
) => {
  const list = reverted(event.reverted ?? []);
  const isAccess = description === undefined ? list.length === 0 : description.noun === 'access';
  const said =
    event.proofs.length > 0 || isAccess ? [...list, proofLines(event.proofs, room.proofs, goesOnAs(state))] : list;
  return [...said, ...streamLines(state, before, room.streams)];
};

const verbs = { create: 'Create', update: 'Change', delete: 'Delete' } as const;

/** Which objects a revision is about, and what proves that its diff was not altered. */
const changes = (content: ContentRef | undefined) => {
  if (content === undefined) return [];
  // What gives rights is tried on objects, and is about them, but changes none.
  if (content.targets.length === 0) return [line('shown ', code(content.digest.slice(0, 12)))];
  const { kept, left } = fitting(
    content.targets.map((one) => `${verbs[one.op]} ${cutMiddle(oneLine(sayTarget(one)), 200)}`),
    room.changed,
  );
  const shown = [...kept, ...(left === 0 ? [] : [`and ${more(left, 'object')}, in the log`])];
  return [bullets(shown.map((one) => [one])), line('diff ', code(content.digest.slice(0, 12)))];
};

const followed = ({ follows }: Extract<RequestEvent, { type: 'submitted' }>) =>
  follows === undefined
    ? []
    : [line('Follows ', bold(follows.request), `${cameToAnEnd(follows)}${cutMiddle(oneLine(follows.why), 400)}`)];

const words = (text: string) => {
  if (text === '') return [];
  const { shown, hidden } = excerpt(text, { characters: room.reason, lines: 200 });
  return [quote(shown), ...(hidden === undefined ? [] : [line(`${hidden} in the log`)])];
};

/** All that was asked, so that whoever reads the thread a year later needs no card and no policy beside it. */
const asked = ({ asked: request }: Request, content: ContentRef | undefined, description?: Description) => {
  const { kind, ask, cluster, namespace, subject, seconds, startsAt } = request;
  const what: readonly (readonly Piece[])[] =
    description === undefined
      ? [[bold(`Asked (${cut(oneLine(kind), 40)})  `), code(excerpt(canonical(ask as Json), askRoom).shown)]]
      : [
          [
            bold('Profile  '),
            code(cut(oneLine(description.profiles.join(', ')), 80)),
            ` · ${cut(oneLine(wordedTitle({ kind, ...(content === undefined ? {} : { content }) }, description)), 80)}`,
          ],
          // Objects that are changed are listed with what becomes of them.
          ...(content === undefined || content.targets.length === 0 ? objects(description) : []),
        ];
  const forWhom = description === undefined || description.noun === 'access' ? [user(subject), ' · '] : [];
  return lines([
    ...what,
    [bold('Where  '), 'cluster ', code(cut(cluster, 80)), ' · namespace ', code(cut(namespace, 80))],
    seconds === undefined ? [...forWhom, bold(nothingTakesItBack)] : [bold('For  '), ...forWhom, sayHowLong(request)],
    ...(startsAt === undefined ? [] : [[bold('From  '), dateFallback(startsAt)]]),
  ]);
};

const askRoom = { characters: room.ask, lines: 5 };

const objects = (description: Description): readonly (readonly Piece[])[] => {
  if (description.objects.length === 0)
    return description.noun === 'access' ? [[bold('Objects  '), 'all in the namespace']] : [];
  const { kept, left } = fitting(description.objects, room.objects);
  return [[bold('Objects  '), kept.join(', '), left === 0 ? '' : ` and ${more(left, 'object')}, in the log`]];
};

type Named = Pick<ObjectRef, 'kind' | 'name' | 'namespace'>;

const listed = (all: readonly (Named & { readonly verb?: string })[]) => {
  if (all.length === 0) return [];
  const shown = all
    .slice(0, 20)
    .map(({ verb, kind, name, namespace }) => [
      `${verb === undefined ? '' : `${verb}: `}${cut(oneLine(kind), 60)} `,
      code(cut(oneLine(name), 100)),
      namespace === undefined ? ', in the whole cluster' : ` in ${cut(oneLine(namespace), 64)}`,
    ]);
  return [bullets(all.length > 20 ? [...shown, [`and ${more(all.length - 20, 'object')}, in the log`]] : shown)];
};

const past = { create: 'created', update: 'changed', delete: 'deleted' } as const;
const changed = (all: readonly ChangedRef[]) => listed(all.map((one) => ({ ...one, verb: past[one.op] })));
