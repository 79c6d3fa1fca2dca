import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import { podManifest, podOf, policyManifest, policyOf } from '#test/build/network.ts';
import { parseAddress, parseCidr } from './cidr.ts';
import type { Protocol } from './pod.ts';
import { readPolicy } from './policy.ts';
import { blockReaches, type End, reaches } from './reach.ts';

type Spec = { readonly [field: string]: Json };

const namespaces = new Map([
  ['default', { 'kubernetes.io/metadata.name': 'default' }],
  ['myproject', { project: 'myproject' }],
]);
const network = (...specs: readonly Spec[]) => ({
  policies: specs.map((spec, index) => policyOf(policyManifest(`default/p${index}`, spec))),
  namespaces,
});
const pod = (path: string, role?: string, more: Parameters<typeof podManifest>[1] = {}) => ({
  pod: podOf(podManifest(path, { ...more, ...(role === undefined ? {} : { labels: { role } }) })),
});
const outside = (text: string): End => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return { address };
};
const db = pod('default/db', 'db', { ip: '10.0.0.5', ports: { sql: 6379 } });
const frontend = pod('default/frontend', 'frontend', { ip: '10.0.0.6' });
const other = pod('default/other', 'other');
const mine = pod('myproject/mine', 'anything');
const theirs = pod('elsewhere/theirs', 'frontend');

/** kubernetes.io/docs/concepts/services-networking/network-policies: "The NetworkPolicy resource". */
const example: Spec = {
  podSelector: { matchLabels: { role: 'db' } },
  policyTypes: ['Ingress', 'Egress'],
  ingress: [
    {
      from: [
        { ipBlock: { cidr: '172.17.0.0/16', except: ['172.17.1.0/24'] } },
        { namespaceSelector: { matchLabels: { project: 'myproject' } } },
        { podSelector: { matchLabels: { role: 'frontend' } } },
      ],
      ports: [{ protocol: 'TCP', port: 6379 }],
    },
  ],
  egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/24' } }], ports: [{ protocol: 'TCP', port: 5978 }] }],
};

describe('the example of the documentation', () => {
  const into = (from: End, port = 6379, protocol: Protocol = 'TCP') =>
    reaches(network(example), from, db, protocol, port);
  const out = (to: End, port = 5978) => reaches(network(example), db, to, 'TCP', port);

  test('lets in the pods with the label in its own namespace, and no others of theirs', () => {
    expect([into(frontend), into(other), into(theirs)]).toEqual([true, false, false]);
  });

  test('lets in every pod of a namespace with the label', () => {
    expect(into(mine)).toBe(true);
  });

  test('lets in the block but for its hole', () => {
    const from = ['172.17.0.1', '172.17.0.255', '172.17.1.0', '172.17.1.255', '172.17.2.0', '172.18.0.0'];
    expect(from.map((text) => into(outside(text)))).toEqual([true, true, false, false, true, false]);
  });

  test('lets in on its port and protocol only', () => {
    expect([into(frontend, 6380), into(frontend, 6379, 'UDP'), into(frontend, 6379, 'SCTP')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('lets out to the block on its port only', () => {
    expect([out(outside('10.0.0.200')), out(outside('10.0.1.0')), out(outside('10.0.0.200'), 80)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('leaves alone pods that it does not select', () => {
    expect(reaches(network(example), theirs, frontend, 'UDP', 53)).toBe(true);
  });
});

test('a pod reaches itself whatever its policies', () => {
  expect(reaches(network({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }), db, db, 'TCP', 1)).toBe(true);
});

describe('the default policies of the documentation', () => {
  const both = (spec: Spec) => [
    reaches(network(spec), theirs, db, 'TCP', 80),
    reaches(network(spec), db, theirs, 'TCP', 80),
  ];
  test.each<[string, Spec, boolean[]]>([
    ['deny all ingress', { podSelector: {}, policyTypes: ['Ingress'] }, [false, true]],
    ['allow all ingress', { podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] }, [true, true]],
    ['deny all egress', { podSelector: {}, policyTypes: ['Egress'] }, [true, false]],
    ['allow all egress', { podSelector: {}, egress: [{}], policyTypes: ['Egress'] }, [true, true]],
    ['deny all of both', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }, [false, false]],
    ['no types: ingress is isolated', { podSelector: {} }, [false, true]],
    ['no types, an empty list of ingress: isolated', { podSelector: {}, ingress: [] }, [false, true]],
    ['no types, egress rules: both isolated', { podSelector: {}, egress: [{}] }, [false, true]],
    ['no types, an empty list of egress: ingress alone', { podSelector: {}, egress: [] }, [false, true]],
    [
      'rules of a direction that the types leave out',
      { podSelector: {}, policyTypes: ['Egress'], ingress: [] },
      [true, false],
    ],
    ['an empty list of peers is all', { podSelector: {}, ingress: [{ from: [] }] }, [true, true]],
    [
      'an empty list of ports is all',
      { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }], ports: [] }] },
      [true, true],
    ],
    [
      'a peer of a sort unheard of is nobody',
      { podSelector: {}, ingress: [{ from: [{ serviceAccount: {} }] }] },
      [false, true],
    ],
    [
      'an empty podSelector is its own namespace',
      { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] },
      [false, true],
    ],
    [
      'an empty namespaceSelector is every namespace',
      { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] },
      [true, true],
    ],
  ])('%s', (_, spec, expected) => {
    expect(both(spec)).toEqual(expected);
  });
});

test('policies are a union: what one lets through, another does not take back', () => {
  const open: Spec = { podSelector: { matchLabels: { role: 'db' } }, ingress: [{}] };
  expect(reaches(network({ podSelector: {} }, open), theirs, db, 'TCP', 80)).toBe(true);
});

test('both ends must agree', () => {
  const lets = network({ podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] });
  const denied = network({ podSelector: { matchLabels: { role: 'frontend' } }, policyTypes: ['Egress'] });
  const policies = [...lets.policies, ...denied.policies];
  expect(reaches({ policies, namespaces }, frontend, db, 'TCP', 80)).toBe(false);
  expect(reaches({ policies, namespaces }, other, db, 'TCP', 80)).toBe(true);
});

test('a peer with both selectors wants both', () => {
  const from = [
    { namespaceSelector: { matchLabels: { project: 'myproject' } }, podSelector: { matchLabels: { role: 'x' } } },
  ];
  const spec = { podSelector: {}, ingress: [{ from }] };
  expect(reaches(network(spec), mine, db, 'TCP', 1)).toBe(false);
  expect(reaches(network(spec), pod('myproject/x', 'x'), db, 'TCP', 1)).toBe(true);
  expect(reaches(network(spec), pod('default/x', 'x'), db, 'TCP', 1)).toBe(false);
});

describe('ports', () => {
  const at = (ports: Json, port: number, protocol: Protocol = 'TCP', to = db) =>
    reaches(network({ podSelector: {}, ingress: [{ ports }] }), frontend, to, protocol, port);

  test('reach from a port to its endPort', () => {
    const range = [{ port: 32_000, endPort: 32_768 }];
    expect([31_999, 32_000, 32_768, 32_769].map((port) => at(range, port))).toEqual([false, true, true, false]);
  });

  test('of a protocol alone are all of it, TCP when it is not named', () => {
    expect([
      at([{ protocol: 'UDP' }], 53, 'UDP'),
      at([{ protocol: 'UDP' }], 53),
      at([{ port: 53 }], 53, 'UDP'),
    ]).toEqual([true, false, false]);
  });

  test('by name are those of the pod that is spoken to', () => {
    expect([
      at([{ port: 'sql' }], 6379),
      at([{ port: 'sql' }], 6380),
      at([{ port: 'sql' }], 6379, 'TCP', other),
    ]).toEqual([true, false, false]);
    const out = network({ podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 'sql' }] }] });
    expect([reaches(out, frontend, db, 'TCP', 6379), reaches(out, db, frontend, 'TCP', 6379)]).toEqual([true, false]);
    expect(reaches(out, frontend, outside('10.9.9.9'), 'TCP', 6379)).toBe(false);
  });

  test('by name are of one protocol', () => {
    expect(at([{ port: 'sql', protocol: 'UDP' }], 6379, 'UDP')).toBe(false);
  });
});

test('a pod on the network of its node is isolated by nothing and no selector fits it', () => {
  const onNode = pod('default/node-agent', 'frontend', { hostNetwork: true, ip: '192.168.0.2' });
  const spec = { podSelector: {}, ingress: [{ from: [{ podSelector: {} }, { ipBlock: { cidr: '192.168.0.2/32' } }] }] };
  expect(reaches(network({ podSelector: {} }), frontend, onNode, 'TCP', 80)).toBe(true);
  expect(reaches(network(spec), onNode, db, 'TCP', 80)).toBe(true);
  expect(reaches(network({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }), onNode, db, 'TCP', 80)).toBe(
    false,
  );
});

describe('a block of addresses reaches a pod', () => {
  const from = (...rules: Json[]) => network({ podSelector: {}, ingress: rules });
  const block = (text: string) => {
    const cidr = parseCidr(text);
    if (cidr === undefined) throw new Error(text);
    return cidr;
  };
  const blocks = (...cidrs: string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  const all = (lets: ReturnType<typeof network>, text: string, first = 80, last = first) =>
    blockReaches(lets, block(text), db.pod, 'TCP', [{ first: BigInt(first), last: BigInt(last) }]);

  test('when two halves are let in, also by different rules', () => {
    expect(all(from({ from: blocks('10.0.0.0/9') }, { from: blocks('10.128.0.0/9') }), '10.0.0.0/8')).toBe(true);
    expect(all(from({ from: blocks('10.0.0.0/9') }), '10.0.0.0/8')).toBe(false);
  });

  test('unless there is a hole that no other rule fills', () => {
    const hole = { from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.2.3/32'] } }] };
    expect(all(from(hole), '10.0.0.0/8')).toBe(false);
    expect(all(from(hole), '10.2.0.0/16')).toBe(true);
    expect(all(from(hole, { from: blocks('10.1.2.0/24') }), '10.0.0.0/8')).toBe(true);
  });

  test('on a range of ports when every one of them is let in', () => {
    const lets = from(
      { from: blocks('10.0.0.0/8'), ports: [{ port: 80, endPort: 89 }] },
      { from: blocks('10.0.0.0/9', '10.128.0.0/9'), ports: [{ port: 90 }] },
      { from: blocks('10.0.0.0/9'), ports: [{ port: 91 }] },
    );
    expect([all(lets, '10.0.0.0/8', 80, 90), all(lets, '10.0.0.0/8', 80, 91), all(lets, '10.0.0.0/9', 80, 91)]).toEqual(
      [true, false, true],
    );
  });

  test('when nothing isolates it', () => {
    expect(all(network({ podSelector: { matchLabels: { role: 'other' } } }), '0.0.0.0/0')).toBe(true);
    expect(all(network({ podSelector: {} }), '10.0.0.0/8')).toBe(false);
  });
});

test.each<[string, Spec]>([
  ['an address that is none', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '010.0.0.0/8' } }] }] }],
  ['an operator that is none', { podSelector: { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] } }],
  ['a direction that is none', { podSelector: {}, policyTypes: ['Both'] }],
])('a policy with %s is not guessed at', (_, spec) => {
  expect(readPolicy(policyManifest('default/odd', spec))).toEqual({
    ok: false,
    error: 'NetworkPolicy default/odd cannot be read.',
  });
});
