import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { type RequestId, requestId } from '#domain/ids.ts';
import type { Stand } from '#local/stand.ts';
import type { Write } from './plan.ts';

const rbac = 'rbac.authorization.k8s.io';
const group = 'networking.k8s.io';
const namespace = 'shop-front';
const place = `/apis/${group}/v1/namespaces/${namespace}/networkpolicies`;
const written = 'chaos.acme.test/written';

const nameOf = ({ nth }: Pick<Write, 'nth'>): string => `guarded-${nth}`;

/** How the objects stand of which writes are held; `there` as a write would have them. */
export type Way = 'there' | 'back';

const policyOf = (nth: number) => ({
  apiVersion: `${group}/v1`,
  kind: 'NetworkPolicy',
  metadata: { name: nameOf({ nth }), namespace, labels: { [written]: 'not-yet' } },
  spec: { podSelector: { matchLabels: { app: nameOf({ nth }) } }, ...specWith(999) },
});
const specWith = (port: number) => ({
  ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ protocol: 'TCP', port }] }],
});

/**
 * Has writes to NetworkPolicies held, before a guard is there: nothing else that is asked for in a round writes any, so that it goes on
 * while no guard answers. Alice may write two of them by herself.
 */
export const protect = async ({ folder, admin }: Stand): Promise<void> => {
  const file = join(folder, 'policy', 'rules.yaml');
  const text = await readFile(file, 'utf8');
  const changed = text.replace('resources: [ingresses]', 'resources: [networkpolicies]');
  if (changed === text) throw new Error('The policy of the shop protects no Ingresses any more');
  await writeFile(file, changed);
  for (const nth of [0, 1]) await admin.send('POST', place, policyOf(nth));
  const metadata = { name: 'guarded', namespace };
  const resourceNames = [0, 1].map((nth) => nameOf({ nth }));
  await admin.send('POST', `/apis/${rbac}/v1/namespaces/${namespace}/roles`, {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata,
    rules: [{ apiGroups: [group], resources: ['networkpolicies'], verbs: ['get', 'patch'], resourceNames }],
  });
  await admin.send('POST', `/apis/${rbac}/v1/namespaces/${namespace}/rolebindings`, {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'guarded' },
    subjects: [{ apiGroup: rbac, kind: 'User', name: 'alice@acme.test' }],
  });
};

const live = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()) }),
  spec: z.object({ ingress: z.tuple([z.object({ ports: z.tuple([z.object({ port: z.int() })]) })]) }),
});
/** What a write changes, as it stands. */
type Standing = { readonly label: string; readonly port: number };

/** Undefined where the API server does not say. */
export const standing = async ({ admin }: Pick<Stand, 'admin'>, write: Write): Promise<Standing | undefined> => {
  try {
    const { status, body } = await admin.send('GET', `${place}/${nameOf(write)}`);
    const read = live.safeParse(body);
    if (status !== 200 || !read.success) return undefined;
    const { metadata, spec } = read.data;
    return { label: metadata.labels[written] ?? '', port: spec.ingress[0].ports[0].port };
  } catch {
    return undefined;
  }
};

/** What a write of a round makes of it, and nothing else does. */
const wanted = (round: number, { nth }: Write): Standing => ({
  label: `w${round}-${nth}`,
  port: 1_000 + ((2 * round + nth) % 60_000),
});

export const isThere = (round: number, write: Write, { label, port }: Standing): boolean =>
  write.part === 'label' ? label === wanted(round, write).label : port === wanted(round, write).port;

const said = z.object({ message: z.string() });

/** What somebody with kubectl was answered; without `status` nothing. */
export type Reply = {
  readonly status?: number;
  readonly held?: RequestId;
  readonly message: string;
  readonly warning: string;
};

/** Writes as Alice, straight to the API server. */
export const writeTo = async (
  { plane, hands }: { readonly plane: Stand['plane']; readonly hands: Dispatcher },
  { part, nth }: Pick<Write, 'part' | 'nth'>,
  to: Standing,
  query = '',
): Promise<Reply> => {
  const body = part === 'label' ? { metadata: { labels: { [written]: to.label } } } : { spec: specWith(to.port) };
  try {
    const answer = await request(`${plane.url}${place}/${nameOf({ nth })}${query}`, {
      dispatcher: hands,
      method: 'PATCH',
      signal: AbortSignal.timeout(8_000),
      headers: { authorization: 'Bearer local-alice@acme.test', 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify(body),
    });
    const read = said.safeParse(await answer.body.json());
    const message = read.success ? read.data.message : '';
    const [, id] = /request ([2-9a-z]{4}-[2-9a-z]{2})/.exec(message) ?? [];
    const held = requestId.safeParse(id);
    return {
      status: answer.statusCode,
      message,
      warning: String(answer.headers.warning ?? ''),
      ...(answer.statusCode === 403 && held.success ? { held: held.data } : {}),
    };
  } catch (cause) {
    return { message: String(cause), warning: '' };
  }
};

/** The API server learns of its webhook a moment after it is there, and of the guard's certificate. */
export const untilAsked = async (reached: Parameters<typeof writeTo>[0]): Promise<void> => {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await wait(200)) {
    const tried = { label: 'tried', port: 1 };
    const { warning } = await writeTo(reached, { part: 'label', nth: 0 }, tried, '?dryRun=All');
    if (warning.includes('would be held')) return;
  }
  throw new Error('The API server does not ask the guard');
};

/** What a write is to make of it: on the way back, what was before. */
export const aim = (round: number, write: Write, way: Way, before: Standing): Standing =>
  way === 'there' ? wanted(round, write) : before;
