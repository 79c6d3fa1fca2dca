import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { examineCluster } from '#adapters/kubernetes/examine.ts';
import { against, status } from '#test/contract/parts/bad-server.ts';

const readAll = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
};

type Said = { readonly version?: object; readonly holds?: boolean; readonly namespace?: 'there' | 'ending' | 'broken' };

/** An API server that says this, and knows us as the worker. */
const serverThat = ({ version, holds = true, namespace = 'there' }: Said) =>
  against(async (request, response) => {
    const asked = await readAll(request);
    const answer = (body: object, code = 200): void => void response.writeHead(code).end(JSON.stringify(body));
    const { url = '' } = request;
    if (url.endsWith('/selfsubjectreviews')) return answer({ status: { userInfo: { username: 'worker' } } });
    if (url.endsWith('/selfsubjectaccessreviews')) {
      const isPower = /escalate|bind"|impersonate|"\*"/.test(asked);
      return answer({ status: { allowed: !isPower && holds } });
    }
    if (url === '/version')
      return version === undefined ? void response.writeHead(403).end(status(403, 'Forbidden', 'no')) : answer(version);
    if (namespace === 'broken') return void response.writeHead(500).end(status(500, 'InternalError', 'etcd is away'));
    const metadata = { name: 'shop', uid: 'u', ...(namespace === 'ending' ? { deletionTimestamp: 'now' } : {}) };
    return answer({ apiVersion: 'v1', kind: 'Namespace', metadata });
  });

const need = {
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  remedy: 'apply it',
  whenMissing: 'wrong' as const,
};
const found = async (said: Said): Promise<readonly string[]> => {
  const { findings } = await examineCluster(await serverThat(said), [need], ['shop']);
  return findings.map(({ type, text }) => `${type}: ${text}`);
};
const modern = { major: '1', minor: '33+', gitVersion: 'v1.33.4-eks-1' };

it('a server of today is fine, and says who we are', async () => {
  expect(await found({ version: modern })).toEqual([
    'fine: The API server takes it for worker.',
    'fine: It holds no power that would let it grant anything: escalate, bind, impersonate, wildcards.',
    'fine: It runs Kubernetes v1.33.4-eks-1.',
    'fine: There are the namespaces "shop".',
    'fine: It holds all rights that it needs in the whole cluster (1).',
  ]);
});

it.each([
  [
    'an old one is looked at twice',
    { version: { ...modern, minor: '24', gitVersion: 'v1.24.0' } },
    'caution: It runs Kubernetes v1.24.0',
  ],
  ['one that hides its version is looked at by hand', {}, 'caution: It does not say its version.'],
  [
    'a namespace that is being deleted will not do',
    { version: modern, namespace: 'ending' },
    'wrong: Namespace "shop" is being deleted.',
  ],
  [
    'what cannot be told is said',
    { version: modern, namespace: 'broken' },
    'wrong: Whether namespace "shop" is there cannot be told: ',
  ],
  [
    'a right that is missing is named',
    { version: modern, holds: false },
    'wrong: It lacks 1 of 1 rights in the whole cluster: get pods. Give them: apply it',
  ],
] as const)('%s, and all the rest is looked at', async (_, said, expected) => {
  const lines = await found(said);
  expect(lines).toContainEqual(expect.stringContaining(expected));
  expect(lines.filter((line) => !line.startsWith('fine'))).toHaveLength(1);
  expect(lines).toHaveLength(5);
});

it('a server that fails in the middle: what was found before stands', async () => {
  const lines = await found({ version: { nonsense: true } });
  expect(lines).toEqual([
    'fine: The API server takes it for worker.',
    expect.stringMatching(/^fine: It holds no power/),
    expect.stringMatching(
      /^wrong: Cluster "prod" did not give what was asked for.* Nothing else of this cluster could be looked at\.$/,
    ),
  ]);
});
