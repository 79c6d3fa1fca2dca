import type { App } from '@slack/bolt';
import type { View } from '@slack/types';
import { parseDuration } from '#domain/duration.ts';
import { type PersonId, personId, type RequestId } from '#domain/ids.ts';
import { type Finding, findings } from '#domain/request/events.ts';
import type { Result } from '#domain/result.ts';
import {
  type ActRefusal,
  approveRequest,
  denyRequest,
  explainWrite,
  reviewRequest,
  revokeGrant,
  settleConflict,
} from '#use-cases/act-on-request.ts';
import type { SubmitRefusal } from '#use-cases/asking.ts';
import { extendGrant } from '#use-cases/extend-grant.ts';
import { ownWrite } from '#use-cases/own-write.ts';
import type { BotPorts } from '#use-cases/ports.ts';
import { submitRequest } from '#use-cases/submit-request.ts';
import { askForm, type ButtonValue, extendForm, lessForm, parseButtonValue, sureForm, whyForm } from './action-ids.ts';
import { fieldOf, notice, shared } from './form.ts';
import { type Hint, hintFor } from './hint.ts';
import { inTime } from './in-time.ts';
import { readSure } from './log-window.ts';
import { plain } from './mrkdwn.ts';
import {
  isOfOtherTimes,
  notRecorded,
  sayNotDone,
  sayNotExtended,
  sayNotFiled,
  type Wanted,
  wentWrong,
} from './replies.ts';
import { readLength } from './typed-request.ts';
import { answersIn, blockOf, chosenIn, isBreaking, type ViewPayload, viewPayload } from './view-state.ts';
import { longestWhy, readWhy, type WhyAct } from './why-form.ts';

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

  app.view(extendForm, async ({ ack, body }) => {
    const payload = viewPayload.parse(body);
    const outcome = await trouble(ports, () => submitExtension(ports, payload));
    await ack(
      'view' in outcome
        ? { response_action: 'update', view: outcome.view }
        : { response_action: 'errors', errors: placed(payload, outcome) },
    );
  });

  app.view(lessForm, async ({ ack, body }) => {
    const payload = viewPayload.parse(body);
    const outcome = await trouble(ports, () => submitLess(ports, payload));
    await ack(
      'closed' in outcome
        ? { response_action: 'clear' }
        : { response_action: 'errors', errors: { 'duration|': plain(outcome.text) } },
    );
  });

  app.view(sureForm, async ({ ack, body }) => {
    const payload = viewPayload.parse(body);
    const outcome = await trouble(ports, () => submitSure(ports, payload));
    // What is in the way may be that all of it is to be read first, for which the window stays open below.
    await ack(
      'closed' in outcome
        ? { response_action: 'clear' }
        : { response_action: 'push', view: notice(plain(outcome.text)) },
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

const findingIn = (value: string | undefined): Finding | undefined => findings.find((one) => one === value);

/** Errors stand under an input block that is there; the reason always is. */
const placed = (payload: ViewPayload, { field, text }: Errors): Record<string, string> => {
  const block = field === 'ask' ? lastOfKind(payload) : blockOf(payload, field);
  return { [block ?? blockOf(payload, 'reason') ?? '']: plain(text) };
};

/** What a kind has to say about all of its fields stands under the last of them. */
const lastOfKind = ({ view }: ViewPayload): string | undefined =>
  Object.keys(view.state.values).findLast((block) => !Object.keys(shared).includes(fieldOf(block)));

const submitForm = async (ports: BotPorts, payload: ViewPayload): Promise<Errors | { readonly view: View }> => {
  const chosen = chosenIn(payload);
  const kind = ports.settings().kinds.find(({ name }) => name === chosen.kind);
  const ask = kind?.fromForm(answersIn(payload));
  if (kind === undefined || ask === undefined)
    return { field: 'reason', text: 'This form is from before a change of the policy. Open it anew.' };
  if (!ask.ok) return { field: 'ask', text: ask.error };
  const subject = personId.safeParse(chosen.subject ?? payload.user.id);
  if (!subject.success) return { field: 'subject', text: 'Pick a person of this workspace.' };
  const what = {
    by: payload.user.id,
    subject: subject.data,
    kind: kind.name,
    cluster: chosen.cluster ?? '',
    namespace: chosen.namespace ?? '',
    ask: ask.value,
  };
  const hint = hintFor(ports, what);
  const result = await submitRequest(ports, {
    ...what,
    breakGlass: isBreaking(payload),
    source: 'slack',
    reason: chosen.reason ?? '',
    ...(chosen.duration === undefined ? {} : { duration: readLength(chosen.duration) }),
    ...(chosen.start === undefined ? {} : { start: chosen.start }),
    origin: `view:${payload.view.id}`,
  });
  // The same form sent twice was filed: the second sending is answered as the first.
  if (result.ok) {
    const { id } = result.value.request.asked;
    return { view: isBreaking(payload) ? taken(id) : asked(id, await hint()) };
  }
  if (result.error.type === 'filed-before') return { view: asked(result.error.id) };
  return { field: fieldFor(payload, result.error), text: sayNotFiled(result.error) };
};

const asked = (id: RequestId, hint?: Hint): View =>
  notice(
    `Asked, as ${id}. Approvers see the card; you get a direct message when something happens. "/jit show ${id}" shows how far it is.${hint === undefined ? '' : `\n\n${hint.text} ${hint.command}`}`,
  );

const taken = (id: RequestId): View =>
  notice(
    `Taken by break-glass, as ${id}. It is applied now; you get a direct message when it works. Those who were not asked are told, and review it.`,
  );

const fieldFor = (payload: ViewPayload, refusal: SubmitRefusal): string => {
  if (refusal.type === 'unmapped') return 'subject';
  if (refusal.type === 'not-allowed' && isOfOtherTimes(refusal) && blockOf(payload, 'start') !== undefined)
    return 'start';
  if (refusal.type === 'not-allowed' || refusal.type === 'already-have')
    return blockOf(payload, 'profile') === undefined ? 'ask' : 'profile';
  return refusal.type === 'unclear' ? refusal.field : 'reason';
};

const submitExtension = async (ports: BotPorts, payload: ViewPayload): Promise<Errors | { readonly view: View }> => {
  const target = parseButtonValue(payload.view.private_metadata);
  if (target === undefined) return { field: 'reason', text: 'This form leads to no request. Click the button again.' };
  const { duration: [duration = ''] = [], reason: [reason = ''] = [] } = answersIn(payload);
  const result = await extendGrant(ports, {
    source: 'slack',
    by: payload.user.id,
    id: target.id,
    duration: readLength(duration),
    reason,
  });
  if (result.ok) return { view: asked(result.value.request.asked.id) };
  const { refusal } = result.error;
  const isAboutLength = refusal.type === 'at-maximum' || (refusal.type === 'unclear' && refusal.field === 'duration');
  return { field: isAboutLength ? 'duration' : 'reason', text: sayNotExtended(result.error) };
};

const submitLess = async (ports: BotPorts, payload: ViewPayload): Promise<Errors | { readonly closed: true }> => {
  const field = 'duration';
  const target = parseButtonValue(payload.view.private_metadata);
  if (target === undefined)
    return { field, text: 'This form leads to no request. Click the button on the card again.' };
  const duration = parseDuration(answersIn(payload).duration?.[0] ?? '');
  if (!duration.ok) return { field, text: duration.error };
  const seconds = duration.value.total('seconds');
  const result = await approveRequest(ports, { by: payload.user.id, ...target, seconds });
  return result.ok ? { closed: true } : { field, text: sayNotDone(result.error) };
};

const submitSure = async (ports: BotPorts, payload: ViewPayload): Promise<Errors | { readonly closed: true }> => {
  const { act, value } = readSure(payload.view.private_metadata);
  const target = parseButtonValue(value);
  const field = 'reason';
  if (target === undefined) return { field, text: 'This window leads to no request. Click the button again.' };
  const by = payload.user.id;
  const result =
    act === 'approve'
      ? await approveRequest(ports, { by, ...target })
      : await ownWrite(ports, { by, id: target.id, isTheirs: true });
  return result.ok ? { closed: true } : { field, text: sayNotDone(result.error) };
};

const submitWhy = async (ports: BotPorts, payload: ViewPayload): Promise<Errors | { readonly closed: true }> => {
  const { act, value } = readWhy(payload.view.private_metadata);
  const target = parseButtonValue(value);
  const reason = answersIn(payload).reason?.[0] ?? '';
  if (target === undefined)
    return { field: 'reason', text: 'This form leads to no request. Click the button on the card again.' };
  if (reason.trim() === '')
    return {
      field: 'reason',
      text: `Say why; ${act === 'explain' ? 'whoever decides' : 'the person who asked'} will read it.`,
    };
  if (reason.length > longestWhy)
    return { field: 'reason', text: `Say it in at most ${longestWhy} characters; these are ${reason.length}.` };
  const finding = findingIn(answersIn(payload).finding?.[0]);
  const which = { by: payload.user.id, ...target, reason };
  if (act !== 'review') return closedUnless(await decideWhy(ports, act, which), act);
  if (finding === undefined)
    return { field: 'finding', text: 'Say what you make of it: whether it was right to take it without asking.' };
  return closedUnless(await reviewRequest(ports, { ...which, finding, note: reason }), act);
};

const closedUnless = (result: Result<unknown, ActRefusal>, act: WhyAct): Errors | { readonly closed: true } =>
  result.ok ? { closed: true } : { field: 'reason', text: sayNotDone(result.error, wantedBy(act)) };

const decideWhy = (
  ports: BotPorts,
  act: Exclude<WhyAct, 'review'>,
  which: ButtonValue & { readonly by: PersonId; readonly reason: string },
): Promise<Result<unknown, ActRefusal>> => {
  switch (act) {
    case 'deny':
    case 'accept':
      return denyRequest(ports, which);
    case 'revoke':
      return revokeGrant(ports, which);
    case 'explain':
      return explainWrite(ports, which);
    case 'keep':
    case 'restore':
      return settleConflict(ports, { ...which, choice: act });
  }
};

const wantedBy = (act: WhyAct): Wanted => {
  if (act === 'deny' || act === 'accept' || act === 'explain') return 'decide on';
  return act === 'revoke' || act === 'review' ? act : 'settle';
};
