import type { Operation } from '#domain/content/content.ts';
import { formatDuration } from '#domain/duration.ts';
import type { Asked } from '#domain/request/request.ts';
import type { Description } from '#kinds/kind.ts';

export type Noun = Description['noun'];

/** How people speak of what was asked for. */
type Words = {
  /** When nothing came of it. */
  readonly nothingWas: string;
  readonly nothingIs: string;
  /** What is to be feared when its end is late. */
  readonly still: string;
  /** Behind the time that it lasts. */
  readonly after: string;
  /** Said of it in a direct message once it is in force. */
  readonly works: string;
};

const words: Readonly<Record<Noun, Words>> = {
  access: {
    nothingWas: 'nothing was granted',
    nothingIs: 'nothing is granted',
    still: 'the access may still work',
    after: ', from the moment it works',
    works: 'works now',
  },
  change: {
    nothingWas: 'nothing was changed',
    nothingIs: 'nothing is changed',
    still: 'the change may still be in place',
    after: ', then taken back, field by field',
    works: 'is in place now',
  },
  opening: {
    nothingWas: 'nothing was opened',
    nothingIs: 'nothing is open',
    still: 'the traffic may still be let through',
    after: ', then its NetworkPolicies are deleted',
    works: 'lets traffic through now',
  },
};

/** What becomes of it after its time; what was deleted or created is not taken back field by field. */
export const sayAfter = ({ content }: Pick<Asked, 'content'>, noun?: Noun): string => {
  const targets = noun === 'change' ? (content?.targets ?? []) : [];
  const isAll = (wanted: Operation): boolean => targets.length > 0 && targets.every(({ op }) => op === wanted);
  if (isAll('delete')) return ', then made again';
  return isAll('create') ? ', then removed again' : wordsFor(noun).after;
};

export const nothingTakesItBack = 'For good: nothing takes it back';

/** The words for a request; of one whose kind is configured no more, those for access. */
export const wordsFor = (noun: Noun = 'access'): Words => words[noun];

/** What became of what lapsed: nothing, or it was in force for a moment. */
export const sayNothing = ({ made }: { readonly made?: true | undefined }, noun?: Noun): string =>
  made === undefined ? wordsFor(noun).nothingWas : 'what had been made of it is taken away again';

/** What there is of what failed. What is deleted by its uid, of which no diff is shown, is not taken back as other changes are. */
export const sayFailed = ({ content }: Pick<Asked, 'content'>, noun?: Noun): string => {
  const { targets = [], added = 0, removed = 0 } = content ?? {};
  const isByUid = targets.length > 0 && added + removed === 0 && targets.every(({ op }) => op === 'delete');
  return isByUid ? 'not all of it was done' : wordsFor(noun).nothingIs;
};

/** `30m`, `for good`; `30m more` of what goes on from another grant. */
export const sayHowLong = ({ seconds, extends: before }: Pick<Asked, 'seconds' | 'extends'>): string =>
  `${sayLength(seconds)}${before === undefined ? '' : ' more'}`;

/** `30m`, or `for good`. */
export const sayLength = (seconds: number | undefined): string =>
  seconds === undefined ? 'for good' : formatDuration(Temporal.Duration.from({ seconds }));

/** Behind the request that another one follows, and before why. */
export const cameToAnEnd = ({ ended }: NonNullable<Asked['follows']>): string =>
  ended === true ? ', which was ended early: ' : ', which came to nothing: ';
