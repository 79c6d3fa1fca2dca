import { z } from 'zod';
import { personId } from './ids.ts';
import type { Identity } from './people.ts';
import type { Problem } from './problem.ts';

const notSystem = (text: string): boolean => !text.startsWith('system:');
const kubernetesName = z
  .string()
  .min(1)
  .max(253)
  .refine(notSystem, 'names that start with "system:" belong to Kubernetes itself; no person is one of them');

/** `identities.yaml`: which Slack user is which Kubernetes user. Nothing else maps people, no e-mail and no name. */
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
      }),
    ),
  })
  .describe('Which Slack user is which Kubernetes user, one to one.');
type IdentitiesFile = z.infer<typeof identitiesFile>;

/** Two people on one Kubernetes user, or one person twice. Both would let somebody approve for themselves. */
export const sharedIn = ({ people }: IdentitiesFile): readonly Problem[] => {
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
