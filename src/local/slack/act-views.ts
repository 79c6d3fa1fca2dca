import { applySubmissionAck } from './acks.ts';
import { type ActParts, notSent } from './act-parts.ts';
import type { Acts } from './acts.ts';
import { formProblems } from './field-checks.ts';
import { closedPayload, submissionPayload } from './payloads.ts';
import { isListed, standingAt, storeValues } from './standing.ts';
import type { Person, View } from './state.ts';
import { popViews, stackOf } from './views.ts';

/** What a person does with a modal as a whole. */
export const createViewActs = ({ core, deliveries, personOf }: ActParts): Pick<Acts, 'submit' | 'closeView'> => {
  const submit: Acts['submit'] = async (userId, call) => {
    const person = personOf(userId);
    const standing = standingAt(core, userId, { type: 'view', viewId: call.viewId });
    if (standing?.type !== 'view' || standing.view.type !== 'modal') return notSent('That modal is not on top.');
    const { view } = standing;
    if (view.submit === undefined) return notSent('This modal has nothing to submit.');
    const given = Object.values(call.values).flatMap((block) => Object.values(block));
    if (!given.every((one) => isListed(core, userId, one))) return notSent('Slack lists nothing of that name there.');
    storeValues(standing, userId, call.values);
    const fieldErrors = formProblems(view.blocks, view.values);
    if (Object.keys(fieldErrors).length > 0)
      return { status: 'not-sent', message: 'Slack does not send this form.', fieldErrors };
    view.errors = {};
    const delivery = await deliveries.send('interactive', submissionPayload(core, person, view));
    return applySubmissionAck(core, view, delivery);
  };

  const tellClosed = async (person: Person, taken: View[], isCleared: boolean) => {
    const closed = taken.filter((view) => view.notifyOnClose);
    const sent = await Promise.all(
      closed.map((view) => deliveries.send('interactive', closedPayload(core, person, view, isCleared))),
    );
    return sent[0];
  };

  const closeView: Acts['closeView'] = async (userId, call) => {
    const person = personOf(userId);
    const top = stackOf(core, userId).at(-1);
    if (top?.id !== call.viewId) return notSent('That modal is not on top.');
    const all = call.all === true || top.clearOnClose;
    const delivery = await tellClosed(person, popViews(core, userId, all), all);
    return { status: 'acknowledged', ...(delivery === undefined ? {} : { delivery }) };
  };

  return { submit, closeView };
};
