import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, type Json } from '#domain/json.ts';
import { ok } from '#domain/result.ts';
import { anyJson } from '#test/build/objects.ts';
import { jsonPatch, mergePatch } from './patch.ts';

const deepFreeze = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
};

test.for<[target: string, patch: string, result: string]>([
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"a":1,"e":null}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ['{}', '{"__proto__":{"x":1},"constructor":{"prototype":null}}', '{"__proto__":{"x":1},"constructor":{}}'],
])('%s merged with %s is %s', ([target, patch, result]) => {
  expect(canonical(mergePatch(deepFreeze(JSON.parse(target)), JSON.parse(patch)))).toBe(result);
});

test.for<[target: Json, operations: Json, result: Json]>([
  [{ foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
  [{ foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
  [{ foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc'] }], { foo: ['bar', ['abc']] }],
  [{ foo: ['bar'] }, [{ op: 'add', path: '/foo/1', value: null }], { foo: ['bar', null] }],
  [{ baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  [{ foo: ['a', 'b', 'c'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['a', 'c'] }],
  [{ baz: null }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo' }],
  [{ a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
  [{ foo: ['a', 'b', 'c'] }, [{ op: 'move', from: '/foo/0', path: '/foo/2' }], { foo: ['b', 'c', 'a'] }],
  [{ a: [1] }, [{ op: 'copy', from: '/a', path: '/a/-' }], { a: [1, [1]] }],
  [{ a: 1 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1 }],
  [
    { '/': 9, '~1': 10 },
    [
      { op: 'test', path: '/~01', value: 10 },
      { op: 'remove', path: '/~1' },
    ],
    { '~1': 10 },
  ],
  [{ '': { '': 1 } }, [{ op: 'replace', path: '//', value: 2 }], { '': { '': 2 } }],
  [{ a: 1 }, [{ op: 'add', path: '', value: [] }], []],
  [{ a: 1 }, [{ op: 'test', path: '', value: { a: 1 }, xyz: 'ignored' }], { a: 1 }],
  [{ a: 1 }, [], { a: 1 }],
])('%j patched by %j is %j', ([target, operations, result]) => {
  expect(jsonPatch(deepFreeze(target), operations)).toEqual(ok(result));
});

test.for<[target: Json, operations: unknown, refusal: string]>([
  [{}, {}, 'A JSON patch is a list of operations, like [{"op": "remove", "path": "/a"}].'],
  [{}, [null], 'Operation 1: it is not an operation.'],
  [{}, [{ path: '/a' }], 'Operation 1: "op" has to be add, remove, replace, move, copy or test.'],
  [{}, [{ op: 'add', path: '/a' }], 'Operation 1: "value": it is missing or no JSON.'],
  [{}, [{ op: 'add', value: 1 }], 'Operation 1: "path": it is missing.'],
  [{}, [{ op: 'remove', path: 'a' }], 'Operation 1: "path": it is not a JSON pointer; write it like "/spec/rules/0".'],
  [
    {},
    [{ op: 'copy', path: '/a', from: '/~2' }],
    'Operation 1: "from": it is not a JSON pointer; write it like "/spec/rules/0".',
  ],
  [
    { a: 1 },
    [
      { op: 'remove', path: '/a' },
      { op: 'remove', path: '/a' },
    ],
    'Operation 2 (remove /a): there is nothing at /a.',
  ],
  [{}, [{ op: 'add', path: '/a/b', value: 1 }], 'Operation 1 (add /a/b): there is nothing at /a.'],
  [
    { a: 'x' },
    [{ op: 'add', path: '/a/b', value: 1 }],
    'Operation 1 (add /a/b): there is neither a map nor a list for /a/b to be in.',
  ],
  [{ a: [] }, [{ op: 'add', path: '/a/1', value: 1 }], 'Operation 1 (add /a/1): /a/1 is not a place in a list of 0.'],
  [{ a: [1, 2] }, [{ op: 'remove', path: '/a/01' }], 'Operation 1 (remove /a/01): there is nothing at /a/01.'],
  [{ a: [1] }, [{ op: 'replace', path: '/a/-', value: 1 }], 'Operation 1 (replace /a/-): there is nothing at /a/-.'],
  [{ a: 1 }, [{ op: 'test', path: '/a', value: '1' }], 'Operation 1 (test /a): the value there is another.'],
  [
    { a: { b: 1 } },
    [{ op: 'move', from: '/a', path: '/a/b' }],
    'Operation 1 (move /a/b): /a cannot be moved into itself.',
  ],
  [{}, [{ op: 'remove', path: '' }], 'Operation 1 (remove the whole): the whole cannot be removed.'],
])('%j cannot be patched by %j', ([target, operations, error]) => {
  expect(jsonPatch(target, operations)).toEqual({ ok: false, error });
});

test('what objects inherit cannot be reached, and a key named __proto__ is a key like any other', () => {
  for (const path of ['/__proto__', '/constructor', '/__proto__/polluted', '/constructor/prototype/polluted'])
    expect(jsonPatch({}, [{ op: 'replace', path, value: 1 }])).toMatchObject({ ok: false });
  const patched = jsonPatch({}, JSON.parse('[{"op":"add","path":"/__proto__","value":{"__proto__":{"x":1}}}]'));
  expect(patched.ok && canonical(patched.value)).toBe('{"__proto__":{"__proto__":{"x":1}}}');
  expect(({} as { x?: number }).x).toBeUndefined();
});

test('what was added can be removed again, anywhere, and nothing else has changed', () => {
  fc.assert(
    fc.property(anyJson, anyJson, fc.string(), (inner, value, key) => {
      const target = { holder: { inner }, list: [inner] };
      const path = `/holder/~1${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const back = jsonPatch(target, [
        { op: 'add', path, value },
        { op: 'test', path, value },
        { op: 'add', path: '/list/0', value },
        { op: 'move', from: '/list/0', path: '/other' },
        { op: 'remove', path: '/other' },
        { op: 'remove', path },
      ]);
      expect(back.ok && canonical(back.value)).toBe(canonical(target));
    }),
  );
});
