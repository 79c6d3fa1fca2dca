import type { Content } from '#domain/content/content.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import { type KubernetesIdentity, sayTarget, targetKey } from '#domain/plan.ts';
import type { Facts, Labels } from '#domain/policy/policy.ts';
import { type Asker, judgeAll, otherRule } from '#domain/policy/verdict.ts';
import type { Chain } from '#domain/request/chain.ts';
import type { Asked } from '#domain/request/request.ts';
import { momentOf } from '#domain/request/terms.ts';
import { sayFinding } from '#domain/risk/finding.ts';
import type { Digest } from '#domain/seal.ts';
import { few } from '#domain/text.ts';
import type { Kind } from '#kinds/kind.ts';
import { readContent, type Shown, unpackContent } from './contents.ts';
import { draftFor, sealOfDraft } from './draft.ts';
import { fromOf } from './from.ts';
import { objectsOf } from './grant-before.ts';
import { identifyFor, isNobodyNow } from './identify.ts';
import { groupsOf, requesterOf } from './membership.ts';
import { labelsFor } from './namespace-labels.ts';
import type { BotPorts, Draft, DraftInput } from './ports.ts';
import { prolongedBy } from './prolong-change.ts';
import { commit, find } from './request-log.ts';
import { asWritten } from './submit-request.ts';
import { type Judged, judgeUntried, triedBy } from './tried.ts';
import { takesNamespace } from './what-goes.ts';

/** Whether what was shown of a pending request is still what would be done. */
export type Standing =
  | { readonly type: 'same' }
  /** It moved: a new revision is pending, which nobody has agreed to yet. */
  | { readonly type: 'revised'; readonly chain: Chain }
  /** It could not be done now; `why` is for a person. It stays pending, for it may become possible again. */
  | { readonly type: 'impossible'; readonly why: string }
  | { readonly type: 'not-tried' };

/** What moves all the time is not shown again and again: each revision is kept, and asks everybody to look anew. */
const mostRevisions = 20;

/**
 * Tries a pending request anew and, where the difference that it makes is another by now, makes a new revision of it.
 * What else moved in the objects (a status, an unrelated label) disturbs nobody.
 */
export const checkPending = async (ports: BotPorts, chain: Chain): Promise<Standing> => {
  const { asked, state } = chain.request;
  if (state.status !== 'pending') return { type: 'same' };
  const { kinds } = ports.settings();
  const kind = kinds.find(({ name }) => name === asked.kind);
  if (kind === undefined) return { type: 'impossible', why: 'This kind of request is no longer configured.' };
  if (isNobodyNow(ports.settings(), asked))
    return { type: 'impossible', why: 'The pipeline or agent that asked is not in the policy any more.' };
  const identity = kind.isForSomebody ? await identifyFor(ports, asked).catch(() => 'unknown' as const) : undefined;
  if (identity === 'unknown') return { type: 'not-tried' };
  if (identity?.ok === false) return { type: 'impossible', why: 'The person is no longer configured.' };
  const who = identity?.value ?? { user: '', groups: [] };
  const { id: request, cluster, namespace, seconds } = asked;
  const prolongs = prolongedBy(ports.settings(), asked);
  const temporary = seconds !== undefined;
  const written = asked.held ?? asked.drift;
  const input = {
    request,
    kind: kind.name,
    cluster,
    namespace,
    identity: who,
    temporary,
    ...(prolongs && { prolongs }),
    ...(written && { held: asWritten(written) }),
    ...(asked.drift && { atLeast: asked.drift.risk }),
  };
  const known = await lookUp(ports, kind, asked);
  const facts = await factsOf(ports, kind, asked, known);
  if (asked.content === undefined) {
    const untried = facts && (await judgeUntried(ports.settings().policy, kind, asked.ask as Json, facts));
    const judged = untried ?? (await judgedByDraft(ports, kind, { ...input, ask: asked.ask as Json, facts }, asked));
    return (await ruledOtherwise(ports, kind, asked, known, judged)) ?? { type: 'same' };
  }
  const beside = await objectsOf(ports, asked);
  const draft = await draftFor(ports, kind, { ...input, ask: asked.ask as Json, facts }, undefined, beside);
  if (!draft.ok) {
    const { error } = draft;
    return error.type === 'unclear' ? { type: 'impossible', why: error.why } : { type: 'not-tried' };
  }
  const otherwise = await ruledOtherwise(ports, kind, asked, known, draft.value.judged);
  if (otherwise !== undefined) return otherwise;
  // What was written fits only what it was written to: nobody can make it any more, so that nobody is to approve it.
  if (written !== undefined && isAnother(asked, who, draft.value, ports.trust.digest))
    return { type: 'impossible', why: asked.held === undefined ? driftedOn : writtenTo };
  const revision = asked.revision + 1;
  // The seal holds the number of the revision: the same difference under the same number is the same seal.
  const isSame = sealOfDraft(asked, who, draft.value, ports.trust.digest) === asked.seal;
  if (isSame && !(await isWorse(ports, asked, draft.value))) return { type: 'same' };
  const anew = kind.byUid ? await madeAnew(ports, asked, draft.value) : undefined;
  if (anew !== undefined) return { type: 'impossible', why: anew };
  if (asked.revision >= mostRevisions)
    return {
      type: 'impossible',
      why: `It has moved ${mostRevisions} times while it waited. Ask anew once it is still.`,
    };
  const seal = sealOfDraft({ ...asked, revision }, who, draft.value, ports.trust.digest);
  return revise(ports, chain, { revision, seal }, draft.value);
};

const writtenTo = 'The object has moved since it was written. Whoever needs it writes it anew.';
const driftedOn = 'The object has moved since this was found. A card of what it is now comes within a minute.';

const isAnother = (asked: Asked, who: KubernetesIdentity, draft: Draft, digest: Digest): boolean =>
  draft.fingerprint === undefined
    ? sealOfDraft(asked, who, draft, digest) !== asked.seal
    : draft.fingerprint !== (asked.held ?? asked.drift)?.fingerprint;

/** Whether another object has the place of one that was shown; nobody is asked about that one in its stead. */
const madeAnew = async (ports: BotPorts, asked: Asked, { edits }: Draft): Promise<string | undefined> => {
  const shown = new Map(changesOf(await readContent(ports, asked)).map(({ target, uid }) => [targetKey(target), uid]));
  const other = edits.find(({ target, uid }) => uid !== shown.get(targetKey(target)));
  return (
    other &&
    `${sayTarget(other.target)} is another one by now than when this was asked: it was made anew. Ask anew if you mean that one.`
  );
};

/** Where a rule wants to know how far it reaches. What the grant before it gives is not counted. */
const judgedByDraft = async (
  ports: BotPorts,
  kind: Kind,
  input: DraftInput,
  asked: Asked,
): Promise<Judged | undefined> => {
  const draft = await draftFor(ports, kind, input, undefined, await objectsOf(ports, asked));
  return draft.ok ? draft.value.judged : undefined;
};

type LookedUp = { readonly asker: Asker; readonly namespaceLabels?: Labels };

/** What the policy looks at besides the request itself, as it is now. */
const lookUp = async (ports: BotPorts, kind: Kind, asked: Asked): Promise<LookedUp> => {
  const asker = await groupsOf(ports, asked.requester);
  const description = kind.describe(asked.ask as Json);
  if (!description.ok) return { asker };
  const { profiles, reachesFurther } = description.value;
  const { cluster, namespace } = asked;
  const place = { cluster, namespace, kind: kind.name, profiles, reachesFurther };
  const namespaceLabels = await labelsFor(ports, place, asker);
  return { asker, ...(namespaceLabels === undefined ? {} : { namespaceLabels }) };
};

const factsOf = async (
  ports: BotPorts,
  kind: Kind,
  asked: Asked,
  { asker, ...labels }: LookedUp,
): Promise<Facts | undefined> => {
  const description = kind.describe(asked.ask as Json);
  if (!description.ok) return undefined;
  const { cluster, namespace, reason, seconds = 0, requester, subject, approval } = asked;
  const { profiles, objects } = description.value;
  return {
    request: {
      kind: kind.name,
      cluster,
      namespace,
      ...labels,
      ...fromOf(asked),
      profiles,
      objects,
      seconds,
      reason,
      subject,
      breakGlass: approval.breakGlass !== undefined,
    },
    requester: requesterOf(requester, asker),
    now: momentOf(asked, await ports.clock.now()).toString(),
  };
};

/** By the policy as it is now, and who is in its groups now: why it cannot be decided on as it was filed. */
const ruledOtherwise = async (
  ports: BotPorts,
  kind: Kind,
  asked: Asked,
  { asker, ...labels }: LookedUp,
  judged: Judged | undefined,
): Promise<Extract<Standing, { type: 'impossible' | 'not-tried' }> | undefined> => {
  const { policy } = ports.settings();
  const { ask, cluster, namespace, approval } = asked;
  const description = kind.describe(ask as Json);
  const tried = judged && triedBy(policy, judged);
  if (!description.ok || tried === undefined) return { type: 'not-tried' };
  const { profiles, reachesFurther } = description.value;
  const at = momentOf(asked, await ports.clock.now());
  const place = { cluster, namespace, ...labels, kind: kind.name, ...fromOf(asked) };
  const verdict = judgeAll(policy, { ...place, profiles, reachesFurther, asker, at, tried });
  if (!verdict.ok && ['unsure', 'unlabelled'].includes(verdict.error.type)) return { type: 'not-tried' };
  const why = otherRule(verdict, approval.rule);
  return why === undefined ? undefined : { type: 'impossible', why: `${why} Ask anew.` };
};

/** Whether the same difference brings or opens something by now that was not shown, by what stands around it. */
const isWorse = async (ports: BotPorts, asked: Asked, { content }: Draft): Promise<boolean> => {
  // The very same was shown.
  if (content === undefined || content.ref.digest === asked.content?.digest) return false;
  const [shown, now] = [await readContent(ports, asked), unpackContent(content.text)];
  return shown.type === 'shown' && now.type === 'shown' && newIn(now.content, shown.content).length > 0;
};

/** What was not there when it was shown: what opens, part by part, and new sorts of dangers in an object. */
const newIn = (now: Content, shown: Content): readonly string[] => {
  const known = new Set([...shown.openings, ...sortsOf(shown).map(([key]) => key)]);
  return [
    ...sortsOf(now).flatMap(([key, says]) => (known.has(key) ? [] : [says])),
    ...now.openings.filter((one) => !known.has(one)),
  ];
};

const sortsOf = ({ findings }: Content): readonly (readonly [key: string, says: string])[] =>
  findings
    .filter(({ change }) => change === 'introduces')
    .map((one) => [`${one.rule} ${one.object}`, sayFinding(one, true)] as const);

const revise = async (
  ports: BotPorts,
  chain: Chain,
  numbered: { readonly revision: number; readonly seal: string },
  { content }: Draft,
): Promise<Standing> => {
  const { asked } = chain.request;
  if (content === undefined) return { type: 'same' };
  const { text, ref } = content;
  const why = await whatMoved(ports, asked, text);
  await ports.contents.keep(asked.id, ref.digest, text);
  const now = await ports.clock.now();
  const result = await commit(ports, asked.id, chain, [{ type: 'revised', ...numbered, content: ref, why }], now);
  if (result.type === 'committed') return { type: 'revised', chain: result.chain };
  // Somebody else was first, maybe with the same revision: what stands there now counts.
  const found = await find(ports, asked.id);
  return found.type === 'found' && found.chain.request.asked.revision > asked.revision
    ? { type: 'revised', chain: found.chain }
    : { type: 'not-tried' };
};

/** Which objects make another difference now than they did when this was shown. */
const whatMoved = async (ports: BotPorts, asked: Asked, now: string): Promise<string> => {
  const before = await readContent(ports, asked);
  const shown = new Map(changesOf(before).map(({ target, diff }) => [targetKey(target), diff]));
  const moved = changesOf(unpackContent(now)).filter(({ target, diff }) => shown.get(targetKey(target)) !== diff);
  if (moved.length > 0) return `${namesOf(moved)} changed meanwhile, and so did the difference that this makes.`;
  const still = new Set(changesOf(unpackContent(now)).map(({ target }) => targetKey(target)));
  const left = changesOf(before).filter(({ target }) => !still.has(targetKey(target)));
  return left.length > 0 ? `Not part of it any more: ${namesOf(left)}.` : worseNow(before, unpackContent(now));
};

const namesOf = (changes: Content['changes']): string =>
  few(
    changes.map(({ target }) => sayTarget(target)),
    5,
  );

/** What the same difference brings or opens now, and did not. */
const worseNow = (before: Shown, now: Shown): string => {
  const [first] = before.type === 'shown' && now.type === 'shown' ? newIn(now.content, before.content) : [];
  if (first === undefined) return 'What it is about was changed by somebody else.';
  return changesOf(now).some(takesNamespace)
    ? `More would go with it than was shown: ${first}`
    : `It would now open more than was shown: ${first}`;
};

const changesOf = (shown: Shown): Content['changes'] => (shown.type === 'shown' ? shown.content.changes : []);

/** Looks at all that is pending; for those whose difference moved, approvers get a new revision before they click. */
export const checkAllPending = async (ports: BotPorts, most = 500): Promise<void> => {
  for (const id of await ports.store.inStatus('pending', most)) await checkOne(ports, id);
};

const checkOne = async (ports: BotPorts, id: RequestId): Promise<void> => {
  const found = await find(ports, id);
  // Of what shows nothing beside its own words there is nothing to revise.
  if (found.type === 'found' && found.chain.request.asked.content !== undefined) await checkPending(ports, found.chain);
};
