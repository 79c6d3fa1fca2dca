import { type PersonId, personId, type RequestId, requestId } from '#domain/ids.ts';

/** People of the tests, by first name. */
export const person = (name: string): PersonId => personId.parse(`U${name.toUpperCase()}`);
export const id = (text = 'k7m2-qx'): RequestId => requestId.parse(text);

export const alice = person('alice');
export const bob = person('bob');
export const carol = person('carol');
export const dave = person('dave');
export const erin = person('erin');
