/** Why a call gave no answer that can be used. */
export type Failure = 'unreachable' | 'deadline' | 'credentials' | 'status' | 'garbage';

export type FaultDetails = {
  /** What was wanted, for people: `create RoleBinding "x" in "shop"`. */
  readonly call: string;
  readonly failure: Failure;
  /** HTTP status, when the server answered. */
  readonly status?: number;
  /** `Status.reason` as Kubernetes has it (AlreadyExists, Forbidden, …), or the system's code (ECONNREFUSED, …). */
  readonly reason?: string;
};

/** What every call of this adapter throws. With `refused` it is a `ClusterRefusal` of the ports. */
export type KubernetesFault = Error & {
  readonly kubernetes: FaultDetails;
  readonly refused?: { readonly status: number; readonly call: string };
};

/**
 * 4xx that say nothing lasting about the call: 401 is about our credentials, which rotate; the others about the moment.
 * (Kubernetes API conventions, "HTTP Status codes".)
 */
const passing = [401, 408, 409, 410, 425, 429];

/** Whether a status is the server's own no, so that repeating the same call would not help. */
const isRefusal = (status: number | undefined): status is number =>
  status !== undefined && status >= 400 && status < 500 && !passing.includes(status);

export const createFault = (details: FaultDetails, message: string, cause?: unknown): KubernetesFault => {
  const { call, status } = details;
  const refused = isRefusal(status) ? { refused: { status, call } } : {};
  const error = cause === undefined ? new Error(message) : new Error(message, { cause });
  return Object.assign(error, { name: 'KubernetesFault', kubernetes: details, ...refused });
};

/** What came is not what was asked for, whatever the status said; `what` says which part of it. */
export const garbage = (cluster: string, call: string, what: string, cause: unknown): KubernetesFault =>
  createFault(
    { call, failure: 'garbage', reason: what },
    `Cluster "${cluster}" did not give what was asked for (${call}). Is it a Kubernetes API server?`,
    cause,
  );

/** A no of our own making that will not change by repeating: the object is there, but not as it must be. */
export const createRefusal = (call: string, status: number, message: string): KubernetesFault =>
  Object.assign(createFault({ call, failure: 'status', status }, message), { refused: { status, call } });

export const isKubernetesFault = (error: unknown): error is KubernetesFault =>
  error instanceof Error && 'kubernetes' in error;

/** Whether a call failed with this answer of the server. */
export const failedWith = (error: unknown, status: number, reason?: string): boolean =>
  isKubernetesFault(error) &&
  error.kubernetes.status === status &&
  (reason === undefined || error.kubernetes.reason === reason);

/** Runs a call; an object that is not there is `undefined` instead of a fault. */
export const unlessAbsent = async <T>(wanted: Promise<T>): Promise<T | undefined> => {
  try {
    return await wanted;
  } catch (error) {
    if (failedWith(error, 404)) return undefined;
    throw error;
  }
};
