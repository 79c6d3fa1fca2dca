import { type Target, targetKey } from '#domain/plan.ts';
import type { Request, State } from '#domain/request/request.ts';
import type { PanelObject } from '#local/slack/page-api.ts';

export type Concerned = Target & { readonly uid?: string; readonly why: PanelObject['why'] };

/** The objects that a request is about: made by Hallpass for it, changed or deleted by it, or named in what was asked. Each once. */
export const concernedBy = ({ asked, state }: Request): readonly Concerned[] => {
  const { objects, changed } = touchedIn(state);
  const all: readonly Concerned[] = [
    ...objects.map((one) => ({ ...one, why: 'created' as const })),
    ...changed.map(({ op, ...one }) => ({
      ...one,
      why: op === 'delete' ? ('deleted' as const) : ('changed' as const),
    })),
    ...(asked.content?.targets ?? []).map(({ op: _, namespace, ...one }) => ({
      ...one,
      ...(namespace === undefined ? {} : { namespace }),
      why: 'asked' as const,
    })),
  ];
  return [...new Map(all.toReversed().map((one) => [targetKey(one), one])).values()].toReversed();
};

const touchedIn = (state: State) => {
  if (state.status === 'completed') return { objects: [], changed: state.changed };
  return state.status === 'active' || state.status === 'revoked' ? state : { objects: [], changed: [] };
};
