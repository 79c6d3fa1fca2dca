import type { Json } from '#domain/json.ts';
import { matches, type Rule } from '#domain/policy/policy.ts';
import type { Request } from '#domain/request/request.ts';
import type { SummedUp } from '#domain/request/summary.ts';
import type { Usage } from '#domain/request/usage.ts';
import { isFull } from '#domain/request/watched.ts';
import type { Settings } from './ports.ts';

/**
 * What would have been enough for all that was done with a grant, as its kind asks for it. Undefined where that is less than
 * certain: where use was not observed, or not all of it; where something else allowed it too; where it looked wrong; or where it
 * was an emergency, went on from another grant or goes on as one, or was for somebody else than who asked.
 */
export const narrowerFor = (
  settings: Settings,
  request: Request,
  { unobserved }: Usage,
  seenBy: SummedUp['seen']['by'],
  asking?: Json,
): Json | undefined => {
  const { asked, state } = request;
  if (state.status !== 'revoked' || seenBy !== 'audit' || unobserved.length > 0) return undefined;
  const { observed = [], tried, tripped = [], cause } = state;
  const isOdd = tried !== undefined || tripped.length > 0 || cause === 'misused' || cause === 'tripped';
  const isPart = cause === 'extended' || asked.extends !== undefined;
  if (isOdd || isPart || asked.approval.breakGlass !== undefined || asked.requester !== asked.subject) return undefined;
  if (observed.length === 0 || isFull(observed)) return undefined;
  if (observed.some(({ allowedBy }) => allowedBy !== undefined)) return undefined;
  const kind = settings.kinds.find(({ name }) => name === asked.kind);
  return kind?.narrower?.((asking ?? asked.ask) as Json, asked.namespace, observed, (profile) =>
    mayAlsoAsk(settings, request, profile),
  );
};

/** Whether whoever may ask by the rule that decided may, by the policy as it is now, ask for this profile too. */
const mayAlsoAsk = ({ policy: { rules } }: Settings, { asked }: Request, profile: string): boolean => {
  const before = rules.find(({ name }) => name === asked.approval.rule);
  const first = rules.find((rule) => speaksOf(rule, asked, profile));
  if (before === undefined || first === undefined || first.refuse !== undefined) return false;
  return first === before || before.ask.every((group) => first.ask.includes(group));
};

const speaksOf = ({ match }: Rule, { cluster, namespace, kind }: Request['asked'], profile: string): boolean => {
  const fits = (patterns: readonly string[], value: string): boolean => patterns.some((one) => matches(one, value));
  return (
    fits(match.clusters, cluster) &&
    fits(match.namespaces, namespace) &&
    fits(match.kinds, kind) &&
    fits(match.profiles, profile)
  );
};
