import { z } from 'zod';
import type { Permissions, PolicyRule } from '#kinds/kind.ts';
import { type GrantRule, handlesRoles } from '#kinds/role-pair.ts';

/** What can be done with a pod, the strongest first. */
const ways = ['exec', 'port-forward', 'logs'] as const;
export type Way = (typeof ways)[number];

const profile = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'not a name; names are in lower case, with - between')
    .describe('What rules name under match.profiles, and what people type.'),
  title: z.string().min(1).max(70).describe('What the form offers and the card shows, as in "Run commands in pods".'),
  caution: z.string().max(300).optional().describe('What an approver should know beside what Hallpass says itself.'),
  gives: z
    .array(z.enum(ways))
    .min(1)
    .transform((some) => ways.filter((way) => some.includes(way)))
    .describe('What its holder may do with the pods named: read their logs, run commands in them, reach their ports.'),
});
export type Profile = z.infer<typeof profile>;

export const profilesFile = z
  .strictObject({ profiles: z.array(profile).min(1) })
  .describe('What can be done with named pods for a time. It is the ceiling of what can ever be granted so.');

const rule = (resource: string, ...verbs: readonly string[]): PolicyRule => ({
  apiGroups: [''],
  resources: [resource],
  verbs,
});

/** Over a WebSocket exec and port-forward begin with `get`, else with `create`. */
const rulesOf: Readonly<Record<Way, PolicyRule>> = {
  exec: rule('pods/exec', 'create', 'get'),
  'port-forward': rule('pods/portforward', 'create', 'get'),
  logs: rule('pods/log', 'get'),
};

/** All of a profile, the strongest first. kubectl looks at a pod before it does anything with it. */
export const rulesIn = ({ gives }: Pick<Profile, 'gives'>): readonly PolicyRule[] => [
  ...gives.map((way) => rulesOf[way]),
  rule('pods', 'get'),
];

/** The same for these pods alone. What is created below a pod has its name, so that names narrow it too. */
export const rulesFor = (given: Pick<Profile, 'gives'>, pods: readonly string[]): readonly GrantRule[] =>
  rulesIn(given).map((one) => ({ ...one, resourceNames: [...pods] }));

/** The worker holds what it gives, or the API server would not let it. */
export const permissionsOf = (profiles: readonly Profile[]): Permissions => ({
  namespaced: [
    handlesRoles(),
    ...rulesIn({ gives: ways.filter((way) => profiles.some(({ gives }) => gives.includes(way))) }),
  ],
  inNamespaces: {},
  clusterWide: [],
});
