import { describe, expect, test } from 'vitest';
import { podManifest, podOf } from '#test/build/network.ts';
import { flowText, policiesIn } from '#test/build/packets.ts';
import { differenceOf } from './difference.ts';
import type { Pod } from './pod.ts';
import type { NetworkPolicy, Rule } from './policy.ts';
import type { Labels } from './selector.ts';

const pod = (path: string, app: string, more: Parameters<typeof podManifest>[1] = {}): Pod =>
  podOf(podManifest(path, { labels: { app }, ...more }));
const db = pod('shop/db', 'db', { ip: '10.0.0.5', moreIps: ['2001:db8::5'], ports: { sql: 5432 } });
const web = pod('shop/web', 'web', { ip: '10.0.0.6' });
const spy = pod('lab/spy', 'spy', { ip: '10.1.0.7' });
const pods = [web, spy, db];
const labelled: ReadonlyMap<string, Labels> = new Map([
  ['shop', { team: 'shop' }],
  ['lab', { team: 'lab' }],
]);

type Given = {
  readonly pods?: readonly Pod[];
  readonly before?: ReadonlyMap<string, Labels>;
  readonly after?: ReadonlyMap<string, Labels>;
};

/** Policies in `shop` by their specs in YAML. */
const policies = (specs: readonly string[]) =>
  specs.flatMap((spec, index) => policiesIn(`{ metadata: { name: p${index}, namespace: shop }, spec: ${spec} }`));
const difference = (before: readonly string[], after: readonly string[], given: Given = {}) => {
  const [was, is] = [given.before ?? labelled, given.after ?? labelled];
  const result = differenceOf(
    { policies: policies(before), namespaces: was },
    { policies: policies(after), namespaces: is },
    given.pods ?? pods,
  );
  if (!result.ok) throw new Error(result.error);
  return result.value;
};
const flows = (...args: Parameters<typeof difference>) => difference(...args).flows.map(flowText);
const isolation = (...args: Parameters<typeof difference>) =>
  difference(...args).isolation.map(
    ({ direction, change, pods: changed }) => `${direction} ${change} ${changed.map(({ name }) => name).join()}`,
  );

const dbFromWeb =
  '{ podSelector: { matchLabels: { app: db } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: 5432 }] }] }';
const dbFrom = (peers: string, ports = '[{ port: 5432 }]') =>
  `{ podSelector: { matchLabels: { app: db } }, ingress: [{ from: ${peers}, ports: ${ports} }] }`;
const dbShut = '{ podSelector: { matchLabels: { app: db } }, ingress: [] }';
const all = '{ namespaceSelector: {} }';

describe('a database', () => {
  test('that is opened to everything is open to all addresses first, then to the pods that did not reach it', () => {
    expect(flows([dbFromWeb], [dbFrom('[]')])).toEqual([
      'opens any ipv4 → shop/db TCP 5432',
      'opens any ipv6 → shop/db TCP 5432',
      'opens lab/spy → shop/db TCP 5432',
    ]);
  });

  test('that is opened to all namespaces is open to no address', () => {
    expect(flows([dbFromWeb], [dbFrom(`[${all}]`)])).toEqual(['opens lab/spy → shop/db TCP 5432']);
  });

  test('whose last policy goes is open on all ports, and no longer isolated', () => {
    expect(flows([dbFromWeb], [])).toEqual([
      'opens any ipv4 → shop/db on all',
      'opens any ipv6 → shop/db on all',
      'opens lab/spy → shop/db on all',
      'opens shop/web → shop/db TCP 1-5431 5433-65535, UDP 1-65535, SCTP 1-65535',
    ]);
    expect(isolation([dbFromWeb], [])).toEqual(['ingress not-isolated db']);
  });

  test('that loses one of two policies loses what only that one let through, and stays isolated', () => {
    expect(flows([dbShut, dbFromWeb], [dbShut])).toEqual(['closes shop/web → shop/db TCP 5432']);
    expect(flows([dbShut, dbFromWeb], [dbFromWeb])).toEqual([]);
    expect(isolation([dbShut, dbFromWeb], [dbShut])).toEqual([]);
  });

  test('that becomes isolated is said to be', () => {
    expect(isolation([], [dbFromWeb])).toEqual(['ingress isolated db']);
    expect(isolation([], ['{ podSelector: {}, policyTypes: [Ingress, Egress] }'])).toEqual([
      'ingress isolated db,web',
      'egress isolated db,web',
    ]);
  });
});

test('a podSelector that is narrowed sets free the pods that it leaves out', () => {
  const deny = '{ podSelector: {}, ingress: [] }';
  expect(flows([deny], [dbShut])).toEqual([
    'opens any ipv4 → shop/web on all',
    'opens any ipv6 → shop/web on all',
    'opens lab/spy, shop/db → shop/web on all',
  ]);
  expect(isolation([deny], [dbShut])).toEqual(['ingress not-isolated web']);
});

describe('blocks', () => {
  const block = (cidr: string, except = '[]') => `[{ ipBlock: { cidr: ${cidr}, except: ${except} } }]`;

  test('whose hole goes let in what was in the hole, pods with such addresses too', () => {
    expect(flows([dbFrom(block('10.0.0.0/8', '[10.1.0.0/16]'))], [dbFrom(block('10.0.0.0/8'))])).toEqual([
      'opens 10.1.0.0-10.1.255.255 → shop/db TCP 5432',
      'opens lab/spy → shop/db TCP 5432',
    ]);
  });

  test('that are one after the other are one range', () => {
    expect(
      flows([dbShut], [dbFrom('[{ ipBlock: { cidr: 192.0.2.0/25 } }, { ipBlock: { cidr: 192.0.2.128/25 } }]')]),
    ).toEqual(['opens 192.0.2.0-192.0.2.255 → shop/db TCP 5432']);
    expect(
      flows(
        [dbFrom(block('192.0.2.0/24'))],
        [dbFrom('[{ ipBlock: { cidr: 192.0.2.0/25 } }, { ipBlock: { cidr: 192.0.2.128/25 } }]')],
      ),
    ).toEqual([]);
  });

  test('of IPv6 let in IPv6 alone', () => {
    expect(flows([dbShut], [dbFrom(block('"2001:db8::/127"'))])).toEqual([
      'opens 2001:0db8:0000:0000:0000:0000:0000:0000-2001:0db8:0000:0000:0000:0000:0000:0001 → shop/db TCP 5432',
    ]);
    const webOut = (cidr: string) =>
      `{ podSelector: { matchLabels: { app: web } }, policyTypes: [Egress], egress: [{ to: ${block(cidr)} }] }`;
    // The database is known by its IPv6 address as well.
    expect(flows([webOut('10.0.0.0/30')], [webOut('"2001:db8::5/128"')])).toEqual([
      'opens shop/web → 2001:0db8:0000:0000:0000:0000:0000:0005 on all',
      'opens shop/web → shop/db on all',
      'closes shop/web → 10.0.0.0-10.0.0.3 on all',
    ]);
  });
});

describe('ports', () => {
  test('up to an endPort that moves open as far as it moves', () => {
    const upTo = (end: number) => dbFrom(`[${all}]`, `[{ port: 5432, endPort: ${end} }]`);
    expect(flows([upTo(5433)], [upTo(5440)])).toEqual(['opens lab/spy, shop/web → shop/db TCP 5434-5440']);
  });

  test('by name are those of the pod that is spoken to', () => {
    const named = '{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: sql }] }] }';
    const other = pod('shop/db-2', 'db', { ip: '10.0.0.8', moreIps: ['2001:db8::8'], ports: { sql: 15_432 } });
    expect(flows(['{ podSelector: {} }'], [named], { pods: [...pods, other] })).toEqual([
      'opens lab/spy, shop/db-2, shop/web → shop/db TCP 5432',
      'opens lab/spy, shop/db, shop/web → shop/db-2 TCP 15432',
    ]);
    expect(flows([dbFrom(`[${all}]`)], [dbFrom(`[${all}]`, '[{ port: sql }]')])).toEqual([]);
  });

  test('of other protocols open on those', () => {
    const after = dbFrom(`[${all}]`, '[{ port: 53, protocol: UDP }, { protocol: SCTP }]');
    expect(flows([dbShut], [after])).toEqual(['opens lab/spy, shop/web → shop/db UDP 53, SCTP 1-65535']);
  });
});

describe('the other end', () => {
  const webHeld = '{ podSelector: { matchLabels: { app: web } }, policyTypes: [Egress], egress: [] }';
  const webToDns =
    '{ podSelector: { matchLabels: { app: web } }, policyTypes: [Egress], egress: [{ ports: [{ port: 53, protocol: UDP }] }] }';

  test('may hold back what would open', () => {
    expect(flows([dbShut, webHeld], [dbFromWeb, webHeld])).toEqual([]);
    expect(flows([dbShut, webToDns], [dbFrom('[]', '[]'), webToDns]).at(-1)).toBe('opens shop/web → shop/db UDP 53');
  });

  test('may let through what it held back, which opens what the database lets in', () => {
    expect(flows([dbFromWeb, webHeld], [dbFromWeb])).toEqual([
      'opens shop/web → any ipv4 on all',
      'opens shop/web → any ipv6 on all',
      'opens shop/web → lab/spy on all',
      'opens shop/web → shop/db TCP 5432',
    ]);
  });

  test('may change together with this one, and neither alone would do', () => {
    expect(flows([dbShut, webHeld], [dbFromWeb])).toContain('opens shop/web → shop/db TCP 5432');
  });
});

describe('labels of a namespace', () => {
  const dbFromLab = dbFrom('[{ namespaceSelector: { matchLabels: { team: lab } } }]');
  const relabelled = new Map([...labelled, ['lab', { team: 'shop' }]]);

  test('that change let in other pods though no policy changes', () => {
    expect(flows([dbFromLab], [dbFromLab], { after: relabelled })).toEqual(['closes lab/spy → shop/db TCP 5432']);
    expect(flows([dbFromLab], [dbFromLab], { before: relabelled })).toEqual(['opens lab/spy → shop/db TCP 5432']);
  });

  test('that change where no selector looks change nothing', () => {
    expect(flows([dbFromWeb], [dbFromWeb], { after: relabelled })).toEqual([]);
  });

  test('that are unknown are none', () => {
    const dbFromNoTeam = dbFrom(
      '[{ namespaceSelector: { matchExpressions: [{ key: team, operator: DoesNotExist }] } }]',
    );
    expect(flows([dbShut], [dbFromNoTeam], { before: new Map(), after: new Map() })).toEqual([
      'opens lab/spy, shop/web → shop/db TCP 5432',
    ]);
  });
});

describe('pods', () => {
  test('on the network of their node are never isolated, and known by their address alone', () => {
    const agent = pod('shop/agent', 'web', { hostNetwork: true, ip: '192.168.0.2' });
    const given = { pods: [db, agent] };
    expect(flows([dbShut], [dbFromWeb], given)).toEqual([]);
    expect(flows([dbShut], [dbFrom('[{ ipBlock: { cidr: 192.168.0.2/32 } }]')], given)).toEqual([
      'opens 192.168.0.2 → shop/db TCP 5432',
      'opens shop/agent → shop/db TCP 5432',
    ]);
    expect(isolation([], ['{ podSelector: {} }'], given)).toEqual(['ingress isolated db']);
  });

  test('that ran to their end are at no end', () => {
    const done = pod('shop/done', 'web', { phase: 'Succeeded' });
    expect(difference(['{ podSelector: {} }'], [dbFromWeb], { pods: [done] })).toEqual({ flows: [], isolation: [] });
  });

  test('reach themselves before and after', () => {
    const deny = '{ podSelector: {}, policyTypes: [Ingress, Egress] }';
    expect(flows([], [deny], { pods: [db] })).toEqual(
      ['any ipv4 → shop/db', 'any ipv6 → shop/db', 'shop/db → any ipv4', 'shop/db → any ipv6'].map(
        (ends) => `closes ${ends} on all`,
      ),
    );
  });

  test('with an empty label are not those without it', () => {
    const [empty, none] = [pod('shop/empty', ''), podOf(podManifest('shop/none'))];
    const dbFromLabelled = dbFrom('[{ podSelector: { matchExpressions: [{ key: app, operator: Exists }] } }]');
    expect(flows([dbShut], [dbFromLabelled], { pods: [db, empty, none] })).toEqual([
      'opens shop/empty → shop/db TCP 5432',
    ]);
  });

  test('of many deployments that are alike to policies are in one flow', () => {
    const many = Array.from({ length: 30 }, (_, index) => pod(`n${index % 7}/pod-${index}`, `app-${index % 5}`));
    const [flow, ...more] = difference([dbShut], [dbFrom(`[${all}]`)], { pods: [db, ...many] }).flows;
    expect(flow?.from).toMatchObject({ type: 'pods', pods: { length: 30 } });
    expect(more).toEqual([]);
  });
});

test('the same policies under other names and in another order differ in nothing', () => {
  expect(difference([dbFromWeb, dbShut], [dbShut, dbFromWeb])).toEqual({ flows: [], isolation: [] });
});

describe('a change that takes too long to work out is refused with a sentence', () => {
  const namespaces = labelled;
  const refused = {
    ok: false,
    error:
      'What this change opens and closes takes too long to work out: it concerns too many pods that policies tell apart.',
  };
  const many = Array.from({ length: 3_000 }, (_, index) => pod(`shop/pod-${index}`, `app-${index}`));

  const [one] = policies([dbShut]);
  const having = (specs: readonly Partial<NetworkPolicy>[]) => ({
    policies: specs.flatMap((spec) => (one === undefined ? [] : [{ ...one, ...spec }])),
    namespaces,
  });

  test('as where thousands of policies are about a pod each', () => {
    const each = many.map(({ name, labels }) => ({ name, pods: { matchLabels: labels } }));
    expect(differenceOf({ policies: [], namespaces }, having(each), many)).toEqual(refused);
  });

  test('as where thousands of rules are asked about each of thousands of pods', () => {
    const ingress = many.map(
      ({ labels }): Rule => ({
        peers: [{ type: 'pods', pods: { matchLabels: labels }, namespaces: undefined }],
        ports: 'any',
      }),
    );
    expect(differenceOf({ policies: [], namespaces }, having([{ pods: {}, ingress }]), many)).toEqual(refused);
  });

  test('as where a dozen of rules tell thousands of pods apart, at both ends', () => {
    const bits = Array.from({ length: 12 }, (_, bit) => bit);
    const told = many.map((one, index) => ({
      ...one,
      labels: Object.fromEntries(bits.filter((bit) => (index >> bit) & 1).map((bit) => [`bit-${bit}`, ''])),
    }));
    const specs = bits.map((bit): Partial<NetworkPolicy> => {
      const pods = { matchExpressions: [{ key: `bit-${bit}`, operator: 'Exists' as const }] };
      return { pods, ingress: [{ peers: [{ type: 'pods', pods, namespaces: undefined }], ports: 'any' }] };
    });
    expect(differenceOf({ policies: [], namespaces }, having(specs), told)).toEqual(refused);
    // A few hundred of them are no trouble.
    expect(differenceOf({ policies: [], namespaces }, having(specs), told.slice(0, 300))).toMatchObject({ ok: true });
  });
});
