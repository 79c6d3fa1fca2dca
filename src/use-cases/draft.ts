import type { PersonId } from '#domain/ids.ts';
import type { KubernetesIdentity } from '#domain/plan.ts';
import { nothingReached } from '#domain/radius/radius.ts';
import type { Asked } from '#domain/request/request.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Digest, sealOf } from '#domain/seal.ts';
import type { Kind } from '#kinds/kind.ts';
import { type SubmitRefusal, unclear } from './asking.ts';
import { together } from './assess-tried.ts';
import { listed, packContent } from './contents.ts';
import { lookAtPlace, reviewed } from './look-at-place.ts';
import type { BotPorts, Draft, DraftInput } from './ports.ts';
import { findingsOfOwn, judgeOwn } from './tried.ts';

/**
 * What would be done now. A kind that must see the cluster is drafted by a worker, which alone may try a write; for the
 * others the bot's own look is enough. `by` is who asks for it, and waits for their turn; what they hold by the objects of
 * `except` is not counted as theirs.
 */
export const draftFor = async (
  ports: BotPorts,
  kind: Kind,
  input: DraftInput,
  by?: PersonId,
  except: readonly string[] = [],
): Promise<Result<Draft, SubmitRefusal>> => {
  const looks = kind.look(input.ask, input.namespace);
  if (!looks.ok) return err(unclear('ask', looks.error));
  if (looks.value.length === 0) return draftHere(ports, kind, input, except);
  try {
    const drafted = await ports.draft(except.length === 0 ? input : { ...input, beside: except }, by);
    return drafted.ok ? drafted : err(unclear('ask', drafted.error));
  } catch (cause) {
    ports.alarm('Nobody tried what somebody asks for; it was not filed. Is a worker running?', {
      cluster: input.cluster,
      cause: String(cause),
    });
    return err({ type: 'not-tried' });
  }
};

const draftHere = async (
  ports: BotPorts,
  kind: Kind,
  input: DraftInput,
  except: readonly string[],
): Promise<Result<Draft, SubmitRefusal>> => {
  const { request, namespace, identity } = input;
  const plan = kind.plan(input.ask, { request, namespace, identity, seen: [] });
  if (!plan.ok) return err(unclear('ask', plan.error));
  const cluster = ports.clusters.get(input.cluster);
  if (cluster === undefined) throw new Error(`The bot knows no cluster "${input.cluster}"`);
  const place = await lookAtPlace(ports, cluster, namespace, plan.value);
  if (!place.ok) return place;
  const rights = await reviewed(ports, cluster, plan.value, identity, except);
  if (!rights.ok) return rights;
  const { create, probes, proofs } = plan.value;
  const reach = { findings: [], radius: nothingReached, lines: [], openings: [] };
  const { findings, lines, radius = nothingReached } = together(findingsOfOwn(plan.value), reach, rights.value);
  const content = {
    schema: 1 as const,
    changes: [],
    notes: [],
    cautions: [],
    ...listed({ findings, lines, openings: [] }),
  };
  const judged = await judgeOwn(ports.settings().policy, kind, input, radius);
  return ok({
    namespaceUid: place.value.uid,
    plan: { create, probes, proofs },
    edits: [],
    ...(findings.length + lines.length === 0 ? {} : { around: packContent(content, ports.trust.digest) }),
    ...(judged === undefined ? {} : { judged }),
  });
};

/** The seal of what a request would do, as it stands in this draft. */
export const sealOfDraft = (
  asked: Pick<
    Asked,
    'id' | 'revision' | 'kind' | 'cluster' | 'namespace' | 'requester' | 'subject' | 'seconds' | 'startsAt' | 'extends'
  >,
  identity: KubernetesIdentity,
  { namespaceUid, plan, edits }: Draft,
  digest: Digest,
): string => {
  const { id: request, revision, kind, cluster, namespace, requester, subject, seconds } = asked;
  const who = { request, revision, kind, cluster, namespace, namespaceUid, requester, subject, identity, seconds };
  return sealOf(
    {
      ...who,
      startsAt: asked.startsAt?.toString(),
      extends: asked.extends?.request,
      plan,
      edits: edits.length === 0 ? undefined : edits,
    },
    digest,
  );
};
