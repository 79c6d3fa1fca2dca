import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { lacksOf } from '#adapters/kubernetes/lacking.ts';
import { renderManifests } from '#adapters/kubernetes/manifests.ts';
import { type Need, needsOfBot, needsOfGuard, needsOfWorker } from '#adapters/kubernetes/needs.ts';
import type { RawClient } from '#adapters/kubernetes/raw-client.ts';
import { collectionPath } from '#adapters/kubernetes/resources.ts';
import type { Manifest } from '#domain/plan.ts';
import { rightsIn, sayRight } from '#domain/rbac/rules.ts';
import type { Config } from '#src/config.ts';
import { tellMissingRights } from '#src/missing-rights.ts';
import { shippedKinds } from '#test/build/shipped-kinds.ts';
import { type RealWorld, startWorld } from './kubernetes-world.ts';

const kinds = shippedKinds();
const files = renderManifests(kinds);
const managed = ['shop', 'ingress-nginx'];
const isAskedIn = (namespace: string): boolean => namespace === 'shop';

type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
};
type Role = { readonly manifest: Manifest; readonly rules: readonly Rule[] };

let real: RealWorld;
const roles: Role[] = [];

const pathOf = ({ apiVersion, kind, metadata }: Manifest): string =>
  collectionPath(apiVersion, `${kind.toLowerCase()}s`, metadata.namespace);

const install = async (path: string, namespace?: string): Promise<void> => {
  for (const document of parseAllDocuments(files.get(path) ?? '')) {
    const read: Manifest = document.toJS();
    if (read.kind === 'Deployment' || read.kind === 'ConfigMap') continue;
    const manifest = namespace === undefined ? read : { ...read, metadata: { ...read.metadata, namespace } };
    await real.setUp('POST', pathOf(manifest), manifest);
    if (manifest.kind === 'Role' || manifest.kind === 'ClusterRole')
      roles.push({ manifest, rules: (manifest as unknown as Role).rules });
  }
};

const authors = ['bot', 'worker', 'guard'] as const;
const needs: Readonly<Record<(typeof authors)[number], readonly Need[]>> = {
  bot: needsOfBot(kinds),
  worker: needsOfWorker(kinds, { home: 'hallpass', managed, isAskedIn, hasGuard: true }),
  guard: needsOfGuard('hallpass'),
};
const clients = new Map<string, RawClient>();

beforeAll(async () => {
  real = await startWorld(
    authors.map((name) => ({
      name: `system:serviceaccount:hallpass:hallpass-${name}`,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:hallpass'],
      token: `token-of-${name}`,
    })),
  );
  for (const name of managed)
    await real.setUp('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const path of [
    'base/namespace.yaml',
    'base/bot/clusterrole.yaml',
    'base/worker/base.yaml',
    'base/worker/clusterrole.yaml',
    'base/worker/clusterrole-around.yaml',
    'base/worker/clusterrole-grants.yaml',
    'components/guard/clusterrole-worker.yaml',
    'components/cluster-wide/clusterrole.yaml',
    'managed/profiles-ingress-nginx.yaml',
    'components/guard/base.yaml',
  ])
    await install(`manifests/${path}`);
  await install('manifests/managed/any-namespace.yaml', 'shop');
  for (const name of authors) clients.set(name, real.client(`system:serviceaccount:hallpass:hallpass-${name}`));
});
afterAll(() => real?.close());

const clientOf = (author: string): RawClient => clients.get(author) ?? expect.fail(`no client for ${author}`);

/** Every right that is missing anywhere, as it is said. */
const missing = async (author: (typeof authors)[number]): Promise<readonly string[]> => {
  const lacks = await lacksOf(clientOf(author), needs[author], 16);
  return [...new Set(lacks.flatMap((lack) => lack.missing.map(sayRight)))];
};

/** The rules without one right. */
const without = (rules: readonly Rule[], right: string): readonly Rule[] =>
  rules.flatMap((rule) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) => {
        const verbs = rule.verbs.filter((verb) => sayRight({ group, resource, verb }) !== right);
        return verbs.length === 0 ? [] : [{ ...rule, apiGroups: [group], resources: [resource], verbs }];
      }),
    ),
  );

const put = ({ manifest }: Role, rules: readonly Rule[]): Promise<unknown> =>
  real.setUp('PUT', `${pathOf(manifest)}/${manifest.metadata.name}`, { ...manifest, rules });

const soon = { timeout: 5_000, interval: 20 };

describe('what a process may not do', () => {
  it.each(authors)('%s lacks nothing under its manifests', async (author) => {
    await expect.poll(() => missing(author), soon).toEqual([]);
  });

  it.each(authors)(
    'of %s each right is named when it is missing, and nothing else',
    async (author) => {
      const own = roles.filter(({ manifest }) => manifest.metadata.name.startsWith(`hallpass-${author}`));
      const rights = new Set(own.flatMap(({ rules }) => rightsIn(rules).map(sayRight)));
      expect(rights.size).toBeGreaterThan(3);
      for (const right of rights) {
        // Whatever gives it: several kinds may need the same.
        const giving = own.filter(({ rules }) => rightsIn(rules).some((one) => sayRight(one) === right));
        for (const role of giving) await put(role, without(role.rules, right));
        await expect.poll(() => missing(author), { ...soon, message: right }).toEqual([right]);
        for (const role of giving) await put(role, role.rules);
        await expect.poll(() => missing(author), { ...soon, message: right }).toEqual([]);
      }
    },
    120_000,
  );

  it('is told to administrators at start, with what gives it', async () => {
    const role = roles.find(({ manifest }) => manifest.metadata.name === 'hallpass-worker-namespaced');
    if (role === undefined) throw new Error('There is no such role');
    await put(role, []);
    const told: object[] = [];
    const config = { home: 'hallpass', managedNamespaces: managed } as unknown as Config;
    const settings = () => ({ kinds, policy: { rules: [] } }) as never;
    const tell = () =>
      tellMissingRights('worker', [clientOf('worker')], config, { settings, alarm: (_, fields) => told.push(fields) });
    const tells = async (): Promise<number> => {
      await tell();
      return told.length;
    };
    await expect.poll(tells, soon).toBeGreaterThan(0);
    expect(told.at(-1)).toMatchObject({
      who: 'worker',
      cluster: 'prod',
      lacks: expect.stringContaining('base/worker/clusterrole.yaml'),
    });
    await put(role, role.rules);
  });
});
