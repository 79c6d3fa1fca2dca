/** What can go wrong between an app and Slack. "performed" faults do the work and lose the answer: the call is doubled when retried. */
export type Fault =
  | { type: 'status'; status: number }
  | { type: 'performed-then-status'; status: number }
  | { type: 'hang' }
  | { type: 'performed-then-hang' }
  | { type: 'refused' }
  | { type: 'performed-then-refused' }
  | { type: 'rate-limited'; retryAfter: number }
  | { type: 'slow'; milliseconds: number }
  | { type: 'error'; error: string };

/** `method` is a Web API method, `response_url` or `upload`; left out, any. */
export type FaultPlan = { fault: Fault; left: number; method?: string };

export type Faults = {
  /** The next `times` calls (of a method) meet this fault. */
  next: (fault: Fault, options?: { times?: number; method?: string }) => void;
  /** Slack refuses every connection until `up`. */
  down: (fault?: Fault) => void;
  up: () => void;
  take: (method: string) => Fault | undefined;
};

export const createFaults = (): Faults => {
  let plans: FaultPlan[] = [];
  let outage: Fault | undefined;
  return {
    next: (fault, { times = 1, method } = {}) => {
      plans.push({ fault, left: times, ...(method === undefined ? {} : { method }) });
    },
    down: (fault = { type: 'refused' }) => {
      outage = fault;
    },
    up: () => {
      outage = undefined;
      plans = [];
    },
    take: (method) => {
      if (outage) return outage;
      const plan = plans.find((one) => one.left > 0 && (one.method === undefined || one.method === method));
      if (plan === undefined) return undefined;
      plan.left -= 1;
      return plan.fault;
    },
  };
};
