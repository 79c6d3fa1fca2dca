import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTyped, type Typed } from './typed-request.ts';

const read = (text: string): Typed | string => {
  const typed = parseTyped(text);
  return typed.ok ? typed.value : typed.error;
};

describe('what is typed', () => {
  test('is taken apart: kind, words, place, duration and reason', () => {
    expect(read('access ingress-edit prod/web for 30m because checkout 502s')).toEqual({
      kind: 'access',
      words: ['ingress-edit'],
      namespace: 'prod',
      objects: ['web'],
      duration: '30m',
      reason: 'checkout 502s',
    });
  });

  test('may leave out objects and duration', () => {
    expect(read('access ingress-view shop because I look')).toEqual({
      kind: 'access',
      words: ['ingress-view'],
      namespace: 'shop',
      objects: [],
      reason: 'I look',
    });
  });

  test('may name several objects, a cluster and the person it is for', () => {
    expect(read('access ingress-edit shop/web,api on staging to <@U02BOB|bob> because rota')).toMatchObject({
      objects: ['web', 'api'],
      cluster: 'staging',
      subject: 'U02BOB',
    });
  });

  test('may have its options anywhere before the reason, in any case, with any white space', () => {
    const same = read('access ingress-edit shop/web for 30m on dev because it broke');
    expect(read('  FOR 30m  access ON dev\tingress-edit   shop/web   Because   it broke ')).toEqual(same);
    expect(read('access for 30m ingress-edit shop/web on dev because it broke')).toEqual(same);
  });

  test('may say "because", "for" and "on" again within the reason', () => {
    expect(read('access ingress-edit shop because on call, for ever because because')).toMatchObject({
      reason: 'on call, for ever because because',
    });
  });

  test('may have a reason of several lines', () => {
    expect(read('access ingress-edit shop because one\ntwo')).toMatchObject({ reason: 'one\ntwo' });
  });

  test('may have stray commas behind the place', () => {
    expect(read('access ingress-edit shop/web,,api, because x')).toMatchObject({ objects: ['web', 'api'] });
    expect(read('access ingress-edit shop/ because x')).toMatchObject({ namespace: 'shop', objects: [] });
  });

  test('keeps a second slash in the object, where it is no name and refused later', () => {
    expect(read('access ingress-edit shop/../kube-system because x')).toMatchObject({
      namespace: 'shop',
      objects: ['../kube-system'],
    });
  });

  test('is not judged: a duration may be any word', () => {
    expect(read('access ingress-edit shop for ever because x')).toMatchObject({ duration: 'ever' });
  });

  test('may say that it is for good', () => {
    for (const text of ['for good', 'for GOOD', 'permanently', 'for forever'])
      expect(read(`change tls a.test=s shop/web ${text} because x`)).toMatchObject({
        duration: 'good',
        words: ['tls', 'a.test=s'],
      });
  });

  test('is read as it was typed, where Slack made links of hosts', () => {
    const sent =
      'change add <http://shop.acme.test/beta|shop.acme.test/beta>=web:80 shop/<http://web.io|web.io> for 10m because see <https://ci.test|ci.test>';
    expect(read(sent)).toMatchObject({
      words: ['add', 'shop.acme.test/beta=web:80'],
      objects: ['web.io'],
      reason: 'see ci.test',
    });
    expect(read('change annotate a=x&lt;y&gt;&amp;z shop/web because x')).toMatchObject({
      words: ['annotate', 'a=x<y>&z'],
    });
  });

  test('glues lists, and no value and no option to what stands behind it', () => {
    expect(read('access p shop/web, api, cart for 10m because x')).toMatchObject({
      objects: ['web', 'api', 'cart'],
      words: ['p'],
    });
    expect(read('access p shop/web, for 10m because x')).toMatchObject({ objects: ['web'], duration: '10m' });
    expect(read('open app=a into app=b 8080, 53/UDP shop because x')).toMatchObject({
      words: ['app=a', 'into', 'app=b', '8080,53/UDP'],
      namespace: 'shop',
    });
    expect(read('change annotate key=a, shop/web because x')).toMatchObject({
      words: ['annotate', 'key=a,'],
      namespace: 'shop',
    });
    expect(read('change annotate key=a, b shop/web because x')).toMatchObject({ words: ['annotate', 'key=a,', 'b'] });
  });

  test('has an empty reason where nothing stands behind "because"', () => {
    expect(read('access ingress-edit shop because')).toMatchObject({ reason: '' });
  });
});

describe('a typing error is answered with the right usage', () => {
  const usage = 'Write it like `/jit request &lt;kind&gt;';
  test.each([
    ['', 'Say what and where.'],
    ['   ', 'Say what and where.'],
    ['access', 'Say what and where.'],
    ['access because x', 'Say what and where.'],
    ['because x', 'Say what and where.'],
    ['access ingress-edit /web because x', 'Say what and where.'],
    ['access ingress-edit shop', 'Say why: "because …" is missing.'],
    ['access ingress-edit shop becauseitbroke', 'Say why'],
    ['access ingress-edit shop for because x', 'Something is missing behind "for".'],
    ['access ingress-edit shop on', 'Something is missing behind "on".'],
    ['access ingress-edit shop for 1h for 2h because x', '"for" is there twice.'],
    ['access ingress-edit shop to <@U02BOB> to <@U02CAROL> because x', '"to" is there twice.'],
  ])('%j', (text, problem) => {
    expect(read(text)).toContain(problem);
    expect(read(text)).toContain(usage);
  });

  test.each(['bob', '@bob', 'bob@example.com', '<@bob>', '<@U02BOB', 'U02BOB', '<!channel>', '<@U02BOB|<!channel>>x'])(
    'and a person is one that Slack’s list gave, not %s',
    (subject) => {
      expect(read(`access ingress-edit shop to ${subject} because x`)).toBe(
        'Behind "to" stands a person, picked from Slack’s list: @name.',
      );
    },
  );
});

test('a typing error in a known kind is answered with the usage of that kind', () => {
  const kinds = [
    { name: 'access', usage: '<profile> <namespace>', isForSomebody: true, mayBePermanent: false },
    { name: 'change', usage: '<edit> … <namespace>/<name>', isForSomebody: false, mayBePermanent: true },
  ];
  const typed = parseTyped('change tls', kinds);
  expect(typed.ok ? '' : typed.error).toContain(
    '`/jit request change &lt;edit&gt; … &lt;namespace&gt;/&lt;name&gt; [on &lt;cluster&gt;] [from &lt;22:00&gt;] for &lt;30m&gt;|good because &lt;reason&gt;`',
  );
  const other = parseTyped('access', kinds);
  expect(other.ok ? '' : other.error).toContain('[to @person] [from &lt;22:00&gt;] for &lt;30m&gt; because');
});

test.each([
  ['access x shop from 22:00 for 30m because y', '22:00'],
  ['access x shop from tomorrow 06:00 for 30m because y', 'tomorrow 06:00'],
  ['access x from 2026-12-01 6:30 shop for 30m because y', '2026-12-01 6:30'],
  ['access x shop from today because y', 'today'],
])('%s begins when it says', (text, start) => {
  expect(parseTyped(text)).toMatchObject({ ok: true, value: { start, namespace: 'shop', words: ['x'] } });
});

test('no text makes it throw, and what it reads has a kind, a namespace and a reason', () => {
  const word = fc.constantFrom(
    'access',
    'on',
    'to',
    'for',
    'because',
    'shop/web',
    '/',
    ',',
    '30m',
    '<@U02BOB>',
    '\n',
    '\u202e',
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 10 }).map((words) => words.join(' ')),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (one) => {
      const typed = parseTyped(one);
      if (!typed.ok) return;
      expect(typed.value.kind).not.toBe('');
      expect(typed.value.namespace).not.toBe('');
      expect(typed.value.kind).not.toMatch(/\s/);
      expect(typed.value.namespace).not.toMatch(/[\s/]/);
    }),
  );
});
