import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import { openings, openOver } from '#test/build/openings.ts';
import { open } from './open.ts';

const kind = openOver();
const words = (text: string, over = kind, objects: readonly string[] = []) => over.fromWords(text.split(' '), objects);
const read = (text: string, over = kind): Json => {
  const result = words(text, over);
  if (result.ok) return result.value;
  throw new Error(result.error);
};
const why = (text: string, over = kind): string => {
  const result = words(text, over);
  if (result.ok) throw new Error(`It was read: ${JSON.stringify(result.value)}`);
  return result.error;
};
const described = (ask: Json, over = kind) => {
  const result = over.describe(ask);
  if (result.ok) return result.value;
  throw new Error(result.error);
};
const across = {
  profile: 'other-pods',
  to: { labels: { app: 'ledger' } },
  from: { namespace: 'shop-front', labels: { app: 'web' } },
  ports: [
    { protocol: 'TCP', port: 8080 },
    { protocol: 'TCP', port: 5432 },
  ],
};

describe('typed words', () => {
  test('name both ends and the ports; the opening follows from the source', () => {
    expect(read('app=web@shop-front into app=ledger 8080,5432/TCP')).toEqual(across);
    expect(read('app=web into app=ledger http')).toEqual({
      profile: 'pods-to-pods',
      to: { labels: { app: 'ledger' } },
      from: { labels: { app: 'web' } },
      ports: [{ protocol: 'TCP', port: 'http' }],
    });
    expect(read('10.1.0.0/17,10.2.3.4,2001:DB8::1 into app=ledger,tier=db 53/udp,8000-8010')).toEqual({
      profile: 'addresses',
      to: { labels: { app: 'ledger', tier: 'db' } },
      from: { cidrs: ['10.1.0.0/17', '10.2.3.4/32', '2001:db8::1/128'] },
      ports: [
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 8000, endPort: 8010 },
      ],
    });
  });

  test('name the opening too where several fit', () => {
    const two = openOver([
      ...openings,
      { name: 'office', title: 'Office', from: 'addresses', widest: { ipv4: 24, ipv6: 56 } },
    ]);
    expect(why('10.1.0.0/24 into app=ledger 80', two)).toContain(
      'Say which opening, first of all: addresses or office.',
    );
    expect(read('office 10.1.0.0/24 into app=ledger 80', two)).toMatchObject({ profile: 'office' });
    expect(read('other-pods app=web@shop-front into app=ledger 8080,5432')).toEqual(across);
  });

  test('say every pod of a namespace in so many words', () => {
    expect(read('all@shop-front into app=ledger 80')).toMatchObject({ from: { namespace: 'shop-front', labels: {} } });
    expect(why('@shop-front into app=ledger 80', openOver(openings.slice(0, 1)))).toContain('Nothing can be opened');
  });

  test('say the same however often and in whatever order', () => {
    expect(read('b=2,a=1,b=2@shop-front into app=ledger 80,80/tcp')).toEqual(
      read('a=1,b=2@shop-front into app=ledger 80'),
    );
  });

  test.each([
    ['', 'Say from where, into which pods, and on which ports. Write it like app=web@shop-front into app=ledger'],
    ['app=web into app=ledger', 'Say from where'],
    ['app=web app=ledger 80', 'Say from where'],
    ['app=web into app=ledger 80 please', '"please" is too much'],
    ['app=web@a@b into app=ledger 80', 'more than one "@"'],
    ['all into app=ledger 80', 'Every pod of the namespace itself cannot be asked for'],
    ['app=web@Shop into app=ledger 80', '"Shop" is not the name of a namespace'],
    ['app=web@ into app=ledger 80', 'is for pods of another namespace: say which'],
    ['app=web into ledger 80', '"ledger" is not a label'],
    ['app=web into app==ledger 80', '"app==ledger" is not a label'],
    ['app=web into -app=ledger 80', '"-app=ledger" is not a label'],
    ['app=web into app=led\u202eger 80', 'is not a label'],
    ['__proto__=x@shop-front into app=ledger 80', 'is not a label'],
    ['app=web into a=1,a=2 80', 'No pod has two values of the label "a"'],
    ['app=web into a=1,b=2,c=3,d=4,e=5,f=6 80', 'at most 5 labels'],
    ['app=web into , 80', 'at least one label must be named'],
    ['app=web into app=ledger 0', 'ports begin at 1'],
    ['app=web into app=ledger 65536', 'ports end at 65535'],
    ['app=web into app=ledger 80/icmp', '"80/icmp" is not a port'],
    ['app=web into app=ledger 80/tcp/udp', 'is not a port'],
    ['app=web into app=ledger 90-80', 'goes from a number to a higher one'],
    ['app=web into app=ledger a--b', 'is neither the number of a port nor a name'],
    ['app=web into app=ledger Http', 'is neither the number of a port nor a name'],
    ['app=web into app=ledger ,', 'at least one port'],
    [`app=web into app=ledger ${Array.from({ length: 21 }, (_, index) => index + 1).join()}`, 'at most 20 ports'],
  ])('%j are answered with what is wrong', (text, reason) => {
    expect(why(text)).toContain(reason);
  });

  test('name no objects', () => {
    const result = words('app=web into app=ledger 80', kind, ['ledger']);
    expect(result.ok ? '' : result.error).toContain('names pods by their labels, not objects');
  });
});

describe('addresses', () => {
  test.each([
    '0.0.0.0/0',
    '0.0.0.0/1,128.0.0.0/1',
    '::/0',
    '::/1,8000::/1',
    '10.0.0.0/15',
    '10.0.0.0/16,10.1.0.0/32',
    '2001:db8::/47',
  ])('as wide as %s are refused', (cidrs) => {
    expect(why(`${cidrs} into app=ledger 80`)).toContain('is too wide');
  });

  test.each([
    '10.0.0.0/16',
    '10.0.0.0/17,10.0.128.0/17',
    '10.0.0.0/16,10.0.3.0/24',
    '2001:db8::/48,10.0.0.0/16',
    '64:ff9b:1::/48',
  ])('within what is widest, like %s, are not', (cidrs) => {
    expect(words(`${cidrs} into app=ledger 80`).ok).toBe(true);
  });

  test.each([
    '10.1.2.3/16',
    '10.1/16',
    '010.0.0.0/8',
    '::ffff:10.0.0.0/112',
    '::ffff:a00:0/112',
    '::10.0.0.0/112',
    '0:0:0:0:0:ffff:0:0/96',
    '0::ffff:0:0/96',
    '0:0:0:0:0:ffff:10.0.0.0/104',
    '::fffe:0:0/95',
    '0::/96',
    '::/80',
    '64:ff9b::/96',
    '64:ff9b::10.0.0.0/104',
    '64:ff9b:0:0:0:0:a00:0/112',
    'example.com',
    '10.0.0.0/33',
  ])('written like %s are refused', (cidr) => {
    expect(why(`${cidr} into app=ledger 80`)).toMatch(
      /Write (it with its first address and its length|the IPv4 block), like 10/,
    );
  });

  test('are at most twenty', () => {
    const many = Array.from({ length: 21 }, (_, index) => `10.0.0.${index}`).join();
    expect(why(`${many} into app=ledger 80`)).toContain('at most 20 addresses');
  });

  test('of more than the widest block never get through, however they are cut', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 31 }), { minLength: 1, maxLength: 20 }), (parts) => {
        // Twentieths of a /13: eight of them make a /16.
        const cidrs = parts.map((part) => `10.${Math.floor(part / 8)}.${(part % 8) * 32}.0/19`).join();
        expect(words(`${cidrs} into app=ledger 80`).ok).toBe(parts.length <= 8);
      }),
    );
  });
});

describe('an ask', () => {
  test.each<[string, Json]>([
    ['of pods of the same namespace that names another', { ...across, profile: 'pods-to-pods' }],
    ['of pods of the same namespace that names no label', { ...across, profile: 'pods-to-pods', from: { labels: {} } }],
    ['of another namespace that names none', { ...across, from: { labels: { app: 'web' } } }],
    ['of addresses that names pods', { ...across, profile: 'addresses' }],
    ['of pods that names addresses', { ...across, from: { cidrs: ['10.0.0.0/32'] } }],
    ['that is open to every pod', { ...across, to: { labels: {} } }],
    [
      'with labels that a record would drop',
      { ...across, from: JSON.parse('{"namespace":"a","labels":{"__proto__":"x"}}') },
    ],
    ['without ports', { ...across, ports: [] }],
    ['with a range behind a name', { ...across, ports: [{ protocol: 'TCP', port: 'http', endPort: 90 }] }],
    ['with more in it than is known', { ...across, all: true }],
    ['of an opening that there is not', { ...across, profile: 'constructor' }],
  ])('%s is refused', (_, ask) => {
    const refused = kind.describe(ask);
    expect(refused.ok).toBe(false);
    expect(
      kind.plan(ask, { request: 'k7m2-qx' as never, namespace: 'x', identity: { user: '', groups: [] }, seen: [] }),
    ).toEqual(refused);
  });

  test('looks at both namespaces, and only at its own for the others', () => {
    const looked = (ask: Json) => {
      const looks = kind.look(ask, 'payments');
      if (!looks.ok) throw new Error(looks.error);
      return looks.value.map((look) =>
        look.type === 'list' ? `${look.of.resource} of ${look.namespace}` : `${look.target.kind} ${look.target.name}`,
      );
    };
    const own = ['pods of payments', 'networkpolicies of payments', 'Namespace payments'];
    expect(looked(read('app=web into app=ledger 80'))).toEqual(own);
    expect(looked(read('10.0.0.0/16 into app=ledger 80'))).toEqual(own);
    expect(looked(across)).toEqual([
      ...own,
      'pods of shop-front',
      'networkpolicies of shop-front',
      'Namespace shop-front',
    ]);
  });
});

describe('a description', () => {
  test('says what is opened to whom', () => {
    expect(described(across)).toMatchObject({
      profiles: ['other-pods'],
      noun: 'opening',
      reachesFurther: true,
      title: 'Let app=web of shop-front reach app=ledger',
      objects: [],
      powers: ['TCP 8080, TCP 5432 from pods app=web of shop-front to pods app=ledger'],
    });
    const near = described(read('app=web into app=ledger 8000-8010/udp'));
    expect(near).toMatchObject({ reachesFurther: false, title: 'Let app=web reach app=ledger' });
    expect(near.powers).toEqual(['UDP 8000-8010 from pods app=web to pods app=ledger']);
    expect(described(read('10.0.0.0/24,10.0.1.0/24 into app=ledger 80'))).toMatchObject({
      reachesFurther: false,
      title: 'Let 10.0.0.0/24 and 1 more reach app=ledger',
      powers: ['TCP 80 from 10.0.0.0/24, 10.0.1.0/24 to pods app=ledger'],
    });
  });

  test('warns of every pod of a namespace', () => {
    expect(described(read('all@shop-front into app=ledger 80'))).toMatchObject({
      title: 'Let every pod of shop-front reach app=ledger',
      cautions: expect.arrayContaining(['Every pod of namespace shop-front gets through, whatever it runs.']),
    });
  });

  test.each([
    ['203.0.113.0/24', true],
    ['172.32.0.0/16', true],
    ['10.0.0.0/24,8.8.8.8', true],
    ['2001:db8::/48', true],
    ['10.0.0.0/16', false],
    ['172.31.0.0/16', false],
    ['192.168.0.0/16', false],
    ['fd12::/48', false],
  ])('of %s warns of addresses beyond private ranges: %j', (cidrs, warns) => {
    const { cautions } = described(read(`${cidrs} into app=ledger 80`));
    expect(cautions.some((line) => line.startsWith('Lets in addresses beyond private ranges'))).toBe(warns);
  });

  test.each([
    ['169.254.169.0/24', true],
    ['fd00:ec2::/48', true],
    ['169.254.170.0/24', false],
  ])('of %s warns of the cloud’s metadata: %j', (cidrs, warns) => {
    const { cautions } = described(read(`${cidrs} into app=ledger 80`));
    expect(cautions.some((line) => line.includes('metadata'))).toBe(warns);
  });

  test('says what comes later and what outlives the end', () => {
    const said = described(across).cautions.join(' ');
    expect(said).toContain('Pods that get these labels later');
    expect(said).toContain('Connections that are open at the end may go on');
    expect(said).not.toContain('range of ports');
    expect(described(read('app=web into app=ledger 80-90')).cautions.join(' ')).toContain('A range of ports needs');
  });

  test('carries the caution of its opening', () => {
    const over = openOver([{ name: 'x', title: 'X', from: 'same-namespace', caution: 'Ask payments first.' }]);
    expect(described(read('app=web into app=ledger 80', over), over).cautions).toContain('Ask payments first.');
  });
});

describe('a form', () => {
  const names = (profile: string, offered = ['pods-to-pods', 'other-pods', 'addresses']) =>
    kind.fields({ profile }, offered).map(({ name }) => name);

  test('asks which opening first, and then what that needs', () => {
    expect(kind.fields({}, ['addresses'])).toEqual([
      {
        name: 'profile',
        label: 'What to open',
        again: true,
        input: { type: 'choice', options: [{ value: 'addresses', label: 'Let addresses in' }] },
      },
    ]);
    expect(names('pods-to-pods')).toEqual(['profile', 'from', 'to', 'ports']);
    expect(names('other-pods')).toEqual(['profile', 'from_namespace', 'from', 'to', 'ports']);
    expect(names('addresses')).toEqual(['profile', 'cidrs', 'to', 'ports']);
    expect(names('addresses', ['other-pods'])).toEqual(['profile']);
  });

  test('is read like the words', () => {
    const form = (values: Record<string, string>) =>
      kind.fromForm(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]])));
    const common = { to: 'app=ledger', ports: '8080, 5432/TCP' };
    expect(form({ profile: 'other-pods', from_namespace: ' shop-front ', from: 'app=web', ...common })).toEqual(
      words('app=web@shop-front into app=ledger 8080,5432'),
    );
    expect(form({ profile: 'other-pods', from_namespace: 'shop-front', from: '', ...common })).toEqual(
      words('all@shop-front into app=ledger 8080,5432'),
    );
    expect(form({ profile: 'addresses', cidrs: '10.1.0.0/16\n10.1.2.3', ...common })).toEqual(
      words('10.1.0.0/16,10.1.2.3 into app=ledger 8080,5432'),
    );
    // What was left over from another opening is not read.
    expect(form({ profile: 'pods-to-pods', from: 'app=web', from_namespace: 'other', cidrs: 'x', ...common })).toEqual(
      words('app=web into app=ledger 8080,5432'),
    );
    expect(form({ profile: 'other-pods', from: 'app=web', ...common }).ok).toBe(false);
    expect(form({}).ok).toBe(false);
  });
});

const problemsIn = (settings: unknown): readonly string[] => {
  const configured = open.configure(settings);
  return configured.ok ? [] : configured.error.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the settings', () => {
  const addresses = (ipv4: number, ipv6 = 48) => ({
    openings: [{ name: 'a', title: 'A', from: 'addresses', widest: { ipv4, ipv6 } }],
  });

  test('are read', () => {
    expect(problemsIn({ openings })).toEqual([]);
    expect(kind.profiles).toEqual([
      { profile: 'pods-to-pods', title: 'Let pods reach others', reachesFurther: false },
      { profile: 'other-pods', title: 'Let pods of another namespace in', reachesFurther: true },
      { profile: 'addresses', title: 'Let addresses in', reachesFurther: false },
    ]);
  });

  test.each<[string, unknown, string]>([
    ['nothing', { openings: [] }, 'openings: '],
    ['no list', {}, 'openings: '],
    ['a source unheard of', { openings: [{ name: 'a', title: 'A', from: 'everywhere' }] }, 'openings.0.from: '],
    [
      'a key that is not known',
      { openings: [{ name: 'a', title: 'A', from: 'same-namespace', widest: {} }] },
      'openings.0.widest: this key is not known here',
    ],
    ['addresses without a bound', { openings: [{ name: 'a', title: 'A', from: 'addresses' }] }, 'openings.0.widest: '],
    ['addresses that are all there are', addresses(0), 'openings.0.widest.ipv4: nothing wider than 8'],
    ['addresses that are half of them', addresses(1), 'openings.0.widest.ipv4: '],
    ['IPv6 addresses that are all there are', addresses(16, 0), 'openings.0.widest.ipv6: '],
    [
      'a name twice',
      { openings: [openings[0], openings[0]] },
      'openings.1.name: opening "pods-to-pods" is there twice',
    ],
  ])('with %s are a problem at its place', (_, settings, problem) => {
    expect(problemsIn(settings)[0]).toContain(problem);
  });
});

test('the worker needs to write NetworkPolicies and to see pods, and no more', () => {
  expect(kind.permissions).toEqual({
    namespaced: [
      { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['get', 'list', 'create', 'delete'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ],
    inNamespaces: {},
    clusterWide: [],
  });
  expect(open.makes.map(({ resource }) => resource)).toEqual(['networkpolicies']);
  expect([kind.isForSomebody, kind.mayBePermanent]).toEqual([false, false]);
});
