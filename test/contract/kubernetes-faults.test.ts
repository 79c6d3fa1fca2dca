import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createClusterWriter } from '#adapters/kubernetes/cluster.ts';
import type { RawClient } from '#adapters/kubernetes/raw-client.ts';
import { accessSorts } from '#kinds/access/sorts.ts';
import { against, clientFor, faultOf, status } from '#test/contract/parts/bad-server.ts';
import { isClusterRefusal } from '#use-cases/ports.ts';

const get = (client: RawClient) =>
  client.call(
    { method: 'GET', path: '/api/v1/namespaces/shop', saying: 'get namespace "shop"' },
    z.object({ ok: z.literal(true) }),
  );
const timed = async <T>(work: () => Promise<T>): Promise<{ result: T; milliseconds: number }> => {
  const from = performance.now();
  const result = await work();
  return { result, milliseconds: performance.now() - from };
};

describe('a cluster that misbehaves', () => {
  it('that is down is a fault at once, with the system’s code', async () => {
    const client = clientFor('http://127.0.0.1:9');
    const { result, milliseconds } = await timed(() => faultOf(get(client)));
    expect(result.kubernetes).toMatchObject({
      failure: 'unreachable',
      reason: 'ECONNREFUSED',
      call: 'get namespace "shop"',
    });
    expect(isClusterRefusal(result)).toBe(false);
    expect(milliseconds).toBeLessThan(1_000);
  });

  it('that never answers is a fault after ten seconds', { timeout: 15_000 }, async () => {
    const client = await against(() => {});
    const { result, milliseconds } = await timed(() => faultOf(get(client)));
    expect(result.kubernetes).toMatchObject({ failure: 'deadline' });
    expect(isClusterRefusal(result)).toBe(false);
    expect(milliseconds).toBeGreaterThan(9_900);
    expect(milliseconds).toBeLessThan(11_000);
  });

  it('that starts an answer and never ends it is a fault at the deadline, also for those that wait in line', async () => {
    const client = await against(
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
      { deadline: 300, inFlight: 2 },
    );
    const { result, milliseconds } = await timed(() =>
      Promise.all(Array.from({ length: 9 }, () => faultOf(get(client)))),
    );
    expect(result.map(({ kubernetes }) => kubernetes.failure)).toEqual(Array(9).fill('deadline'));
    expect(milliseconds).toBeLessThan(1_500);
  });

  it.each([
    [400, true],
    [403, true],
    [404, true],
    [422, true],
    [401, false],
    [409, false],
    [429, false],
    [500, false],
    [502, false],
    [503, false],
    [504, false],
  ])('that answers %i is a refusal: %s', { timeout: 10_000 }, async (code, refused) => {
    const client = await against((_, response) => {
      response.writeHead(code, { 'retry-after': '0' }).end(status(code, 'SomeReason', 'some words'));
    });
    const fault = await faultOf(get(client));
    expect(fault.kubernetes).toMatchObject({ status: code, reason: 'SomeReason' });
    expect(isClusterRefusal(fault)).toBe(refused);
    expect(fault.message).toContain('some words');
  });

  it('that is busy is asked again after as long as it says', async () => {
    let asked = 0;
    const client = await against((_, response) => {
      asked += 1;
      if (asked < 3) response.writeHead(429, { 'retry-after': '1' }).end(status(429, 'TooManyRequests', 'later'));
      else response.end('{"ok":true}');
    });
    const { result, milliseconds } = await timed(() => get(client));
    expect(result).toEqual({ ok: true });
    expect(milliseconds).toBeGreaterThan(1_900);
  });

  it('that stays busy is given up within the deadline', async () => {
    let asked = 0;
    const client = await against(
      (_, response) => {
        asked += 1;
        response.writeHead(429, { 'retry-after': '3600' }).end(status(429, 'TooManyRequests', 'later'));
      },
      { deadline: 300, inFlight: 2 },
    );
    const { result, milliseconds } = await timed(() => faultOf(get(client)));
    expect(result.kubernetes.failure).toBe('deadline');
    expect(milliseconds).toBeLessThan(1_000);
    expect(asked).toBe(1);
  });

  it('that hangs up in the middle is asked again on another connection', async () => {
    let asked = 0;
    const client = await against((request, response) => {
      asked += 1;
      if (asked === 1) request.socket.destroy();
      else response.end('{"ok":true}');
    });
    expect(await get(client)).toEqual({ ok: true });
  });

  it('that always hangs up is given up', async () => {
    let asked = 0;
    const client = await against((request) => {
      asked += 1;
      request.socket.destroy();
    });
    expect((await faultOf(get(client))).kubernetes.failure).toBe('unreachable');
    expect(asked).toBe(4);
  });

  it.each(['', '<html>login</html>', '{"ok":', 'null', '[]', '{"ok":"true"}'])(
    'that answers 200 with %j is a fault that passes',
    async (body) => {
      const client = await against((_, response) => void response.end(body));
      const fault = await faultOf(get(client));
      expect(fault.kubernetes.failure).toBe('garbage');
      expect(isClusterRefusal(fault)).toBe(false);
    },
  );

  it('that sends somewhere else is not followed', async () => {
    const client = await against(
      (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    );
    expect((await faultOf(get(client))).kubernetes).toMatchObject({ failure: 'status', status: 302 });
  });

  it('that does not know us has the credentials read once more', async () => {
    let forgotten = 0;
    const client = await against(
      (_, response) => {
        if (forgotten === 0) response.writeHead(401).end(status(401, 'Unauthorized', 'Unauthorized'));
        else response.end('{"ok":true}');
      },
      undefined,
      () => {
        forgotten += 1;
      },
    );
    expect(await get(client)).toEqual({ ok: true });
    expect(forgotten).toBe(1);
  });

  it('never has more than 32 calls at once', async () => {
    let [now, most] = [0, 0];
    const client = await against((_, response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        response.end('{"ok":true}');
      }, 10);
    });
    await Promise.all(Array.from({ length: 200 }, () => get(client)));
    expect(most).toBe(32);
  });

  describe('whose API server has just started', () => {
    /** Says 403 to all that needs a right until it has read the roles, as a real one does. */
    const restarted = async (mayLook: boolean) => {
      const server = { isStarted: false };
      const client = await against(
        ({ url = '' }, response) => {
          const isOpen = server.isStarted && !url.endsWith('/readyz');
          response.writeHead(isOpen ? (url.endsWith('reviews') ? 201 : 200) : 403, {
            'content-type': 'application/json',
          });
          response.end(isOpen ? '{"ok":true}' : status(403, 'Forbidden', 'cannot get resource'));
        },
        undefined,
        undefined,
        () => mayLook && server.isStarted,
      );
      return { client, server };
    };

    it.each([true, false])(
      'is away for a moment, and has refused nothing; where its readiness may be seen: %s',
      async (mayLook) => {
        const { client, server } = await restarted(mayLook);
        const fault = await faultOf(get(client));
        expect(fault.kubernetes).toMatchObject({ failure: 'status', status: 503, reason: 'starting' });
        expect(isClusterRefusal(fault)).toBe(false);
        expect(fault.message).toContain('has just started');
        server.isStarted = true;
        expect(await get(client)).toEqual({ ok: true });
      },
    );

    it('has refused what it says no to once it has the roles, and is not asked again whether it has', async () => {
      const asked: string[] = [];
      const client = await against(({ url = '' }, response) => {
        asked.push(url);
        response.writeHead(403).end(status(403, 'Forbidden', 'cannot get resource'));
      });
      for (let nth = 0; nth < 3; nth += 1) expect(isClusterRefusal(await faultOf(get(client)))).toBe(true);
      // The first time once more, for it may have become ready between two answers.
      expect(asked).toHaveLength(4);
    });
  });

  it('tells the time by its answers of any status, and not at all when they have no date', async () => {
    const date = 'Fri, 20 Nov 2026 12:00:00 GMT';
    const forbidden = await against((_, response) => {
      response.writeHead(403, { date }).end(status(403, 'Forbidden', 'no'));
    });
    const scope = { sorts: accessSorts, namespaces: [], alarm: () => {} };
    expect((await createClusterWriter(forbidden, scope).time()).toString()).toBe('2026-11-20T12:00:00Z');
    const dateless = await against((_, response) => {
      response.sendDate = false;
      response.end('{}');
    });
    await expect(createClusterWriter(dateless, scope).time()).rejects.toThrow('Date header');
  });

  it('that lists in pages is read to the end, and once more from the start when it forgot where we were', async () => {
    const asked: string[] = [];
    const client = await against((request, response) => {
      const after = new URL(request.url ?? '', 'http://x').searchParams.get('continue') ?? '';
      asked.push(after);
      if (after === 'second' && asked.length === 2) {
        response.writeHead(410).end(status(410, 'Expired', 'too old'));
        return;
      }
      const next = { '': 'second', second: 'third', third: '' }[after];
      response.end(
        JSON.stringify({ metadata: { continue: next }, items: [{ metadata: { name: `n${after}`, uid: 'u' } }] }),
      );
    });
    const writer = createClusterWriter(client, { sorts: accessSorts, namespaces: [], alarm: () => {} });
    expect((await writer.namespaces()).map(({ name }) => name)).toEqual(['n', 'nsecond', 'nthird']);
    expect(asked).toEqual(['', 'second', '', 'second', 'third']);
  });

  it('that lists without end is a fault and not a cut list', async () => {
    const page = JSON.stringify({ metadata: { continue: 'on' }, items: [] });
    const client = await against((_, response) => void response.end(page));
    const writer = createClusterWriter(client, { sorts: accessSorts, namespaces: [], alarm: () => {} });
    expect((await faultOf(writer.managed('hallpass.dev/request'))).kubernetes.reason).toBe('too many');
  });

  it('whose cache holds more than fits into one answer is asked for pages', async () => {
    const asked: string[] = [];
    const client = await against((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://x');
      const version = searchParams.get('resourceVersion');
      asked.push(version === null ? `pages of ${searchParams.get('limit')}` : `all as of ${version}`);
      if (version === null)
        response.end(JSON.stringify({ metadata: {}, items: [{ metadata: { name: 'n', uid: 'u' } }] }));
      else response.end(`{"metadata":{},"items":[${'"0123456789",'.repeat(6_000_000)}"end"]}`);
    });
    const writer = createClusterWriter(client, { sorts: accessSorts.slice(0, 1), namespaces: [], alarm: () => {} });
    const found = await writer.managed('hallpass.dev/request', { mayLag: true });
    expect(found.map(({ ref }) => ref.name)).toEqual(['n']);
    expect(asked).toEqual(['all as of 0', 'pages of 500']);
  });

  it('that has objects of which a page does not fit into one answer is asked for shorter ones', async () => {
    const asked: (string | null)[] = [];
    const client = await against((request, response) => {
      const limit = new URL(request.url ?? '', 'http://x').searchParams.get('limit');
      asked.push(limit);
      if (Number(limit) < 20) response.end('{"metadata":{},"items":[{"metadata":{"name":"n","uid":"u"}}]}');
      else response.end(`{"metadata":{},"items":[${'"0123456789",'.repeat(6_000_000)}"end"]}`);
    });
    const writer = createClusterWriter(client, { sorts: accessSorts, namespaces: [], alarm: () => {} });
    const pods = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
    expect((await writer.list(pods, 'shop')).map(({ metadata }) => metadata.name)).toEqual(['n']);
    expect(asked).toEqual(['200', '25', '4']);
  });

  it('is not asked for names that would lead to another path', async () => {
    const asked: string[] = [];
    const client = await against((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(404).end(status(404, 'NotFound', 'no'));
    });
    const writer = createClusterWriter(client, { sorts: accessSorts, namespaces: [], alarm: () => {} });
    for (const name of ['..', '.', '', 'a/b', 'a%2fb'])
      expect(isClusterRefusal(await faultOf(writer.namespace(name)))).toBe(true);
    expect(asked).toEqual([]);
    await writer.namespace('a?b#c');
    expect(asked).toEqual(['/api/v1/namespaces/a%3Fb%23c']);
  });

  it.each([
    ['that it is gone', { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }, 0],
    [
      'what is still there',
      { kind: 'RoleBinding', metadata: { name: 'grant', uid: 'u', finalizers: ['a.test/b'] } },
      2,
    ],
    ['nothing that says so', {}, 2],
    ['of a failure with 200', { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' }, 2],
  ])('that answers a deletion with %s is looked at as often as it takes', async (_, answer, looks) => {
    let looked = 0;
    const there = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'grant', namespace: 'shop', uid: 'u' },
    };
    const client = await against(({ method }, response) => {
      if (method === 'GET') looked += 1;
      const isGone = method === 'GET' && looked === 2;
      response.writeHead(isGone ? 404 : 200, { 'content-type': 'application/json' });
      response.end(isGone ? status(404, 'NotFound', 'no') : JSON.stringify(method === 'GET' ? there : answer));
    });
    const writer = createClusterWriter(client, { sorts: accessSorts, namespaces: [], alarm: () => {} });
    const ref = { apiVersion: there.apiVersion, kind: there.kind, namespace: 'shop', name: 'grant', uid: 'u' };
    expect(await writer.remove(ref)).toBe('removed');
    expect(looked).toBe(looks);
  });

  it('is asked once for what several look through within a short time, and anew by who wants it as it is', async () => {
    let calls = 0;
    let answers = 200;
    const client = await against((_, response) => {
      calls += 1;
      response.writeHead(answers, { 'content-type': 'application/json' });
      const pod = { metadata: { name: `pod-${calls}`, namespace: 'shop', uid: 'u', resourceVersion: '1' } };
      response.end(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [pod] }));
    });
    const { scan } = createClusterWriter(client, { sorts: accessSorts, namespaces: [], alarm: () => {} });
    const pods = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
    const nameOf = ({ metadata }: { readonly metadata: { readonly name: string } }) => metadata.name;
    const young = () => scan(pods, undefined, nameOf, 60_000);
    expect(await Promise.all([young(), young()])).toEqual([['pod-1'], ['pod-1']]);
    expect(await young()).toEqual(['pod-1']);
    expect(await scan(pods, undefined, nameOf)).toEqual(['pod-2']);
    expect(await scan(pods, 'shop', nameOf, 60_000)).toEqual(['pod-3']);
    expect(await scan(pods, undefined, ({ kind }) => kind, 60_000)).toEqual(['Pod']);
    // What failed is not remembered.
    answers = 403;
    await expect(scan(pods, 'bank', nameOf, 60_000)).rejects.toThrow();
    answers = 200;
    // The first 403 over a connection is asked for twice.
    expect(await scan(pods, 'bank', nameOf, 60_000)).toEqual(['pod-7']);
  });
});
