import { type Content, content } from '#domain/content/content.ts';
import type { Json } from '#domain/json.ts';
import { sayTarget } from '#domain/plan.ts';
import type { Chain } from '#domain/request/chain.ts';
import { isOver, type State } from '#domain/request/request.ts';
import { stuckIn } from '#domain/request/rollout.ts';
import { sayFinding } from '#domain/risk/finding.ts';
import { sourceOf } from '#domain/source.ts';
import type { Description, Kind } from '#kinds/kind.ts';
import type { Previewed } from '#use-cases/submit-request.ts';
import type { DiffView, Preview, RequestView } from './api-schemas.ts';

const at = (instant: Temporal.Instant): string => instant.toString();

/** A request as the API tells it: what its log says, and nothing that only people who decide are shown. */
export const viewOf = (
  { request, entries }: Pick<Chain, 'request' | 'entries'>,
  kinds: readonly Kind[],
): RequestView => {
  const { asked, state } = request;
  const kind = kinds.find(({ name }) => name === asked.kind);
  const description = kind?.describe(asked.ask as Json);
  const { approval, caller } = asked;
  return {
    id: asked.id,
    status: state.status,
    isOver: isOver(state.status),
    version: entries.length,
    revision: asked.revision,
    kind: asked.kind,
    title: description?.ok === true ? description.value.title : asked.kind,
    cluster: asked.cluster,
    namespace: asked.namespace,
    objects: description?.ok === true ? [...description.value.objects] : [],
    reason: asked.reason,
    requester: asked.requester,
    subject: asked.subject,
    ...(caller === undefined
      ? {}
      : { caller: { name: caller.name, agent: caller.agent === true, own: caller.own === true } }),
    source: sourceOf(asked),
    seconds: asked.seconds ?? null,
    ...(asked.content?.risk === undefined ? {} : { risk: asked.content.risk }),
    submittedAt: at(asked.submittedAt),
    ...(asked.startsAt === undefined ? {} : { startsAt: at(asked.startsAt) }),
    respondBy: at(asked.respondBy),
    approval: {
      rule: approval.rule,
      channel: approval.channel,
      auto: approval.auto === true,
      quorum: approval.quorum.map(({ from, count }) => ({ from, count })),
    },
    ...stateOf(state),
  };
};

type OfState = Pick<
  RequestView,
  'votes' | 'startedAt' | 'expiresAt' | 'endedAt' | 'decidedBy' | 'why' | 'followedBy' | 'rollout' | 'conflict'
>;

const quiet = { votes: [], decidedBy: [], conflict: false };

const stateOf = (state: State): OfState => {
  switch (state.status) {
    case 'pending':
      return { ...quiet, votes: state.votes.map(({ by }) => by) };
    case 'approved':
      return { ...quiet, votes: [...state.by], decidedBy: [...state.by] };
    case 'active':
      return {
        ...quiet,
        votes: [...state.by],
        decidedBy: [...state.by],
        startedAt: at(state.startedAt),
        expiresAt: at(state.expiresAt),
        conflict: state.conflict !== undefined && state.settled === undefined,
        ...rolloutOf(state),
      };
    case 'completed':
      return { ...quiet, votes: [...state.by], decidedBy: [...state.by], endedAt: at(state.at), ...rolloutOf(state) };
    case 'revoked':
      return {
        ...quiet,
        votes: [...state.by],
        decidedBy: [...state.by],
        startedAt: at(state.startedAt),
        expiresAt: at(state.expiresAt),
        endedAt: at(state.at),
        why: state.why ?? state.cause,
      };
    case 'denied':
      return { ...quiet, decidedBy: [state.by], endedAt: at(state.at), why: state.reason };
    case 'withdrawn':
      return {
        ...quiet,
        decidedBy: [state.by],
        endedAt: at(state.at),
        ...(state.why === undefined ? {} : { why: state.why }),
      };
    case 'timed-out':
      return { ...quiet, endedAt: at(state.at) };
    case 'lapsed':
      return {
        ...quiet,
        endedAt: at(state.at),
        why: state.why,
        ...(state.followedBy === undefined ? {} : { followedBy: state.followedBy }),
      };
    case 'failed':
      return { ...quiet, endedAt: at(state.at), why: state.why };
  }
};

const rolloutOf = ({
  rolls,
  rolledOut,
}: Extract<State, { status: 'active' | 'completed' }>): Pick<RequestView, 'rollout'> => {
  if (rolls === undefined) return {};
  if (rolledOut === undefined) return { rollout: { status: 'under-way', workloads: [] } };
  const { rollouts, seconds } = rolledOut;
  const status = stuckIn(rolledOut).length === 0 ? 'complete' : 'not-complete';
  return {
    rollout: {
      status,
      seconds,
      workloads: rollouts.map(({ target, ...rest }) => ({ object: sayTarget(target), ...rest })),
    },
  };
};

/** All that approvers are shown of a request. */
export const diffOf = (
  { asked }: Chain['request'],
  shown: Content | undefined,
  description?: Description,
): DiffView => ({
  revision: asked.revision,
  ...changesIn(shown === undefined ? [] : [shown]),
  reach: (shown?.reach ?? []).map(({ text }) => text),
  notes: [...(description?.powers ?? []), ...(shown?.notes ?? [])],
  cautions: [...(description?.cautions ?? []), ...(shown?.cautions ?? [])],
});

/** What would be filed, as it is told. Secret values are masked in it, as on a card. */
export const previewOf = ({ rule, draft, kind, seconds }: Previewed, ask: Json): Preview => {
  const description = kind.describe(ask);
  const shown = draft.content === undefined ? undefined : readContent(draft.content.text);
  const around = draft.around === undefined ? undefined : readContent(draft.around.text);
  const parts = [shown, around].flatMap((one) => one ?? []);
  return {
    rule: rule.name,
    auto: rule.auto === true,
    quorum: rule.approve.map(({ from, count }) => ({ from, count })),
    channel: rule.channel,
    seconds: seconds ?? null,
    title: description.ok ? description.value.title : kind.name,
    ...(draft.content?.ref.risk === undefined ? {} : { risk: draft.content.ref.risk }),
    ...changesIn(parts),
    notes: parts.flatMap(({ notes }) => notes),
    cautions: [...(description.ok ? description.value.cautions : []), ...parts.flatMap(({ cautions }) => cautions)],
  };
};

/** What would be otherwise, and what is dangerous in it. */
const changesIn = (parts: readonly Content[]): Pick<Preview, 'changes' | 'findings'> => ({
  changes: parts.flatMap(({ changes }) =>
    changes.map(({ op, target, diff }) => ({ op, object: sayTarget(target), diff })),
  ),
  findings: parts.flatMap(({ findings }) =>
    findings.map((one) => ({ severity: one.severity, text: sayFinding(one, true) })),
  ),
});

const readContent = (text: string): Content => content.parse(JSON.parse(text));
