import type { RequestId } from '#domain/ids.ts';
import type { Chain } from '#domain/request/chain.ts';
import { isOver } from '#domain/request/request.ts';
import type { Way } from './guarded.ts';
import type { Done } from './people.ts';
import type { Write } from './plan.ts';

/** How a protected object stood at a moment, or a little before. */
export type Look = { readonly at: number; readonly isThere: boolean };

/** Who may agree to what Alice writes in the shop's front. */
const platform: readonly string[] = ['U0BOB', 'U0CAROL'];

type Seen = {
  readonly write: Pick<Write, 'nth'>;
  readonly held: readonly { readonly way: Way; readonly done: readonly Done[] }[];
  readonly looks: readonly Look[];
};

/** What got into the cluster without enough who had agreed to just that, or oftener than they had. */
export const judgeWrite = ({ write, held, looks }: Seen): readonly string[] => {
  const problems: string[] = [];
  const left = new Map<Way, number[]>(
    (['there', 'back'] as const).map((way) => [
      way,
      held
        .filter((one) => one.way === way)
        .map(agreedAt)
        .toSorted(inOrder),
    ]),
  );
  let wasThere = false;
  for (const { at, isThere } of looks) {
    if (isThere === wasThere) continue;
    wasThere = isThere;
    const agreed = left.get(isThere ? 'there' : 'back')?.shift() ?? Number.POSITIVE_INFINITY;
    if (at < agreed)
      problems.push(
        `what is guarded (${write.nth}) was written ${isThere ? '' : 'back '}before anybody had agreed to it, or once more than they had`,
      );
  }
  return problems;
};

const inOrder = (one: number, other: number): number => (one < other ? -1 : one > other ? 1 : 0);

/** When somebody who may clicked first; infinity where nobody has. */
const agreedAt = ({ done }: { readonly done: readonly Done[] }): number =>
  Math.min(
    ...done.flatMap(({ deed, at }) => (deed.does === 'approve' && platform.includes(deed.by) ? [at] : [])),
    Number.POSITIVE_INFINITY,
  );

const once = ['submitted', 'approved', 'completed', 'denied', 'withdrawn', 'lapsed', 'failed'];

/**
 * What of the log of a held write is not as it must be. `isPutBack`: it was written, and the other way round after it: where no worker
 * looked in between, nobody knows that it was used; it stays approved until its time, and lets nothing in any more.
 */
export const judgeHeld = (
  { id, done, isPutBack }: { readonly id: RequestId; readonly done: readonly Done[]; readonly isPutBack: boolean },
  { request, entries }: Chain,
): readonly string[] => {
  const types = entries.map(({ event }) => event.type);
  const voters = entries.flatMap(({ event }) => (event.type === 'voted' ? [event.by as string] : []));
  return [
    ...once.flatMap((type) =>
      types.filter((one) => one === type).length > 1 ? [`${id}, which was held, has ${type} more than once`] : [],
    ),
    ...voters.flatMap((voter) =>
      done.some(({ deed }) => deed.does === 'approve' && deed.by === voter)
        ? []
        : [`${id}, which was held: ${voter} has voted, and never clicked`],
    ),
    ...(isOver(request.state.status) || (isPutBack && request.state.status === 'approved')
      ? []
      : [`${id}, which was held, is still ${request.state.status}`]),
  ];
};
