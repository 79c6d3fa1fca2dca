import { spawn } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownCertificate } from '#adapters/http/certificate-source.ts';
import { withFolder } from '#test/build/folder.ts';
import { type ApiWorld, serveWorld, tokens } from '#test/contract/parts/api-world.ts';
import { type Ran, runCli } from '#test/contract/parts/operator.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let api: ApiWorld;
beforeEach(async () => {
  api = await serveWorld();
});
afterEach(() => api.stop());

/** Runs a command as the pipeline unless it is somebody else; no token is ever printed. */
const run = async (words: readonly string[], environment: Readonly<Record<string, string>> = api.as('pipeline')) => {
  const ran = await runCli(words, environment);
  for (const token of Object.values(tokens)) expect(ran.out + ran.errors).not.toContain(token);
  return ran;
};
const portOf = (server: Server): number | undefined => {
  const address = server.address();
  return typeof address === 'object' ? address?.port : undefined;
};
const access = ['request', 'access', 'ingress-edit', 'shop/web', '--for', '30m', '--reason', 'checkout 502s'];

describe('a request from the command line', () => {
  it('shows who decides, waits, and goes on once it is approved', async () => {
    const running = run([...access, '--wait']);
    const { request } = await api.pending();
    await api.approve(request.asked.id);
    const { status, out, errors } = await running;
    expect({ status, errors }).toMatchObject({ status: 0 });
    expect(errors).toMatch(/Edit Ingresses, in shop, for 30m\nRule "shop" wants platform \(1\), in C02APPROVE/);
    expect(errors).toContain(`${request.asked.id} waits for platform (1); nobody has approved yet`);
    expect(out).toMatch(
      /^\S+ is active until \S+ \(.* left\); approved by UBOB\. Edit Ingresses: shop\/web in prod\n$/,
    );
    expect(request.asked).toMatchObject({ source: 'api', caller: { name: 'deploy' }, requester: 'UALICE' });
  });

  it('ends with 3 and the reason once it is denied, as one JSON object', async () => {
    const running = run([...access, '--wait', '--output', 'json']);
    const { request } = await api.pending();
    await api.deny(request.asked.id, 'not during the sale');
    const { status, out } = await running;
    expect({ status, said: JSON.parse(out) }).toMatchObject({
      status: 3,
      said: { id: request.asked.id, status: 'denied', why: 'not during the sale', decidedBy: ['UBOB'] },
    });
  });

  it('ends with 0 at once when it does not wait', async () => {
    const { status, out } = await run(access);
    expect({ status, out }).toMatchObject({ status: 0, out: expect.stringContaining('waits for platform (1)') });
  });

  it('ends with 4 when nobody decides in time, and says that it still waits', async () => {
    const { status, errors } = await run([...access, '--wait', '--timeout', '1s']);
    expect(status).toBe(4);
    const [{ request } = { request: undefined }] = await api.requests();
    expect(errors).toContain('It was not decided within 1s.');
    expect(errors).toContain(`take it back with \`hallpass withdraw ${request?.asked.id}\``);
    expect(request?.state.status).toBe('pending');
  });

  it('ends with 6 when somebody takes it back meanwhile', async () => {
    const running = run([...access, '--wait']);
    const { request } = await api.pending();
    expect(await run(['withdraw', request.asked.id])).toMatchObject({ status: 0 });
    expect(await running).toMatchObject({ status: 6, out: expect.stringContaining('was withdrawn by UALICE') });
  });

  it('says what still waits when it is interrupted', async () => {
    const child = spawn(process.execPath, [join(root, 'src/cli.ts'), ...access, '--wait'], {
      env: { ...process.env, ...api.as('pipeline') },
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const { request } = await api.pending();
    await expect.poll(() => errors).toContain('waits for platform');
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(errors).toContain(`${request.asked.id} still waits for a decision.`);
    expect(errors).toContain(`hallpass withdraw ${request.asked.id}`);
  });

  it('is filed once with the same key, and refused when something else is asked with it', async () => {
    const [first, again] = [await run([...access, '--key', 'run-1']), await run([...access, '--key', 'run-1'])];
    expect([first.status, again.status]).toEqual([0, 0]);
    expect(again.out.slice(0, 7)).toBe(first.out.slice(0, 7));
    const other = ['request', 'access', 'ingress-view', 'shop', '--reason', 'x', '--key', 'run-1'];
    expect(await run(other)).toMatchObject({ status: 2, errors: expect.stringContaining('asks for something else') });
    expect(await api.requests()).toHaveLength(1);
  });

  it('goes on over a restart of the API, and with a token that was renewed meanwhile', async () => {
    await withFolder({ token: `${tokens.pipeline}\n` }, async (folder) => {
      const running = run([...access, '--wait'], { HALLPASS_API: api.url, HALLPASS_TOKEN_FILE: join(folder, 'token') });
      const { request } = await api.pending();
      const principal = api.principals.get(tokens.pipeline);
      if (principal === undefined) throw new Error('There is no pipeline.');
      await writeFile(join(folder, 'next'), 'token-of-later');
      await rename(join(folder, 'next'), join(folder, 'token'));
      api.principals.set('token-of-later', principal);
      api.principals.delete(tokens.pipeline);
      await api.restart();
      await api.approve(request.asked.id);
      expect(await running).toMatchObject({ status: 0, out: expect.stringContaining('is active') });
    });
  });

  it('is filed once although the answer to it was lost', async () => {
    let lost = 0;
    const keys = new Set<unknown>();
    const between = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', async () => {
        const { authorization = '', 'content-type': type = '', 'idempotency-key': key = '' } = request.headers;
        const answer = await fetch(`${api.url}${request.url}`, {
          method: request.method ?? 'GET',
          headers: { authorization, ...(type === '' ? {} : { 'content-type': type, 'idempotency-key': String(key) }) },
          ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
        });
        if (request.url === '/v1/requests') keys.add(key);
        if (request.url === '/v1/requests' && lost < 2) {
          lost += 1;
          response.destroy();
          return;
        }
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
      });
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    const ran = await run(access, { ...api.as('pipeline'), HALLPASS_API: `http://127.0.0.1:${portOf(between)}` });
    between.close();
    expect({ ...ran, lost }).toMatchObject({ status: 0, lost: 2 });
    expect(keys.size).toBe(1);
    expect(await api.requests()).toHaveLength(1);
  });

  it('asks for manifests of files, with their diff', async () => {
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags, namespace: shop}\ndata: {beta: "on"}\n';
    await withFolder({ 'flags.yaml': manifest }, async (folder) => {
      const file = join(folder, 'flags.yaml');
      const ran = await run(['request', 'change', '-f', file, '--reason', 'beta', '--for', '30m', '--output', 'json']);
      expect(ran.errors).toMatch(/create ConfigMap shop\/flags[\s\S]*\+.*beta: "?on"?/);
      expect({ ...ran, out: JSON.parse(ran.out) }).toMatchObject({
        status: 0,
        out: { kind: 'change', namespace: 'shop', objects: ['configmaps/flags'], status: 'pending' },
      });
      await writeFile(join(folder, 'job.yaml'), manifest.replace('"on"', '"##[set-output name=ok]yes"'));
      const job = await run(['request', 'change', '-f', join(folder, 'job.yaml'), '--reason', 'beta', '--for', '30m']);
      expect(job).toMatchObject({ status: 0, errors: expect.stringContaining('set-output name=ok') });
      expect(job.errors).not.toContain('##[');
      const nowhere = await run(['request', 'change', '-f', file, '-n', 'bank', '--reason', 'beta', '--for', '30m']);
      expect(nowhere.status).toBe(2);
    });
  });

  it('asks in a terminal before anything is filed', async () => {
    const typed = async (answer: string): Promise<string> => {
      const line = [process.execPath, join(root, 'src/cli.ts'), ...access].map((word) => `'${word}'`).join(' ');
      const child = spawn('script', ['-qec', line, '/dev/null'], {
        env: { PATH: process.env.PATH, TERM: 'xterm', ...api.as('pipeline') },
      });
      let said = '';
      let isAnswered = false;
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('[y/N] ') && !isAnswered) child.stdin.write(`${answer}\n`);
        isAnswered = said.includes('[y/N] ');
      });
      await new Promise((resolve) => child.once('close', resolve));
      return said;
    };
    expect(await typed('n')).toContain('Nothing was filed.');
    expect(await api.requests()).toHaveLength(0);
    const agreed = await typed('y');
    expect(agreed).toContain('is filed.');
    // In colours, as there is a terminal.
    expect(agreed).toContain('\u001b[1mEdit Ingresses');
    expect(await api.requests()).toHaveLength(1);
  });
});

describe('requests that are there', () => {
  it('are of kinds that whoever asks can look up', async () => {
    const { status, out } = await run(['who']);
    expect(status).toBe(0);
    expect(out).toMatch(/^Known as deploy, for whom UALICE answers\. Clusters: prod\.\n/);
    expect(out).toMatch(/^hallpass request access <profile> /m);
    expect(await run(['who'], api.as('bob'))).toMatchObject({
      out: expect.stringMatching(/^Known as UBOB, who may decide\. /),
    });
    expect(JSON.parse((await run(['who', '--output', 'json'])).out)).toMatchObject({ type: 'caller', name: 'deploy' });
  });

  it('are looked at, listed, given back', async () => {
    await run(access);
    const { request } = await api.pending();
    const { id } = request.asked;
    expect(await run(['status', id])).toMatchObject({
      status: 0,
      errors: expect.stringMatching(/asked by {2}pipeline deploy, for whom UALICE answers/),
    });
    await api.approve(id);
    expect(await run(['list', '--open'])).toMatchObject({ status: 0, out: expect.stringMatching(`${id}  active`) });
    expect(await run(['done', id, '--output', 'json'])).toMatchObject({ status: 0, out: expect.stringContaining(id) });
    const list = await run(['list', '--output', 'json']);
    expect(JSON.parse(list.out).requests).toHaveLength(1);
  });

  it('are those of others only as if they were not there', async () => {
    await run(access, api.as('alice'));
    const [{ request } = { request: undefined }] = await api.requests();
    const ran = await run(['status', request?.asked.id ?? '']);
    expect(ran).toMatchObject({ status: 2, errors: expect.stringContaining('There is no request') });
  });

  it('are decided on by people who may, on the revision that they were shown', async () => {
    await run(access);
    const { id } = (await api.pending()).request.asked;
    const bob = api.as('bob');
    expect(await run(['approve', id], bob)).toMatchObject({
      status: 2,
      errors: expect.stringMatching(/because {3}checkout 502s[\s\S]*There is no terminal/),
    });
    expect(await run(['approve', id, '--yes', '--revision', '2'], bob)).toMatchObject({ status: 5 });
    expect(await run(['approve', id, '--yes'])).toMatchObject({ status: 7 });
    expect(await run(['approve', id, '--yes', '--for', '10m'], bob)).toMatchObject({ status: 0 });
    expect(await run(['revoke', id, '--yes', '--reason', 'it is enough'], bob)).toMatchObject({ status: 0 });
    await run([...access.slice(0, -1), 'again'], api.as('alice'));
    const other = (await api.pending()).request.asked.id;
    expect(await run(['deny', other, '--yes', '--reason', 'no'], bob)).toMatchObject({
      status: 0,
      out: expect.stringContaining('was denied by UBOB: no'),
    });
  });
});

describe('what goes wrong', () => {
  it.each<[string[], string]>([
    [['request'], 'Say what kind'],
    [['request', 'access'], 'Say why'],
    [['request', 'access', '--reason', 'x'], 'in which namespace'],
    [['request', 'access', 'ingress-edit', 'shop', '--reason', ' '], 'Say why'],
    [['request', 'access', 'ingress-edit', 'shop', '--reasons', 'x'], 'There is no flag "--reasons"'],
    [['request', 'access', 'ingress-edit', 'shop', '--reason', 'x', '--timeout', '5m'], '--timeout goes with --wait'],
    [['request', 'access', 'x', 'shop', '--reason', 'x', '--wait', '--timeout', '5'], 'is not a duration'],
    [['request', 'access', 'x', 'shop', '--reason', 'x', '--output', 'yaml'], 'Write text or json'],
    [['request', 'access', 'x', 'shop', '--reason', 'x', '--as', 'root'], 'Write self or responsible'],
    [['request', 'access', 'x', 'shop', '--reason', 'x', '--key', 'a b'], '--key'],
    [['request', 'access', '-f', 'x.yaml', '--reason', 'x'], '-f goes with "change"'],
    [['request', 'change', '-f', 'nowhere.yaml', '-n', 'shop', '--reason', 'x'], 'cannot be read'],
    [['request', 'access', 'x', 'shop', '-n', 'shop', '--reason', 'x'], '-n goes with -f'],
    [['request', 'nonsense', 'x', 'shop', '--reason', 'x'], 'There is no kind "nonsense"'],
    [['request', 'access', 'no-such-profile', 'shop', '--reason', 'x'], 'no-such-profile'],
    [['request', 'access', 'ingress-edit', 'shop', '--reason', 'x', '--for', 'ages'], 'ages'],
    [['request', 'access', 'ingress-edit', 'shop', '--reason', 'x', '--on', 'moon'], 'moon'],
    [['status'], 'Say which request'],
    [['status', '../who'], 'Say which request'],
    [['status', 'aaaa-aa'], 'There is no request'],
    [['list', 'all'], 'not understood'],
    [['who', 'else'], 'not understood'],
    [['withdraw'], 'Say which request'],
    [['withdraw', 'aaaa-aa'], 'There is no request'],
    [['withdraw', 'aaaa-aa', '--wait'], 'withdrawn at once'],
    [['done', 'a', 'b'], 'Say which request'],
    [['approve'], 'Say which request'],
    [['approve', 'aaaa-aa', '--revision', 'x'], '--revision'],
    [['deny', 'aaaa-aa'], 'Say why'],
    [['revoke', 'aaaa-aa', '--for', '5m'], 'There is no flag'],
    [['mcp', 'x'], 'hallpass <command>'],
    [['login'], 'There is no issuer to sign in with'],
  ])('%j ends with 2 and says what to write', async (words, why) => {
    const ran = await run(words);
    expect(ran).toMatchObject({ status: 2, out: '', errors: expect.stringContaining(why) });
    expect(await api.requests()).toHaveLength(0);
  });

  it('names every setting that is missing or wrong', async () => {
    const ran = await run(['list'], { XDG_CONFIG_HOME: '/nowhere' });
    expect(ran).toMatchObject({
      status: 2,
      out: '',
      errors: expect.stringMatching(/HALLPASS_API .*HALLPASS_TOKEN_FILE/),
    });
    const plain = await run(['list'], { HALLPASS_API: 'http://hallpass.acme.test', HALLPASS_TOKEN: tokens.pipeline });
    expect(plain).toMatchObject({ status: 2, errors: expect.stringContaining('https://') });
  });

  it('tells who is not known from an API that cannot be reached, and from what is no API', async () => {
    const stranger = await run(['list', '--output', 'json'], { HALLPASS_API: api.url, HALLPASS_TOKEN: 'x' });
    expect({ ...stranger, out: JSON.parse(stranger.out) }).toMatchObject({ status: 7, out: { status: 401 } });
    const nowhere = await run(['list'], { HALLPASS_API: 'http://127.0.0.1:1', HALLPASS_TOKEN: 'x' });
    expect(nowhere).toMatchObject({ status: 8, errors: expect.stringContaining('(ECONNREFUSED). Check HALLPASS_API') });
    const page = createServer((_, response) => response.end('<h1>Welcome</h1>'));
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    const other = await run(['list'], { HALLPASS_API: `http://127.0.0.1:${portOf(page)}`, HALLPASS_TOKEN: 'x' });
    page.close();
    expect(other).toMatchObject({ status: 8, errors: expect.stringContaining('there is no API of Hallpass') });
  });
});

describe('an API with a certificate', () => {
  it('is believed by its authority alone', async () => {
    const clock = { now: async () => Temporal.Now.instant() };
    const validFor = Temporal.Duration.from({ hours: 1 });
    const certificates = await ownCertificate({ names: ['127.0.0.1'], clock, validFor });
    const safe = await serveWorld(certificates);
    await withFolder({ 'ca.pem': certificates.current().ca ?? '' }, async (folder) => {
      expect(await run(['list'], { ...safe.as('pipeline'), HALLPASS_CA: join(folder, 'ca.pem') })).toMatchObject({
        status: 0,
        out: 'Nothing was asked for.\n',
      });
      expect(await run(['list'], safe.as('pipeline'))).toMatchObject({
        status: 8,
        errors: expect.stringContaining('Set HALLPASS_CA to the file of the authority'),
      });
    });
    await safe.stop();
  });

  it('is reached through a proxy, which sees nothing; one on this machine is reached without', async () => {
    const clock = { now: async () => Temporal.Now.instant() };
    const validFor = Temporal.Duration.from({ hours: 1 });
    const certificates = await ownCertificate({ names: ['127.0.0.1'], clock, validFor });
    const safe = await serveWorld(certificates);
    let asked = 0;
    let plain = '';
    const proxy = createServer((request) => {
      plain += request.url;
    });
    proxy.on('connect', (request, socket) => {
      asked += 1;
      const [host = '', port] = request.url?.split(':') ?? [];
      const to = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        to.pipe(socket).pipe(to);
      });
      for (const one of [to, socket]) one.on('error', () => {});
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${portOf(proxy)}`;
    await withFolder({ 'ca.pem': certificates.current().ca ?? '' }, async (folder) => {
      const proxied = { HTTPS_PROXY: address, HTTP_PROXY: address, HALLPASS_CA: join(folder, 'ca.pem') };
      expect(await run(['list'], { ...safe.as('pipeline'), ...proxied })).toMatchObject({ status: 0 });
      expect(asked).toBe(1);
      expect(await run(['list'], { ...api.as('pipeline'), ...proxied })).toMatchObject({ status: 0 });
      expect({ asked, plain }).toEqual({ asked: 1, plain: '' });
    });
    proxy.close();
    await safe.stop();
  });
});

describe('kubectl jit', () => {
  const jit = (words: readonly string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const child = spawn(join(root, 'src/kubectl-jit.ts'), words, {
        env: { ...process.env, ...api.as('pipeline'), PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [out, errors] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        errors += chunk.toString();
      });
      child.once('close', (status) => resolve({ status, out, errors }));
    });

  it('takes a kind in the place of a command', async () => {
    expect(await jit(access.slice(1))).toMatchObject({ status: 0, out: expect.stringContaining('waits for platform') });
    expect(await jit(['list'])).toMatchObject({ status: 0, out: expect.stringContaining('pending') });
    expect(await jit([])).toMatchObject({ status: 2, errors: expect.stringMatching(/^hallpass <command>/) });
  });
});

describe('check --request-if', () => {
  const dangerous = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {rules: [{host: "*.shop.test"}]}
`;
  it('asks for what is dangerous, and not for what is not', async () => {
    await withFolder({ 'web.yaml': dangerous }, async (folder) => {
      const check = ['check', '-f', join(folder, 'web.yaml'), '--reason', 'wildcard', '--for', '30m', '--request-if'];
      const critical = await run([...check, 'critical']);
      expect(critical.status).toBe(4);
      expect(await api.requests()).toHaveLength(0);
      const running = run([...check, 'high', '--wait', '--output', 'json']);
      const { request } = await api.pending();
      await api.approve(request.asked.id);
      const { status, out } = await running;
      expect({ status, ...JSON.parse(out) }).toMatchObject({
        status: 0,
        worst: 'high',
        request: { id: request.asked.id, status: 'active', kind: 'change' },
      });
    });
  });

  it.each([
    [['--request-if', 'high'], 'Say why'],
    [['--request-if', 'low', '--reason', 'x'], '--request-if low is not understood'],
    [['--reason', 'x'], '--reason goes with --request-if'],
  ])('with %j ends with 2', async (words, why) => {
    expect(await run(['check', '-f', 'x.yaml', ...words])).toMatchObject({
      status: 2,
      errors: expect.stringContaining(why),
    });
  });
});
