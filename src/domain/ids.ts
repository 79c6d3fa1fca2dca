import { z } from 'zod';

/** Short, random and readable, as in `k7m2-qx`: no look-alikes (0/o, 1/l/i), valid as a label value and in object names. */
export const requestId = z
  .string()
  .regex(/^[2-9a-hjkmnp-z]{4}-[2-9a-hjkmnp-z]{2}$/, 'not a request id; ids look like "k7m2-qx"')
  .brand<'RequestId'>();
export type RequestId = z.infer<typeof requestId>;

const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';

/** Makes an id from at least six random bytes. 31^6 ≈ 887 million ids; a taken one is noticed at the first append. */
export const requestIdFrom = (random: Uint8Array): RequestId => {
  const letters = [...random.subarray(0, 6)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return requestId.parse(`${letters.slice(0, 4)}-${letters.slice(4)}`);
};

/** A person is known by the id of their Slack user: it names nobody by itself, so the log holds no names or addresses. */
export const personId = z
  .string()
  .regex(/^[UW][A-Z0-9]{2,20}$/, 'not a Slack user id; ids look like "U02ABCDEF"')
  .brand<'PersonId'>();
export type PersonId = z.infer<typeof personId>;

/** What a cluster may be called, in settings and in names of keys. */
export const clusterName = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** In whose name Hallpass files what it has found by itself. Longer than any id that Slack gives, so that it is nobody's. */
export const itself = personId.parse('UHALLPASSITSELF');
