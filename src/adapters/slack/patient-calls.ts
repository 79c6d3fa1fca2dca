import type { Calls, Time } from './slack-calls.ts';
import { setbackOf } from './slack-faults.ts';

/** So often in a row Slack may not answer before a reader gives up. */
const mostOutages = 5;

/** Calls that wait where Slack wants a pause, at its own rate, for a command that reads a lot. Throws when Slack stays away. */
export const createPatientCalls =
  (calls: Calls, time: Time): Calls['call'] =>
  async (budget, work) => {
    for (let outages = 0; ; ) {
      try {
        return await calls.call(budget, work);
      } catch (cause) {
        const setback = setbackOf(cause);
        if (setback === undefined || setback.type === 'blocked') throw cause;
        if (setback.type === 'outage') outages += 1;
        if (outages >= mostOutages) throw cause;
        await time.pause(setback.milliseconds);
      }
    }
  };
