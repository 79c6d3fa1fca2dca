import type { Request } from '#domain/request/request.ts';
import { cut, oneLine } from '#domain/text.ts';
import { isOfNamespaces } from './namespace.ts';
import type { Write } from './write.ts';

/** `Ingress shop-front/shop`, of what is written to; as the API server calls it where there is no object. */
export const sayWritten = (write: Write): string => {
  const { before, after, resource, subresource, name } = write;
  // Some servers say of a namespace that it is in itself.
  const namespace = isOfNamespaces(write) ? undefined : write.namespace;
  const what = subresource === undefined ? ((after ?? before)?.kind ?? resource) : `${resource}/${subresource}`;
  return `${cut(oneLine(what), 80)} ${namespace === undefined ? '' : `${cut(oneLine(namespace), 80)}/`}${cut(oneLine(name), 100)}`;
};

/** Who has to agree: `platform (1) and security (2)`. */
export const sayWho = ({ asked: { approval } }: Pick<Request, 'asked'>): string => {
  const groups = approval.quorum.map(({ from, count }) => `${cut(from, 60)} (${count})`);
  return groups.length === 0 ? 'nobody' : groups.slice(0, 10).join(' and ');
};

const again = 'Do the same again once it is approved; until then nothing is changed.';

const linked = (where: string | undefined): string => (where === undefined ? '' : `\nSee ${where}`);

/** It is held, and becomes a request just now. */
export const sayFiled = (what: string, id: string, where?: string): string =>
  `Hallpass holds this write to ${what} until somebody agrees. It is request ${id}.\n${again}${linked(where)}`;

/** It is held, and waits. */
export const sayPending = (what: string, request: Pick<Request, 'asked'>, where?: string): string =>
  `Hallpass holds this write to ${what}: request ${request.asked.id} waits for ${sayWho(request)}.\n${again}${linked(where)}`;

export const sayDenied = (what: string, { asked, state }: Request, where?: string): string => {
  const why = state.status === 'denied' && state.reason !== '' ? `: ${cut(oneLine(state.reason), 300)}` : '';
  return `This write to ${what} was denied, as request ${asked.id}${why}.\nThat stands for the same content. In Slack, "/jit again ${asked.id}" asks anew; other content is held as a request of its own.${linked(where)}`;
};

export const sayOfOther = (what: string, { asked }: Pick<Request, 'asked'>): string =>
  `This write to ${what} is held as request ${asked.id}, which somebody else wrote. Only they can do it.`;

export const sayApplying = (what: string, { asked }: Pick<Request, 'asked'>): string =>
  `Hallpass makes this write to ${what} itself just now, as request ${asked.id}. Look in a moment whether it is done.`;

export const sayRefused = (what: string, why: string): string =>
  `Hallpass holds writes to ${what}, and this one cannot be asked for: ${cut(oneLine(why), 1_500)}`;

export const sayTooLarge = (what: string, size: number): string =>
  `Hallpass holds writes to ${what}, and this one is too large to be asked for: ${Math.ceil(size / 1_000)} KB, of 100 at most. Write it in parts, or make the object smaller.`;

/** Of a write to a Secret that cannot be shown without its values. */
export const sayUnveiled = (what: string, why: string): string =>
  `Hallpass holds writes to ${what}, and this one cannot be asked for: ${cut(oneLine(why), 500)}.`;

export const sayFlood = (what: string, of: 'author' | 'all'): string =>
  `Hallpass holds writes to ${what}, and takes in no more for now: ${of === 'author' ? 'this user has filed' : 'there are'} too many. Wait a minute, and write less at once.`;

export const sayNamespace = (name: string): string =>
  `Namespace ${cut(oneLine(name), 80)} holds objects that Hallpass protects, and they would go with it. Ask for their deletion one by one, or have whoever keeps the policy let it be asked for ("namespaces" under "held" in changes.yaml, and in a rule), or take the namespace out of "protect" first.`;

export const sayOrphans = (what: string): string =>
  `Hallpass holds writes to ${what}, and a deletion that leaves behind what belongs to it (--cascade=orphan) cannot be asked for. Delete it with all of that.`;

export const sayUnnamed = (what: string): string =>
  `Hallpass holds writes to ${what}, and one without a name (generateName) cannot be asked for. Give the object a name.`;

export const sayPart = (what: string, subresource: string): string =>
  subresource === 'scale'
    ? `Hallpass holds writes to ${what}. Set spec.replicas of the object itself instead: that can be asked for.`
    : `Hallpass protects ${what}: its ${cut(oneLine(subresource), 60)} may be written, and nothing else of it in the same call.`;

/** Where Redis or the cluster does not answer. */
export const sayAway = (what: string): string =>
  `Hallpass holds writes to ${what} and cannot look up just now whether this one is approved. Nothing is changed; try again in a moment.`;

/** `isEnded`: the grant does not outlive it. */
export const sayWorse = (grant: string, risk: string, isEnded: boolean): string =>
  `Your access by request ${grant} does not cover it: this is ${risk.toUpperCase()}, which was not on its card.${isEnded ? ' The access is ended for that.' : ''}`;

/** Of a write under a grant whose dangers cannot be looked for. */
export const sayUnjudged = (grant: string): string =>
  `Your access by request ${grant} does not cover it: it is too large to be judged at once.`;

/** What a dry run would meet, as a warning. */
export const sayDryRun = (what: string, would: string): string => `Hallpass: this write to ${what} would be ${would}.`;

export const sayLetThrough = (id: string): string => `Hallpass: approved as request ${id}`;
export const sayUnderGrant = (id: string): string => `Hallpass: let through by your access, request ${id}`;
