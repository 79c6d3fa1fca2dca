import { z } from 'zod';
import type { RawClient } from './raw-client.ts';

const answer = z.object({
  status: z.object({
    authenticated: z.boolean().optional(),
    audiences: z.array(z.string()).optional(),
    /** Empty for a token that it does not know. */
    user: z.object({ username: z.string().optional() }).optional(),
  }),
});

/**
 * Asks the API server whose token this is (`TokenReview`, authentication.k8s.io/v1). Undefined for one that it does not know, that
 * is over, or that was made for another audience; a server that says no audience looked at none. Throws when it does not answer.
 */
export const reviewToken = async (client: RawClient, token: string, audience: string): Promise<string | undefined> => {
  const apiVersion = 'authentication.k8s.io/v1';
  const { status } = await client.call(
    {
      method: 'POST',
      path: `/apis/${apiVersion}/tokenreviews`,
      body: { apiVersion, kind: 'TokenReview', spec: { token, audiences: [audience] } },
      saying: 'say whose a token is',
    },
    answer,
  );
  if (status.authenticated !== true || status.audiences?.includes(audience) !== true) return undefined;
  return status.user?.username || undefined;
};
