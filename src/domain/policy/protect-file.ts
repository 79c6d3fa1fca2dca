import { z } from 'zod';
import { isLonger } from '#domain/duration.ts';
import { completions, type Protection, revokeAts } from '#domain/guard/protection.ts';
import { personId } from '#domain/ids.ts';
import type { Problem } from '#domain/problem.ts';
import { durationText } from './duration-text.ts';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'not a name; write it in lower case, like "front-ingresses"');
const namespace = z
  .string()
  .regex(/^[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?$/, 'not a namespace, nor a pattern of some, like "shop-*"');
const annotationKey = z
  .string()
  .max(317)
  .regex(
    /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/,
    'not the key of an annotation, as in "acme.test/commit"',
  );

const writer = z.strictObject({
  user: z
    .string()
    .min(1)
    .max(253)
    .describe(
      'As the API server knows it, like "system:serviceaccount:flux-system:kustomize-controller"; "*" is allowed.',
    ),
  name: z.string().trim().min(1).max(60).describe('How approvers are told of it.'),
  responsible: personId.describe('The id of the Slack user who answers for it: is told, and never decides on it.'),
  selfHeals: z.boolean().default(false).describe('Whether it puts back by itself what others change.'),
});

const protection = z.strictObject({
  name,
  clusters: z.array(z.string().min(1)).min(1).default(['*']),
  namespaces: z.array(namespace).min(1, 'protects nothing; name a namespace'),
  resources: z
    .array(z.string().min(1))
    .min(1, 'protects nothing; name a sort of objects, as changes.yaml calls it')
    .describe('Sorts of objects, by their names in changes.yaml.'),
  ignoreAnnotations: z
    .array(annotationKey)
    .default([])
    .describe('Annotations that make no difference, because a pipeline stamps them anew each time.'),
  scalers: z
    .array(z.string().min(1).max(253))
    .default(['system:serviceaccount:kube-system:horizontal-pod-autoscaler'])
    .describe('Who may set how many there are, without being held.'),
  complete: z
    .array(z.enum(completions))
    .min(1, 'nothing that is held could ever come to pass; name "retry", "confirm" or both')
    .default(['retry'])
    .describe(
      '"retry": its author does it again. "confirm": Hallpass does it, once its author has said in Slack that it is theirs.',
    ),
  retryWithin: durationText.optional().describe('How long an approval waits to be used; an hour when left out.'),
  writers: z.array(writer).default([]).describe('Who writes there and is nobody in Slack: pipelines, controllers.'),
  revokeAt: z
    .enum(revokeAts, 'is not "high", "critical" or "never", the risk from which on such a write ends the grant')
    .default('critical')
    .describe(
      'From which risk on a write that is worse than the card of its author’s grant ends that grant. It is held in any case.',
    ),
});

/** `protect` in `rules.yaml`. */
export const protectList = z.array(protection).default([]);
type ProtectList = z.infer<typeof protectList>;

const anHour = Temporal.Duration.from({ hours: 1 });
/** The least that somebody needs to try again, and the most that an approval of what was seen then is good for. */
const [least, most] = [Temporal.Duration.from({ minutes: 1 }), Temporal.Duration.from({ hours: 24 })];

/** Domains under whose keys controllers, and Kubernetes itself, are told what to do: these always make a difference. */
const meaningful = [
  ...['kubernetes.io', 'k8s.io', 'nginx.org', 'nginx.com', 'haproxy.org', 'haproxy.com', 'traefik.io', 'konghq.com'],
  ...['cert-manager.io', 'istio.io', 'linkerd.io', 'cilium.io', 'projectcalico.org', 'projectcontour.io', 'solo.io'],
  ...['getambassador.io', 'apisix.apache.org', 'gloo.solo.io', 'openshift.io', 'amazonaws.com', 'azure.com'],
  ...['google.com', 'cloud.google.com', 'keda.sh', 'stakater.com'],
];
const isMeaningful = (key: string): boolean => {
  const prefix = key.split('/').at(-2) ?? '';
  const isTold = meaningful.some((domain) => prefix === domain || prefix.endsWith(`.${domain}`));
  return isTold && key !== 'kubernetes.io/change-cause';
};

/** What the schema cannot see. */
export const problemsOfProtect = (list: ProtectList): readonly Problem[] =>
  list.flatMap((one, index) => [
    ...(list.findIndex((other) => other.name === one.name) < index
      ? [{ path: [index, 'name'], message: `there are two protections "${one.name}"; give each its own name` }]
      : []),
    ...one.ignoreAnnotations.flatMap((key, place) =>
      isMeaningful(key)
        ? [
            {
              path: [index, 'ignoreAnnotations', place],
              message: `"${key}" tells a controller what to do, so that it always makes a difference. Leave it out`,
            },
          ]
        : [],
    ),
    ...(one.retryWithin !== undefined && (isLonger(least, one.retryWithin) || isLonger(one.retryWithin, most))
      ? [
          {
            path: [index, 'retryWithin'],
            message:
              'is not between 1m and 24h. Write it like "30m"; an approval of what was seen is good for a day at most',
          },
        ]
      : []),
  ]);

export const protectionsIn = (list: ProtectList): readonly Protection[] =>
  list.map(({ retryWithin = anHour, ...rest }) => ({ ...rest, retryWithin }));

/** The names of sorts that are protected, with where they stand. */
export const resourcesIn = (list: ProtectList): readonly (readonly [name: string, path: Problem['path']])[] =>
  list.flatMap(({ resources }, index) =>
    resources.map((resource, place) => [resource, [index, 'resources', place]] as const),
  );
