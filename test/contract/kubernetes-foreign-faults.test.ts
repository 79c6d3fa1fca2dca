import { describe, expect, it } from 'vitest';
import { createClusterWriter } from '#adapters/kubernetes/cluster.ts';
import type { Manifest, ObjectRef } from '#domain/plan.ts';
import { accessSorts } from '#kinds/access/sorts.ts';
import { against, faultOf, status } from '#test/contract/parts/bad-server.ts';
import { type ClusterWriter, isClusterRefusal } from '#use-cases/ports.ts';

type Asked = { readonly method: string; readonly url: URL; readonly type: string; readonly body: string };
type Answer = { readonly code: number; readonly body: string } | 'hang up';

/** A writer for a server that gives these answers in turn, and what it was asked. */
const writerFor = async (
  ...answers: readonly Answer[]
): Promise<{ readonly writer: ClusterWriter; readonly asked: readonly Asked[] }> => {
  const asked: Asked[] = [];
  const client = await against((request, response) => {
    const chunks: string[] = [];
    request.setEncoding('utf8').on('data', (chunk: string) => void chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const type = headers['content-type'] ?? '';
      asked.push({ method, url: new URL(url, 'http://x'), type, body: chunks.join('') });
      const answer = answers[asked.length - 1] ?? { code: 500, body: status(500, 'InternalError', 'asked too often') };
      if (answer === 'hang up') request.socket.destroy();
      else response.writeHead(answer.code).end(answer.body);
    });
  });
  return { writer: createClusterWriter(client, { sorts: accessSorts, namespaces: [], alarm: () => {} }), asked };
};

const ref: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'web', uid: 'u1' };
const configMap = (metadata: Readonly<Record<string, string>> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'shop', name: 'web', ...metadata },
});
const live = (metadata: Readonly<Record<string, string>> = {}): Answer => ({
  code: 200,
  body: JSON.stringify(configMap({ uid: 'u1', resourceVersion: '8', ...metadata })),
});
const no = (code: number, reason: string, words = 'no'): Answer => ({ code, body: status(code, reason, words) });
const by = { manager: 'hallpass-k7m2-qx' };
const at7 = configMap({ uid: 'u1', resourceVersion: '7' });

describe('a write to a foreign object', () => {
  it('replaces with the version that was read, under its manager, strictly', async () => {
    const { writer, asked } = await writerFor(live(), live());
    await writer.tryWrite(at7, { manager: 'a&b' });
    await writer.write(at7, by);
    expect(asked.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual(
      Array(2).fill('PUT /api/v1/namespaces/shop/configmaps/web'),
    );
    expect(asked.map(({ url }) => Object.fromEntries(url.searchParams))).toEqual([
      { fieldManager: 'a&b', fieldValidation: 'Strict', dryRun: 'All' },
      { fieldManager: 'hallpass-k7m2-qx', fieldValidation: 'Strict' },
    ]);
    expect(asked.map(({ body }) => JSON.parse(body))).toEqual([at7, at7]);
  });

  it('is a creation, without any version, when it has none', async () => {
    const { writer, asked } = await writerFor(live(), live(), live());
    for (const resourceVersion of ['', '0']) await writer.write(configMap({ resourceVersion }), by);
    await writer.write(configMap(), by);
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST']);
    expect(asked.map(({ body }) => JSON.parse(body))).toEqual([configMap(), configMap(), configMap()]);
  });

  it('that was done before the connection dropped reads as moved, so that the caller looks again', async () => {
    const replaced = await writerFor('hang up', no(409, 'Conflict'));
    expect(await replaced.writer.write(at7, by)).toEqual({ type: 'moved' });
    const created = await writerFor('hang up', no(409, 'AlreadyExists'));
    expect(await created.writer.write(configMap(), by)).toEqual({ type: 'moved' });
    expect(created.asked).toHaveLength(2);
  });

  it.each([
    ['a conflict of something else on creating', configMap(), no(409, 'Conflict'), false],
    ['a place that is not there on creating', configMap(), no(404, 'NotFound'), true],
    ['a no that is not Kubernetes’ own', at7, { code: 404, body: '<html>' }, true],
    ['an internal error', at7, no(500, 'InternalError'), false],
    ['an unknown field', at7, no(400, 'BadRequest', 'strict decoding error: unknown field "spec.foo"'), true],
  ])('does not take %s for moved', async (_, manifest, answer, refused) => {
    const { writer } = await writerFor(answer);
    expect(isClusterRefusal(await faultOf(writer.write(manifest, by)))).toBe(refused);
  });

  it('that is refused for many reasons at once names more than the first', async () => {
    const words = Array.from({ length: 30 }, (_, index) => `spec.rules[${index}].host: Invalid value`).join(', ');
    const { writer } = await writerFor(no(422, 'Invalid', words));
    const { message } = await faultOf(writer.tryWrite(at7, by));
    expect(message).toContain('spec.rules[29]');
    const endless = await writerFor(no(422, 'Invalid', 'x'.repeat(100_000)));
    expect((await faultOf(endless.writer.tryWrite(at7, by))).message.length).toBeLessThan(2_000);
  });
});

describe('a number that JavaScript would alter', () => {
  const large: Answer = {
    code: 200,
    body: JSON.stringify({ ...configMap({ uid: 'u1' }), spec: { grace: 0 } }).replace(':0', ':9007199254740993'),
  };

  it('makes an object one that is not read for changing, and no trial is taken for good', async () => {
    const { writer } = await writerFor(large, large);
    for (const wanted of [writer.get(ref), writer.tryWrite(at7, by)]) {
      const fault = await faultOf(wanted);
      expect(isClusterRefusal(fault)).toBe(true);
      expect(fault.message).toContain('9007199254740993 at spec.grace');
      expect(fault.message).toContain('kubectl');
    }
  });

  it('keeps nobody from looking at an object that is not to be written', async () => {
    const { writer } = await writerFor(large);
    expect(await writer.get(ref, { onlyToLook: true })).toMatchObject({ ref: { uid: 'u1' } });
  });

  it('is no reason to call a write refused that is done', async () => {
    const { writer } = await writerFor(large);
    expect(await writer.write(at7, by)).toMatchObject({ type: 'written' });
  });
});

describe('setting the owners of fields', () => {
  it('is a JSON patch that tests the version', async () => {
    const { writer, asked } = await writerFor(live(), live());
    await writer.setOwners(ref, '7', [{ manager: 'argo' }]);
    await writer.setOwners(ref, '7', []);
    expect(asked.map(({ method, type }) => `${method} ${type}`)).toEqual(
      Array(2).fill('PATCH application/json-patch+json'),
    );
    const owners = (value: unknown) => [
      { op: 'test', path: '/metadata/resourceVersion', value: '7' },
      { op: 'add', path: '/metadata/managedFields', value },
    ];
    expect(asked.map(({ body }) => JSON.parse(body))).toEqual([owners([{ manager: 'argo' }]), owners([{}])]);
  });

  it.each([
    ['at another version', live(), 'moved'],
    ['not there', no(404, 'NotFound'), 'moved'],
    ['at that version', live({ resourceVersion: '7' }), 'refused'],
  ])('that is answered "Invalid" while the object is %s is %s', async (_, now, outcome) => {
    const { writer } = await writerFor(no(422, 'Invalid'), now);
    const answer = writer.setOwners(ref, '7', 'nonsense');
    if (outcome === 'moved') expect(await answer).toEqual({ type: 'moved' });
    else expect(isClusterRefusal(await faultOf(answer))).toBe(true);
  });

  it('that meets a conflict or nothing is moved', async () => {
    for (const answer of [no(409, 'Conflict'), no(404, 'NotFound')])
      expect(await (await writerFor(answer)).writer.setOwners(ref, '7', [])).toEqual({ type: 'moved' });
  });
});

describe('a deletion of a foreign object', () => {
  it('is of one version, and leaves pods their time', async () => {
    const { writer, asked } = await writerFor(live(), no(404, 'NotFound'), live());
    expect(await writer.delete(ref, '7')).toBe('deleted');
    await writer.tryDelete(ref);
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
    expect(asked.filter(({ method }) => method === 'DELETE').map(({ body }) => JSON.parse(body))).toEqual([
      { ...options, preconditions: { uid: 'u1', resourceVersion: '7' } },
      { ...options, preconditions: { uid: 'u1' }, dryRun: ['All'] },
    ]);
  });

  it('that was done before the connection dropped is found going or gone', async () => {
    const gone = await writerFor('hang up', no(404, 'NotFound'));
    expect(await gone.writer.delete(ref, '7')).toBe('gone');
    const going = live({ deletionTimestamp: '2026-11-20T12:00:00Z' });
    const slow = await writerFor('hang up', no(409, 'Conflict'), going, going, no(404, 'NotFound'));
    expect(await slow.writer.delete(ref, '7')).toBe('gone');
    expect(slow.asked).toHaveLength(5);
  });

  it('that takes its pods longer than five seconds is tried again, for nothing holds it', {
    timeout: 15_000,
  }, async () => {
    const going = live({ deletionTimestamp: '2026-11-20T12:00:00Z' });
    const { writer } = await writerFor(...Array.from({ length: 20 }, () => going));
    const fault = await faultOf(writer.delete(ref, '7'));
    expect(isClusterRefusal(fault)).toBe(false);
    expect(fault.message).toContain('still there');
  });

  it('that a webhook refuses says why', async () => {
    const { writer } = await writerFor(
      no(403, 'Forbidden', 'admission webhook "x" denied the request: not on Fridays'),
    );
    const fault = await faultOf(writer.tryDelete(ref));
    expect(isClusterRefusal(fault) && fault.message).toContain('not on Fridays');
  });
});
