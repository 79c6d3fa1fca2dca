import { z } from 'zod';
import { bitsOf, type Cidr, type Family, ipv4Behind, parseCidr } from '#domain/networkpolicy/cidr.ts';
import { protocol } from '#domain/networkpolicy/pod.ts';
import { sizeOf } from '#domain/networkpolicy/ranges.ts';
import type { Labels } from '#domain/networkpolicy/selector.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Opening } from './openings.ts';
import { quoted } from './say.ts';

/** As in `metadata.labels` (kubernetes.io/docs/concepts/overview/working-with-objects/labels, "Syntax and character set"). */
const labelKey = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
const namespaceName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** IANA service names, as Kubernetes wants them of ports: a letter among at most 15 characters, no two hyphens together. */
const portName = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** Whether it may be a label; anything else could not be what somebody meant. */
export const isLabel = (key: string, value: string): boolean => labelKey.test(key) && labelValue.test(value);

// Passed on as it came: a record schema drops a key like "__proto__", and no label at all would be every pod.
const labels = z
  .custom<Labels>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((one) => typeof one === 'string'),
    'labels are names with values, as in app=ledger',
  )
  .superRefine((all, context) => {
    const entries = Object.entries(all);
    if (entries.length > 5) context.addIssue({ code: 'custom', message: 'at most 5 labels can be named on each side' });
    for (const [key, value] of entries)
      if (!isLabel(key, value))
        context.addIssue({
          code: 'custom',
          message: `${quoted(`${key}=${value}`)} is not a label; labels look like app=ledger`,
        });
  });
const someLabels = labels.refine(
  (all) => Object.keys(all).length > 0,
  'at least one label must be named, as in app=ledger: without one it would be every pod',
);

const portNumber = z.int('a port is a whole number').min(1, 'ports begin at 1').max(65_535, 'ports end at 65535');
const port = z
  .strictObject({
    protocol,
    port: z.union([
      portNumber,
      z.string().regex(portName, {
        error: ({ input }) => `${quoted(String(input))} is neither the number of a port nor a name of one, as in http`,
      }),
    ]),
    endPort: portNumber.optional(),
  })
  .refine(({ port: first, endPort }) => endPort === undefined || (typeof first === 'number' && first < endPort), {
    error: 'a range of ports goes from a number to a higher one, as in 8000-8010',
  });

const fromPods = z.strictObject({
  namespace: z
    .string()
    .regex(namespaceName, { error: ({ input }) => `${quoted(String(input))} is not the name of a namespace` })
    .optional(),
  labels,
});
const fromAddresses = z.strictObject({
  cidrs: z.array(z.string()).min(1, 'at least one address must be named').max(20, 'at most 20 addresses can be named'),
});

/** What is asked: to let the one end reach some ports of the pods at the other. */
const ask = z.strictObject({
  profile: z.string(),
  to: z.strictObject({ labels: someLabels }),
  from: z.union([fromPods, fromAddresses]),
  ports: z.array(port).min(1, 'at least one port must be named').max(20, 'at most 20 ports can be named'),
});
export type Ask = z.infer<typeof ask>;
export type FromPods = z.infer<typeof fromPods>;
export type Port = Ask['ports'][number];

export const isFromPods = (from: Ask['from']): from is FromPods => 'labels' in from;

/** Reads an ask by itself: what is in force stays readable whatever becomes of the settings. */
export const parseAsk = (json: unknown): Result<Ask, string> => {
  const read = ask.safeParse(json);
  if (read.success) return ok(read.data);
  return err(`Not understood: ${[...new Set(read.error.issues.flatMap(messagesOf))].join('; ')}.`);
};

/** Reads an ask and holds it against the opening that it names. */
export const readAsk = (
  json: unknown,
  openings: readonly Opening[],
): Result<{ readonly asked: Ask; readonly opening: Opening }, string> => {
  const read = parseAsk(json);
  if (!read.ok) return read;
  const asked = read.value;
  const opening = openings.find(({ name }) => name === asked.profile);
  if (opening === undefined)
    return err(`There is no opening ${quoted(asked.profile)}. The form behind /jit shows what you may ask for.`);
  const wrong = unfit(asked.from, opening);
  return wrong === undefined ? ok({ asked, opening }) : err(wrong);
};

/** Of the two sorts of sources, what is wrong with the one that was meant. */
const messagesOf = (issue: z.core.$ZodIssue): readonly string[] => {
  if (issue.code !== 'invalid_union' || issue.path.at(-1) !== 'from') return [issue.message];
  const meant = issue.errors.find((issues) => issues.every(({ path, code }) => path.length > 0 || code === 'custom'));
  return (meant ?? [{ message: 'say who shall get through: pods by their labels, or addresses' }]).map(
    ({ message }) => message,
  );
};

const unfit = (from: Ask['from'], opening: Opening): string | undefined => {
  const { name } = opening;
  switch (opening.from) {
    case 'same-namespace':
      if (!isFromPods(from) || from.namespace !== undefined)
        return `Opening "${name}" is for pods of the same namespace, by their labels alone.`;
      return Object.keys(from.labels).length === 0
        ? 'At least one label must say which pods shall get through, as in app=web.'
        : undefined;
    case 'another-namespace':
      return isFromPods(from) && from.namespace !== undefined
        ? undefined
        : `Opening "${name}" is for pods of another namespace: say which, as in app=web@shop-front.`;
    case 'addresses':
      return isFromPods(from)
        ? `Opening "${name}" is for addresses, as in 10.1.0.0/16.`
        : unfitAddresses(from.cidrs, opening.widest);
  }
};

const unfitAddresses = (texts: readonly string[], widest: Readonly<Record<Family, number>>): string | undefined => {
  const cidrs: Cidr[] = [];
  for (const text of texts) {
    const cidr = parseCidr(text);
    if (cidr === undefined || !cidr.exact || text !== text.toLowerCase())
      return `${quoted(text)} is not a block of addresses. Write it with its first address and its length, like 10.1.0.0/16.`;
    cidrs.push(cidr);
  }
  for (const family of ['ipv4', 'ipv6'] as const) {
    const most = 1n << BigInt(bitsOf[family] - widest[family]);
    if (sizeOf(cidrs.filter((cidr) => cidr.family === family)) > most)
      return `${texts.join(', ')} is too wide: all addresses together may not be more than one /${widest[family]}. Name fewer.`;
  }
  const disguised = texts.find((_, index) => cidrs.slice(index, index + 1).some((cidr) => ipv4Behind(cidr).length > 0));
  return disguised === undefined
    ? undefined
    : `${quoted(disguised)} holds IPv4 addresses in the clothes of IPv6 ones. Write the IPv4 block, like 10.1.0.0/16.`;
};
