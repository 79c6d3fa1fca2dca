import { z } from 'zod';
import {
  type Caller,
  callerLine,
  callersIn as callersOf,
  doubledIn,
  personToken,
  type TokenPerson,
} from './callers.ts';
import { type IdentityTemplate, mayBeOfSystem } from './identity-template.ts';
import { personId } from './ids.ts';
import type { Identity } from './people.ts';
import type { Problem } from './problem.ts';

const notSystem = (text: string): boolean => !text.startsWith('system:');
const kubernetesName = z
  .string()
  .min(1)
  .max(253)
  .refine(notSystem, 'names that start with "system:" belong to Kubernetes itself; no person is one of them');

/** Everything that it makes a user of an address from is said: nobody is anybody by what is left out. */
const template = z.strictObject({
  domain: z
    .string()
    .max(253)
    .regex(
      /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'not a domain in lower case. Write it like "acme.test"; subdomains are domains of their own.',
    )
    .describe('What stands behind the "@", exactly; no other domain and no subdomain.'),
  user: kubernetesName
    .regex(
      /^[A-Za-z0-9@._:/#-]*\{local\}[A-Za-z0-9@._:/#-]*$/,
      'has to hold "{local}" once, for what stands before the "@", as "{local}@acme.test" does',
    )
    .refine((user) => !mayBeOfSystem(user), 'could become a name that starts with "system:", which is Kubernetes’ own')
    .describe(
      'As the API server knows people, as in "{local}@acme.test"; what stands before the "@" is in lower case.',
    ),
  groups: z
    .array(kubernetesName)
    .default([])
    .describe('The groups of all of them, as the API server knows them: they tell what somebody may do already.'),
  never: z
    .array(z.string().regex(/^[a-z0-9._-]{1,64}$/, 'not what stands before the "@" of an address, in lower case'))
    .default([])
    .describe(
      'What stands before the "@" of addresses that several people read. Usual ones (root, ops, …) never count.',
    ),
  trustSlackAddresses: z
    .literal(true, { error: 'write "trustSlackAddresses: true" if who manages addresses in Slack may say who is who' })
    .describe('Who can change the addresses of people in Slack can then say who is who in the cluster.'),
});

/** `identities.yaml`: which Slack user is which Kubernetes user. No name maps people, and an e-mail address by opt-in only. */
export const identitiesFile = z
  .strictObject({
    people: z.array(
      z.strictObject({
        slack: personId.describe('The id of the Slack user ("Copy member ID" in the profile), never a name.'),
        kubernetes: z.strictObject({
          user: kubernetesName.describe('As the API server knows the person.'),
          groups: z
            .array(kubernetesName)
            .default([])
            .describe('As the API server knows them: they tell what somebody may do already.'),
        }),
        oidc: personToken.optional(),
      }),
    ),
    callers: z
      .array(callerLine)
      .default([])
      .describe('Pipelines and agents that may ask over the API, each on the account of somebody who answers for it.'),
    template: template
      .optional()
      .describe(
        'For people without a line: their user from their confirmed e-mail address in Slack. Off when left out.',
      ),
  })
  .describe('Which Slack user is which Kubernetes user, one to one.');
type IdentitiesFile = z.infer<typeof identitiesFile>;

/** Two people on one Kubernetes user, or one person twice. Both would let somebody approve for themselves. */
export const sharedIn = ({ people, callers }: IdentitiesFile): readonly Problem[] => [
  ...sharedAmong(people),
  ...sharedTokens(people),
  ...doubledIn(callers),
  ...sharedWithCallers(people, callers),
];

type People = IdentitiesFile['people'];

/** One token for two people: what one does would be done by the other. */
const sharedTokens = (people: People): readonly Problem[] =>
  people.flatMap(({ slack, oidc }, index) => {
    const same = people
      .slice(0, index)
      .find((other) => oidc !== undefined && other.oidc?.issuer === oidc.issuer && other.oidc.subject === oidc.subject);
    return same === undefined
      ? []
      : [
          {
            path: ['people', index, 'oidc'],
            message: `${same.slack} and ${slack} would be known by the same token; each needs their own`,
          },
        ];
  });

/** What a pipeline is in the cluster nobody else is: who may do what would be told by the wrong one. */
const sharedWithCallers = (people: People, callers: IdentitiesFile['callers']): readonly Problem[] => {
  const taken = new Map(people.map(({ slack, kubernetes: { user } }) => [user.toLowerCase(), slack as string]));
  return callersOf(callers).flatMap(({ name, kubernetes, knownBy }, index) => {
    // A ServiceAccount is one of its own cluster, and no person is any.
    const user = knownBy.type === 'oidc' ? kubernetes?.user.toLowerCase() : undefined;
    if (user === undefined) return [];
    const other = taken.get(user);
    taken.set(user, name);
    return other === undefined
      ? []
      : [
          {
            path: ['callers', index],
            message: `${other} and "${name}" would be the same Kubernetes user; each needs their own`,
          },
        ];
  });
};

const sharedAmong = (people: People): readonly Problem[] => {
  const seen = new Set<string>();
  const byUser = new Map<string, string>();
  return people.flatMap(({ slack, kubernetes }, index) => {
    const user = kubernetes.user.toLowerCase();
    const again = seen.has(slack);
    const shared = byUser.get(user);
    seen.add(slack);
    if (shared === undefined) byUser.set(user, slack);
    if (again)
      return [
        { path: ['people', index, 'slack'], message: `${slack} is there twice; a person is one Kubernetes user` },
      ];
    if (shared === undefined) return [];
    return [
      {
        path: ['people', index, 'kubernetes', 'user'],
        message: `${shared} and ${slack} would be the same Kubernetes user; each needs their own`,
      },
    ];
  });
};

export const identitiesIn = ({ people }: IdentitiesFile): readonly Identity[] =>
  people.map(({ slack, kubernetes }) => ({ person: slack, kubernetes }));

export const templateIn = ({ template }: IdentitiesFile): IdentityTemplate | undefined => {
  if (template === undefined) return undefined;
  const { trustSlackAddresses: _, ...rest } = template;
  return rest;
};

export const callersIn = ({ callers }: IdentitiesFile): readonly Caller[] => callersOf(callers);

export const tokenPeopleIn = ({ people }: IdentitiesFile): readonly TokenPerson[] =>
  people.flatMap(({ slack, oidc }) =>
    oidc === undefined
      ? []
      : [
          {
            person: slack,
            issuer: oidc.issuer,
            subject: oidc.subject,
            client: oidc.client,
            mayDecide: oidc.mayDecide === true,
          },
        ],
  );
