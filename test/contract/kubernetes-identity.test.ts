import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import { rootCertificates, TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { createClusterReader, createClusterWriter } from '#adapters/kubernetes/cluster.ts';
import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import { isKubernetesFault } from '#adapters/kubernetes/fault.ts';
import { checkIdentity } from '#adapters/kubernetes/identity.ts';
import { createRawClient, type RawClient } from '#adapters/kubernetes/raw-client.ts';
import { accessSorts } from '#kinds/access/sorts.ts';
import { isClusterRefusal } from '#use-cases/ports.ts';
import { editIngresses, roleIn } from './kubernetes-suite.ts';
import { type RealWorld, startWorld } from './kubernetes-world.ts';

const users = [
  { name: 'root', groups: ['system:masters'], token: 'token-of-root' },
  { name: 'nobody', groups: [], token: 'token-of-nobody' },
];
const quiet = { sorts: accessSorts, namespaces: [], alarm: () => {} };
let real: RealWorld;
beforeAll(async () => {
  real = await startWorld(users);
});
afterAll(() => real?.close());
afterEach(() => vi.unstubAllEnvs());

/** A kubeconfig with this user, and whatever is to be different in its cluster. */
const kubeconfig = (name: string, user: object | undefined, cluster: object = {}): string =>
  real.file(
    `${name}.kubeconfig`,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'c', cluster: { server: real.plane.url, 'certificate-authority': real.plane.caFile, ...cluster } },
      ],
      users: user === undefined ? [] : [{ name: 'u', user }],
      contexts: [{ name: 'here', context: { cluster: 'c', ...(user === undefined ? {} : { user: 'u' }) } }],
      'current-context': 'here',
    }),
  );
const excess = async (client: RawClient) => (await checkIdentity(client)).excess;
const root = ['escalate clusterroles', 'bind clusterroles', 'impersonate users', '* *'];
const whyNot = async (wanted: Promise<unknown>): Promise<string> => {
  const fault = await wanted.then(
    () => undefined,
    (error: unknown) => error,
  );
  return isKubernetesFault(fault) ? fault.message : `no fault: ${String(fault)}`;
};

describe('credentials from a kubeconfig', () => {
  it('may be a token', async () => {
    expect(await excess(real.clientFrom(kubeconfig('token', { token: 'token-of-root' })))).toEqual(root);
    expect(await excess(real.clientFrom(kubeconfig('weak', { token: 'token-of-nobody' })))).toEqual([]);
  });

  it('may be a tokenFile beside the kubeconfig, which goes before a token', async () => {
    real.file('the-token', 'token-of-root\n');
    const path = kubeconfig('file', { tokenFile: 'the-token', token: 'token-of-nobody' });
    expect(await excess(real.clientFrom(path))).toEqual(root);
  });

  it.each(['files', 'data'])('may be a client certificate, as %s', async (how) => {
    const { certificateFile, certificateKeyFile } = real.plane;
    const [cert, key] = [readFileSync(certificateFile), readFileSync(certificateKeyFile)];
    const seen: string[] = [];
    const server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      const { socket } = request;
      if (socket instanceof TLSSocket) seen.push(socket.getPeerCertificate().fingerprint256);
      response.end('{"metadata":{},"items":[]}');
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const address = z.object({ port: z.number() }).parse(server.address());
    const files = { 'client-certificate': certificateFile, 'client-key': certificateKeyFile };
    const data = { 'client-certificate-data': cert.toString('base64'), 'client-key-data': key.toString('base64') };
    const user = how === 'files' ? files : data;
    const client = real.clientFrom(kubeconfig(how, user, { server: `https://127.0.0.1:${address.port}` }));
    expect(await createClusterReader(client).namespaces()).toEqual([]);
    expect(seen).toEqual([new X509Certificate(cert).fingerprint256]);
    await client.close();
    server.close();
  });

  it('may be a token that stands beside its certificate, as the library reads it', async () => {
    const { certificateFile, certificateKeyFile } = real.plane;
    const [cert, key] = [readFileSync(certificateFile), readFileSync(certificateKeyFile)];
    const users = [
      { token: 't' },
      { token: 't', 'client-certificate': certificateFile, 'client-key': certificateKeyFile },
      { 'client-certificate-data': cert.toString('base64'), 'client-key-data': key.toString('base64') },
    ];
    const servers = [{}, { 'tls-server-name': 'kubernetes.default' }];
    for (const [index, user] of users.entries())
      for (const server of servers) {
        // What only the library reads is the same but for a field that says nothing.
        const [own, byLibrary] = [server, { ...server, 'disable-compression': true }].map((cluster, nth) =>
          createCredentials({
            name: 'prod',
            source: { type: 'kubeconfig', path: kubeconfig(`same-${index}-${nth}`, user, cluster) },
          }).current(),
        );
        expect(await own).toEqual(await byLibrary);
      }
  });

  it('may come from a plug-in, which is not run for each call', async () => {
    const credential =
      '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-of-root"}}';
    const runs = real.file('runs', '');
    const plugin = real.file('plugin', `#!/bin/sh\necho run >> ${runs}\necho '${credential}'\n`);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin };
    const client = real.clientFrom(kubeconfig('exec', { exec }));
    expect(await excess(client)).toEqual(root);
    expect(readFileSync(runs, 'utf8')).toBe('run\n');
  });

  it('are read again when the server refuses them, and at least each minute', async () => {
    const token = real.file('rotated', 'token-of-nobody');
    const credentials = createCredentials({
      name: 'prod',
      source: { type: 'kubeconfig', path: kubeconfig('rotating', { tokenFile: 'rotated' }) },
    });
    const sent = async () => (await credentials.current()).headers.authorization;
    expect(await sent()).toBe('Bearer token-of-nobody');
    writeFileSync(token, 'token-of-root');
    expect(await sent()).toBe('Bearer token-of-nobody');
    const clock = vi.spyOn(performance, 'now');
    const from = performance.now();
    clock.mockImplementation(() => from + 6_000);
    credentials.forget();
    expect(await sent()).toBe('Bearer token-of-root');
    writeFileSync(token, 'token-of-nobody');
    clock.mockImplementation(() => from + 67_000);
    expect(await sent()).toBe('Bearer token-of-nobody');
    clock.mockRestore();
  });

  it.each([
    ['no user', undefined, {}, 'names no user'],
    ['a user without credentials', {}, {}, 'system:anonymous'],
    ['an empty tokenFile', { tokenFile: 'empty' }, {}, 'system:anonymous'],
    ['a tokenFile that is not there', { tokenFile: 'missing' }, {}, 'ENOENT'],
    ['impersonation', { token: 'token-of-root', as: 'ann' }, {}, 'impersonates "ann"'],
    ['unverified TLS', { token: 't' }, { 'insecure-skip-tls-verify': true }, 'insecure-skip-tls-verify'],
    ['no TLS', { token: 't' }, { server: 'http://127.0.0.1:1' }, 'in the clear'],
    ['a proxy', { token: 't' }, { 'proxy-url': 'http://127.0.0.1:1' }, 'proxy-url'],
  ])('are refused when they are %s, with the remedy', async (name, user, cluster, words) => {
    real.file('empty', '');
    const client = real.clientFrom(kubeconfig(name.replaceAll(' ', '-'), user, cluster));
    const why = await whyNot(createClusterReader(client).namespaces());
    expect(why).toContain('Cluster "prod" has no usable credentials');
    expect(why).toContain(words);
  });

  it('are refused for a context that is not there, naming those that are', async () => {
    const client = real.clientFrom(kubeconfig('context', { token: 't' }), 'elsewhere');
    expect(await whyNot(createClusterReader(client).namespaces())).toContain('no context "elsewhere". It has: "here"');
  });

  it('are not used with a server that another authority vouches for', async () => {
    const wrong = { 'certificate-authority': real.file('other.crt', rootCertificates[0] ?? '') };
    const client = real.clientFrom(kubeconfig('wrong-ca', { token: 'token-of-root' }, wrong));
    expect(await whyNot(createClusterReader(client).namespaces())).toMatch(
      /no connection \([A-Z_]*(CERT|SIGNATURE|ISSUER)/,
    );
  });
});

describe('credentials of a pod', () => {
  const pod = (token: string): string => {
    const root = dirname(real.file('anchor', ''));
    const folder = join(root, 'var/run/secrets/kubernetes.io/serviceaccount');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'token'), token);
    writeFileSync(join(folder, 'ca.crt'), real.plane.caPem);
    return root;
  };
  const clientIn = (folder: string, at?: readonly [string, string]) =>
    createRawClient(
      'prod',
      createCredentials({ name: 'prod', source: { type: 'in-cluster', root: folder, ...(at && { at }) } }),
    );

  it('are its ServiceAccount’s token, CA and address', async () => {
    const { hostname, port } = new URL(real.plane.url);
    const client = clientIn(pod('token-of-root'), [hostname, port]);
    expect(await excess(client)).toEqual(root);
    await client.close();
    const addressed = async (host: string) =>
      (
        await createCredentials({
          name: 'prod',
          source: { type: 'in-cluster', root: pod('t'), at: [host, '443'] },
        }).current()
      ).origin;
    expect(await addressed('10.96.0.1')).toBe('https://10.96.0.1');
    expect(await addressed('fd00::1')).toBe('https://[fd00::1]');
    expect(await whyNot(createClusterReader(clientIn(pod('\n'), [hostname, port])).namespaces())).toContain(
      'no ServiceAccount token',
    );
  });

  it('are refused outside of a pod', async () => {
    const client = clientIn(pod('token-of-root'));
    expect(await whyNot(createClusterReader(client).namespaces())).toContain('this is not a pod');
  });
});

describe('who the API server takes us for', () => {
  const anonymousClient = (headers: Record<string, string>) =>
    createRawClient('prod', {
      current: () =>
        Promise.resolve({
          origin: real.plane.url,
          basePath: '',
          tls: { ca: real.plane.caPem },
          headers,
          transport: 'x',
        }),
      forget: () => {},
    });

  it('must not be system:anonymous: that is said at start, with what to do', async () => {
    const client = anonymousClient({});
    const why = await whyNot(checkIdentity(client));
    expect(why).toContain('takes Hallpass for system:anonymous');
    expect(why).toContain('tokenFile');
    await client.close();
  });

  it('must not be unknown: a wrong token is said at start', async () => {
    const client = anonymousClient({ authorization: 'Bearer wrong' });
    const why = await whyNot(checkIdentity(client));
    expect(why).toContain('does not accept Hallpass’s credentials (401)'.replace('’', "'"));
    await client.close();
  });

  it('is known by name where the server can say it', async () => {
    const { user } = await checkIdentity(real.client('root'));
    const minor = Number(real.plane.version.split('.')[1]);
    expect(user).toBe(minor < 28 ? undefined : 'root');
  });
});

describe('two identities on one cluster', () => {
  it('do not leak into each other, however their calls mix', async () => {
    const namespace = await real.namespace();
    const strong = createClusterWriter(real.clientFrom(kubeconfig('strong', { token: 'token-of-root' })), quiet);
    const weak = createClusterWriter(real.clientFrom(kubeconfig('weak', { token: 'token-of-nobody' })), quiet);
    const tries = Array.from({ length: 100 }, async (_, index) => {
      const made = await strong.create(roleIn(namespace, `strong-${index}`, editIngresses));
      const fault = await weak.create(roleIn(namespace, `weak-${index}`, editIngresses)).then(
        () => undefined,
        (error: unknown) => error,
      );
      return { existed: made.existed, refused: isClusterRefusal(fault) && fault.refused.status };
    });
    const results = await Promise.all(tries);
    expect(results.every(({ existed, refused }) => !existed && refused === 403)).toBe(true);
  });

  it('goes on by itself after the API server was killed and came back', { timeout: 60_000 }, async () => {
    const namespace = await real.namespace();
    const writer = createClusterWriter(real.client('root'), quiet);
    await writer.create(roleIn(namespace, 'before', editIngresses));
    await real.plane.kill();
    const from = performance.now();
    expect(await whyNot(writer.create(roleIn(namespace, 'meanwhile', editIngresses)))).toContain('no connection');
    expect(performance.now() - from).toBeLessThan(2_000);
    await real.plane.start();
    expect((await writer.create(roleIn(namespace, 'after', editIngresses))).existed).toBe(false);
  });
});
