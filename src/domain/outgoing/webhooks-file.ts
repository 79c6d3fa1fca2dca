import { z } from 'zod';
import type { Problem } from '#domain/problem.ts';
import { isLoopback, isMetadataHost } from './address.ts';
import { eventNames } from './destination.ts';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'not a name; write it in lower case, like "tickets"')
  .describe(
    'How it is called in messages and metrics. Under it is kept how far it has come: another name begins anew.',
  );
const patterns = z.array(z.string().min(1)).min(1, 'fits nothing; name a pattern, or leave it out').default(['*']);
const file = z.string().trim().min(1, 'names no file');

const destination = z.strictObject({
  name,
  url: z
    .string()
    .check(({ value, issues }) => {
      for (const message of problemsOfUrl(value)) issues.push({ code: 'custom', input: value, message });
    })
    .describe(
      'https://…; http:// to 127.0.0.1 or localhost only. It may hold a secret: only its host is ever repeated.',
    ),
  events: z
    .array(
      z.enum(eventNames, { error: `not an event. Write one of ${eventNames.map((one) => `"${one}"`).join(', ')}.` }),
    )
    .min(1, 'none would ever go there; name an event, or "*" for all')
    .describe('Which events go there; "*" are all, also those of later versions.'),
  clusters: patterns,
  namespaces: patterns,
  kinds: patterns,
  rules: patterns.describe('Names of the rules by which requests were filed.'),
  signingKeyFile: file.describe(
    'A file with one key, or two while it is replaced, each on its line: whsec_ and base64.',
  ),
  caFile: file.optional().describe('A file (PEM): only a server with a certificate of this authority is believed.'),
  history: z
    .boolean()
    .default(false)
    .describe('The first time, send all there is; otherwise it begins with what happens then.'),
  skip: z
    .array(
      z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'not the id of an event: 64 digits and letters from a to f, as the alarm says it'),
    )
    .max(100, 'more than 100; mend the receiver, and take those out that are past')
    .default([])
    .describe('Ids of events that are left out, because the receiver refuses them for ever and others wait behind.'),
  linkLocal: z
    .boolean()
    .default(false)
    .describe('It is meant to be at a link-local address, or at one where clouds keep credentials.'),
});

/** `webhooks.yaml`: where events go, signed. */
export const webhooksFile = z.strictObject({
  source: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'not a URI. Write it like "https://hallpass.example.com", or leave it out.')
    .refine((text) => URL.canParse(text, 'https://none.invalid'), {
      error: 'not a URI. Write it like "https://hallpass.example.com", or leave it out.',
    })
    .default('/hallpass')
    .describe('Says in each event which Hallpass it comes from, where a receiver hears of several.'),
  destinations: z
    .array(destination)
    .min(1, 'there are none; name one, or unset HALLPASS_WEBHOOKS')
    // Each has a loop and a connection to Redis of its own.
    .max(20, 'more than 20; let one receiver hand them on'),
});
export type WebhooksFile = z.infer<typeof webhooksFile>;

/** What the schema cannot see. */
export const problemsOfWebhooks = ({ destinations }: WebhooksFile): readonly Problem[] =>
  destinations.flatMap(({ name: called, url, linkLocal }, index) => {
    const isTwice = destinations.findIndex((other) => other.name === called) < index;
    const { hostname } = new URL(url);
    return [
      ...(isTwice
        ? [
            {
              path: ['destinations', index, 'name'],
              message: `there are two destinations "${called}"; give each its own name`,
            },
          ]
        : []),
      ...(!linkLocal && isMetadataHost(hostname)
        ? [
            {
              path: ['destinations', index, 'url'],
              message: `leads to "${hostname}", a link-local address or one where clouds keep credentials. Correct it, or say "linkLocal: true" if it is meant.`,
            },
          ]
        : []),
    ];
  });

/** The address is not repeated: it may be secret. */
function problemsOfUrl(text: string): readonly string[] {
  const spelling = 'Write it like https://tickets.example.com/hooks/hallpass';
  if (!URL.canParse(text)) return [`not a URL. ${spelling}.`];
  const { protocol, hostname, username, password, hash } = new URL(text);
  const isSecure = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
  return [
    ...(isSecure ? [] : [`not a URL that starts with https://. ${spelling}; http:// will do for 127.0.0.1 only.`]),
    ...(username === '' && password === ''
      ? []
      : ['holds a user or a password, which would not be sent. Take them out; the signature says who sends.']),
    ...(hash === '' ? [] : ['holds a "#", and what is behind it would not be sent. Take it out.']),
  ];
}
