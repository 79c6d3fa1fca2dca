import { z } from 'zod';
import { inLanes } from '#domain/lanes.ts';
import { heldOf } from '#domain/rbac/held.ts';
import { type RbacRule, type Right, rbacRule, rightsIn } from '#domain/rbac/rules.ts';
import { known, may } from './identity.ts';
import type { Need } from './needs.ts';
import type { RawClient } from './raw-client.ts';

/** What of a need is not held: of so many rights these. */
export type Lack = { readonly need: Need; readonly rights: readonly Right[]; readonly missing: readonly Right[] };

const rulesReview = z.object({
  status: z.object({ incomplete: z.boolean(), resourceRules: z.array(rbacRule).nullish() }),
});

/**
 * What Hallpass may do in a namespace, by one SelfSubjectRulesReview (authorization.k8s.io/v1): what is there it may do. Where another
 * authorizer than RBAC is asked as well it may be able to do more.
 */
const rulesIn = async (
  client: RawClient,
  namespace: string,
): Promise<{ readonly rules: readonly RbacRule[]; readonly isAll: boolean }> => {
  const apiVersion = 'authorization.k8s.io/v1';
  const call = {
    method: 'POST',
    path: `/apis/${apiVersion}/selfsubjectrulesreviews`,
    body: { apiVersion, kind: 'SelfSubjectRulesReview', spec: { namespace } },
    saying: `list what Hallpass may do in "${namespace}"`,
  } as const;
  const { incomplete, resourceRules } = (await known(client, client.call(call, rulesReview))).status;
  return { rules: resourceRules ?? [], isAll: !incomplete };
};

/**
 * Holds what a process needs against what it may do, need by need, with so many questions at a time. One question tells what is held in
 * a namespace; what that does not tell, and what is about the whole cluster or one object, is asked right by right. Throws at the first
 * that is not answered.
 */
export const lacksOf = async (client: RawClient, needs: readonly Need[], atOnce: number): Promise<readonly Lack[]> => {
  const inNamespace = new Map<string, ReturnType<typeof rulesIn>>();
  const lacks: Lack[] = [];
  for (const need of needs) {
    const { rules, namespace, object } = need;
    const rights = rightsIn(rules);
    let open: readonly Right[] = rights;
    if (namespace !== undefined && object === undefined) {
      const asked = inNamespace.get(namespace) ?? rulesIn(client, namespace);
      inNamespace.set(namespace, asked);
      const held = await asked;
      open = rights.filter((right) => heldOf(right, held.rules).type !== 'whole');
      if (held.isAll) {
        lacks.push({ need, rights, missing: open });
        continue;
      }
    }
    const answers = await inLanes(open, atOnce, (right) => may(client, probeOf(right, namespace, object)));
    const missing = open.filter((_, index) => {
      const answer = answers[index];
      if (answer?.status === 'rejected') throw answer.reason;
      return answer?.value !== true;
    });
    lacks.push({ need, rights, missing });
  }
  return lacks;
};

const probeOf = ({ group, resource: path, verb }: Right, namespace: string | undefined, name: string | undefined) => {
  const [resource = path, subresource] = path.split('/');
  return {
    verb,
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
};
