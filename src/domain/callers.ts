import { z } from 'zod';
import { matches } from '#domain/policy/policy.ts';
import { type PersonId, personId } from './ids.ts';
import type { KubernetesIdentity } from './plan.ts';
import type { Problem } from './problem.ts';

/** Names of Kubernetes: of a ServiceAccount, of a namespace. */
const label = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'not a name of Kubernetes, as "deployer" is');

/** OpenID Connect Discovery 1.0, 2: https, without query and fragment; plain http only on this machine. */
const issuer = z
  .string()
  .max(500)
  .regex(
    /^(https:\/\/[^\s?#/]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?)(\/[^\s?#]*)?$/,
    'not the address of an issuer. Write it like "https://gitlab.acme.test".',
  );

/** `*` stands for any run of characters. One of nothing else would let in whoever the issuer knows. */
const claim = z
  .string()
  .max(500)
  .refine((text) => text.replaceAll('*', '') !== '', 'has to say something beside "*": it is to tell who may ask');

const serviceAccount = z.strictObject({ cluster: z.string().min(1), namespace: label, name: label });

const oidc = z
  .strictObject({
    issuer: issuer.describe('The token’s `iss`, exactly.'),
    claims: z
      .record(z.string().min(1).max(100), claim)
      .refine((claims) => Object.keys(claims).length > 0, 'say by which claims it is known, as "sub" or "repository"')
      .describe('What the token has to claim, each of them; `*` stands for any run of characters.'),
  })
  .describe('Known by a token of this issuer whose audience is Hallpass.');

/** A pipeline or an agent that asks over the API. */
export const callerLine = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'not a name; names are in lower case, with - between')
      .describe('What it is called on cards.'),
    responsible: personId.describe('The id of the Slack user who answers for it, and never decides on what it asks.'),
    serviceAccount: serviceAccount.optional().describe('Known by a token of this ServiceAccount.'),
    oidc: oidc.optional(),
    agent: z.literal(true).optional().describe('It decides by itself what to ask for; cards say so.'),
    kubernetes: z
      .strictObject({
        user: z
          .string()
          .min(1)
          .max(253)
          .refine(
            (user) => !user.startsWith('system:'),
            'names that start with "system:" belong to Kubernetes itself; a ServiceAccount is known by "serviceAccount"',
          ),
        groups: z.array(z.string().min(1).max(253)).default([]),
      })
      .optional()
      .describe('Who it is in clusters, for access of its own; a ServiceAccount is known by itself.'),
  })
  .refine(
    ({ serviceAccount: account, oidc: token }) => (account === undefined) !== (token === undefined),
    'needs either "serviceAccount" or "oidc", by which it is known',
  )
  .refine(
    ({ serviceAccount: account, kubernetes }) => account === undefined || kubernetes === undefined,
    'is a ServiceAccount, and so known to the cluster as that; leave "kubernetes" out',
  );
type CallerLine = z.infer<typeof callerLine>;

/** How a person is known over the API. */
export const personToken = z
  .strictObject({
    issuer: issuer.describe('The token’s `iss`, exactly.'),
    subject: z.string().min(1).max(255).describe('The token’s `sub`, exactly: what the issuer never gives to another.'),
    client: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe(
        'The client with which they sign in, where it is another than the audience; a token that another program was given is not theirs.',
      ),
    mayDecide: z.literal(true).optional().describe('They may approve and deny over the API too, under the same rules.'),
  })
  .describe('Who they are over the API and on the command line.');

export type Caller = {
  readonly name: string;
  readonly responsible: PersonId;
  readonly isAgent: boolean;
  readonly knownBy:
    | { readonly type: 'service-account'; readonly cluster: string; readonly user: string }
    | { readonly type: 'oidc'; readonly issuer: string; readonly claims: Readonly<Record<string, string>> };
  /** For whom in the cluster access of its own is; absent for one that has none. */
  readonly kubernetes: KubernetesIdentity | undefined;
};

/** A person who is known by a token. */
export type TokenPerson = {
  readonly person: PersonId;
  readonly issuer: string;
  readonly subject: string;
  /** The client with which they sign in, where it is not Hallpass' own. */
  readonly client?: string | undefined;
  readonly mayDecide: boolean;
};

export const callersIn = (lines: readonly CallerLine[]): readonly Caller[] =>
  lines.map(({ name, responsible, agent, serviceAccount: account, oidc: token, kubernetes }) => ({
    name,
    responsible,
    isAgent: agent === true,
    knownBy:
      account === undefined
        ? { type: 'oidc', issuer: token?.issuer ?? '', claims: token?.claims ?? {} }
        : { type: 'service-account', cluster: account.cluster, user: userOf(account) },
    kubernetes: kubernetes ?? (account === undefined ? undefined : identityOfAccount(account)),
  }));

const userOf = ({ namespace, name }: z.infer<typeof serviceAccount>): string =>
  `system:serviceaccount:${namespace}:${name}`;

/** The groups of a ServiceAccount by its user; undefined for any other user. */
export const groupsOfAccount = (user: string): readonly string[] | undefined => {
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user) ?? [];
  return namespace === undefined
    ? undefined
    : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
};

/** As the API server has it (Kubernetes, "Authenticating", service account tokens). */
const identityOfAccount = (account: z.infer<typeof serviceAccount>): KubernetesIdentity => ({
  user: userOf(account),
  groups: [...(groupsOfAccount(userOf(account)) ?? [])],
});

/** What a token that was verified says; other claims than text are none. */
export type Verified =
  | { readonly type: 'service-account'; readonly cluster: string; readonly user: string }
  | {
      readonly type: 'oidc';
      readonly issuer: string;
      readonly claims: Readonly<Record<string, string>>;
      /** When they proved who they are (`auth_time`), in seconds since 1970; 0 where it does not say. */
      readonly provenAt: number;
      /** Until when it is good, in seconds since 1970. */
      readonly until: number;
      /** It acts for whoever it names, and is not them (RFC 8693). */
      readonly isDelegated: boolean;
      /** The program that it was given to, where that is another than Hallpass' own. */
      readonly client?: string;
    };

/** Whether what it is in a cluster, it is in this one. */
export const isIn = ({ knownBy }: Caller, cluster: string): boolean =>
  knownBy.type === 'oidc' || knownBy.cluster === cluster;

/** Whose token it is. Two that fit are nobody: each is to be one. */
export const callerOf = (callers: readonly Caller[], token: Verified): Caller | undefined => {
  const [found, ...more] = callersOf(callers, token);
  return more.length === 0 ? found : undefined;
};

/** All lines that a token fits. */
export const callersOf = (callers: readonly Caller[], token: Verified): readonly Caller[] =>
  callers.filter((caller) => isOf(caller, token));

const isOf = ({ knownBy }: Caller, token: Verified): boolean => {
  if (knownBy.type === 'service-account')
    return token.type === knownBy.type && token.cluster === knownBy.cluster && token.user === knownBy.user;
  if (token.type !== 'oidc' || token.issuer !== knownBy.issuer) return false;
  return Object.entries(knownBy.claims).every(([name, pattern]) => {
    const value = Object.hasOwn(token.claims, name) ? token.claims[name] : undefined;
    return value !== undefined && matches(pattern, value);
  });
};

/** Names that are there twice, and tokens that would be of two. */
export const doubledIn = (callers: readonly CallerLine[]): readonly Problem[] =>
  callers.flatMap((caller, index) => {
    const before = callers.slice(0, index);
    const path = ['callers', index];
    if (before.some(({ name }) => name === caller.name))
      return [{ path: [...path, 'name'], message: `caller "${caller.name}" is there twice; give each its own name` }];
    const same = before.find((other) => sameToken(other, caller));
    return same === undefined
      ? []
      : [{ path, message: `"${same.name}" and "${caller.name}" would be known by the same token; each needs its own` }];
  });

const sameToken = (one: CallerLine, other: CallerLine): boolean =>
  JSON.stringify([one.serviceAccount, one.oidc]) === JSON.stringify([other.serviceAccount, other.oidc]);
