import type { Json } from '#domain/json.ts';
import { ok, type Result } from '#domain/result.ts';
import type { TokenAsking } from '#use-cases/ask-by-token.ts';
import { quote, type SubmitRefusal, unclear } from '#use-cases/asking.ts';
import type { BotPorts } from '#use-cases/ports.ts';
import type { Principal } from '#use-cases/principal.ts';
import type { AskBody } from './api-schemas.ts';

type Unclear = Extract<SubmitRefusal, { type: 'unclear' }>;

const no = (field: Unclear['field'], why: string): Result<never, Unclear> => ({
  ok: false,
  error: unclear(field, why) as Unclear,
});

/** What a body asks for, in the words of its kind. `err` says what of it is not understood. */
export const readAsk = (
  { settings, clusters }: Pick<BotPorts, 'settings' | 'clusters'>,
  principal: Principal,
  { kind: name, words = [], objects = [], form, cluster, namespace, reason, for: duration, from: start, as }: AskBody,
): Result<Omit<TokenAsking, 'key'>, Unclear> => {
  const { kinds } = settings();
  const kind = kinds.find((one) => one.name === name);
  if (kind === undefined)
    return no('kind', `There is no kind ${quote(name)}. There are: ${kinds.map((one) => one.name).join(', ')}.`);
  const only = clusters.size === 1 ? [...clusters.keys()][0] : undefined;
  const where = cluster ?? only;
  if (where === undefined) return no('cluster', `Say in which cluster: ${[...clusters.keys()].join(', ')}.`);
  if (form !== undefined && (words.length > 0 || objects.length > 0))
    return no('ask', 'Send either "form", or "words" and "objects".');
  const ask =
    form === undefined
      ? kind.fromWords(words, objects)
      : kind.fromForm(Object.fromEntries(Object.entries(form).map(([field, value]) => [field, [value].flat()])));
  if (!ask.ok) return no('ask', ask.error);
  const isSomebody = principal.type === 'caller' && principal.caller.kubernetes !== undefined;
  if (as === 'self' && principal.type === 'caller' && !isSomebody)
    return no(
      'ask',
      'This pipeline is nobody in the cluster. Its line in identities.yaml needs "kubernetes" for that.',
    );
  return ok({
    kind: name,
    cluster: where,
    namespace,
    ask: ask.value as Json,
    reason,
    ...(duration === undefined ? {} : { duration }),
    ...(start === undefined ? {} : { start }),
    own: kind.isForSomebody && isSomebody && as !== 'responsible',
  });
};
