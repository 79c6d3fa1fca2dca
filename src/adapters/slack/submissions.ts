import type { App } from '@slack/bolt';
import type { View } from '@slack/types';
import { z } from 'zod';
import { personId, type RequestId } from '#domain/ids.ts';
import { denyRequest, revokeGrant } from '#use-cases/act-on-request.ts';
import type { SubmitRefusal } from '#use-cases/asking.ts';
import type { BotPorts } from '#use-cases/ports.ts';
import { submitRequest } from '#use-cases/submit-request.ts';
import { askForm, parseButtonValue, whyForm } from './action-ids.ts';
import { notice } from './form.ts';
import { inTime } from './in-time.ts';
import { plain } from './mrkdwn.ts';
import { notRecorded, sayNotDone, sayNotFiled, wentWrong } from './replies.ts';
import { answersIn, blockOf, chosenIn, type ViewPayload, viewPayload } from './view-state.ts';

/** The forms that people send: a request, and the reason for a denial or a revocation. */
export const listenToSubmissions = (app: App, ports: BotPorts): void => {
  app.view(askForm, async ({ ack, body }) => {
    const payload = viewPayload.parse(body);
    const outcome = await trouble(ports, () => submitForm(ports, payload));
    // The form says what became of it: its channel may be another than the one that the person looks at.
    await ack(
      'view' in outcome
        ? { response_action: 'update', view: outcome.view }
        : { response_action: 'errors', errors: placed(payload, outcome) },
    );
  });

  app.view(whyForm, async ({ ack, body }) => {
    const payload = viewPayload.parse(body);
    const outcome = await trouble(ports, () => submitWhy(ports, payload));
    await ack(
      'closed' in outcome
        ? { response_action: 'clear' }
        : { response_action: 'errors', errors: placed(payload, outcome) },
    );
  });
};

type Errors = { readonly field: string; readonly text: string };

/** What to show in the form instead of closing it; a fault and a late log are shown there too. */
const trouble = async <T>({ alarm }: BotPorts, work: () => Promise<T | Errors>): Promise<T | Errors> => {
  try {
    const result = await inTime(work());
    return result === 'late' ? { field: 'reason', text: notRecorded } : result;
  } catch (cause) {
    alarm('A form could not be handled', { cause: String(cause) });
    return { field: 'reason', text: wentWrong };
  }
};

/** Errors stand under an input block that is there; the reason always is. */
const placed = (payload: ViewPayload, { field, text }: Errors): Record<string, string> => {
  const block = blockOf(payload, field) ?? blockOf(payload, 'reason') ?? '';
  return { [block]: plain(text) };
};

const submitForm = async (ports: BotPorts, payload: ViewPayload): Promise<Errors | { readonly view: View }> => {
  const chosen = chosenIn(payload);
  const kind = ports.settings().kinds.find(({ name }) => name === chosen.kind);
  const ask = kind?.fromForm(answersIn(payload));
  if (kind === undefined || ask === undefined)
    return { field: 'reason', text: 'This form is from before a change of the policy. Open it anew.' };
  if (!ask.ok) return { field: 'objects', text: ask.error };
  const subject = personId.safeParse(chosen.subject ?? payload.user.id);
  if (!subject.success) return { field: 'subject', text: 'Pick a person of this workspace.' };
  const result = await submitRequest(ports, {
    by: payload.user.id,
    subject: subject.data,
    kind: kind.name,
    cluster: chosen.cluster ?? '',
    namespace: chosen.namespace ?? '',
    ask: ask.value,
    reason: chosen.reason ?? '',
    ...(chosen.duration === undefined ? {} : { duration: chosen.duration }),
    origin: `view:${payload.view.id}`,
  });
  // The same form sent twice was filed: the second sending is answered as the first.
  if (result.ok) return { view: asked(result.value.request.asked.id) };
  if (result.error.type === 'filed-before') return { view: asked(result.error.id) };
  return { field: fieldFor(result.error), text: sayNotFiled(result.error) };
};

const asked = (id: RequestId): View =>
  notice(
    `Asked, as ${id}. Approvers see the card; you get a direct message when something happens. "/jit show ${id}" shows how far it is.`,
  );

const fieldFor = (refusal: SubmitRefusal): string => {
  if (refusal.type === 'unmapped') return 'subject';
  if (refusal.type === 'not-allowed' || refusal.type === 'already-have') return 'profile';
  if (refusal.type !== 'unclear') return 'reason';
  return refusal.field === 'ask' ? 'objects' : refusal.field;
};

const why = z.object({ act: z.enum(['deny', 'revoke']), value: z.string() });

const submitWhy = async (ports: BotPorts, payload: ViewPayload): Promise<Errors | { readonly closed: true }> => {
  const { act, value } = why.parse(JSON.parse(payload.view.private_metadata));
  const target = parseButtonValue(value);
  const reason = answersIn(payload).reason?.[0] ?? '';
  if (target === undefined)
    return { field: 'reason', text: 'This form leads to no request. Click the button on the card again.' };
  if (reason.trim() === '') return { field: 'reason', text: 'Say why; the person who asked will read it.' };
  const which = { by: payload.user.id, id: target.id, reason };
  const result =
    act === 'deny'
      ? await denyRequest(ports, { ...which, revision: target.revision })
      : await revokeGrant(ports, which);
  return result.ok
    ? { closed: true }
    : { field: 'reason', text: sayNotDone(result.error, act === 'revoke' ? 'revoke' : undefined) };
};
