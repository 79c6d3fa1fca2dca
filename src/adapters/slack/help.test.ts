import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { kindModules } from '#kinds/index.ts';
import { changeOver } from '#test/build/changes.ts';
import { accessOver } from '#test/build/profiles.ts';
import { filesBesideRules } from '#test/build/shipped-policy.ts';
import { helpFor, unknownCommand } from './help.ts';
import { parseTyped } from './typed-request.ts';

const kinds = [accessOver(), changeOver()];
const first = (verb: string): string => unknownCommand(verb, kinds).split('\n')[0] ?? '';

test('the help says what stands behind each verb of a change', () => {
  for (const shape of [
    'add &lt;host&gt;/&lt;path&gt;=&lt;service&gt;:&lt;port&gt;',
    'remove &lt;host&gt;[/&lt;path&gt;]',
    'backend &lt;host&gt;/&lt;path&gt;=&lt;service&gt;:&lt;port&gt;',
    'annotate &lt;key&gt;=&lt;value&gt;',
    'tls &lt;host&gt;=&lt;secret&gt;',
    'delete &lt;resource&gt;',
  ])
    expect(helpFor(kinds)).toContain(shape);
  expect(helpFor(kinds).length).toBeLessThan(3_000);
});

// Slack takes longer texts, and asks for no more than 4,000 characters (docs.slack.dev/reference/methods/chat.postMessage).
test('the help of a policy with every kind is still one message', () => {
  const all = kindModules.map(({ settingsFile, configure }) => {
    const kind = configure(parse(filesBesideRules[settingsFile] ?? ''));
    return kind.ok ? kind.value : expect.fail(settingsFile);
  });
  expect(all).toHaveLength(kindModules.length);
  expect(helpFor(all).length).toBeLessThan(3_700);
  expect(helpFor(all)).toContain(
    '`/jit request scale [deployment|statefulset] &lt;pods&gt; &lt;namespace&gt;/&lt;name&gt;,… [on &lt;cluster&gt;] [from &lt;22:00&gt;] for &lt;30m&gt;|good because &lt;reason&gt;`',
  );
});

test.each([
  ['lsit', 'list'],
  ['aprove', 'approve'],
  ['wihdraw', 'withdraw'],
  ['hlep', 'help'],
  ['extned', 'extend'],
  ['shwo', 'show'],
  ['change', 'request change …'],
])('"%s" is answered with the nearest command, "%s"', (typed, meant) => {
  expect(first(typed)).toBe(`\`/jit ${typed}\` is not a command. Did you mean \`/jit ${meant}\`?`);
});

test.each(['frobnicate', 'x', 'l'.repeat(5_000), '<!here>'])('"%.20s" is near to no command', (typed) => {
  expect(first(typed)).not.toContain('Did you mean');
  expect(first(typed)).not.toContain('<!');
});

test.each([
  'change',
  'change frobnicate',
  'change frobnicate shop/web',
  'change frobnicate shop/web because x',
  'change add',
])('"%s" is answered with what may stand there, before anything about why', (typed) => {
  const read = parseTyped(typed, kinds);
  // What has all its parts goes on to the kind, which says the same.
  const said = read.ok ? changeOver().fromWords(read.value.words, read.value.objects) : read;
  expect(said.ok ? '' : said.error).toContain('Say what to change: add ');
  expect(said.ok ? '' : said.error).not.toContain('Say why');
});

test('an incomplete verb is answered with its own pattern; a whole one without a reason is asked why', () => {
  const said = (typed: string) => {
    const read = parseTyped(typed, kinds);
    return read.ok ? '' : read.error;
  };
  expect(said('change add shop/web')).toMatch(
    /^Something is missing behind "add"\. Write it like: add &lt;host&gt;\/&lt;path&gt;=/,
  );
  expect(said('change add shop.acme.test shop/web')).toContain('is not understood');
  expect(said('change remove shop.acme.test shop/web for 5m')).toMatch(/^Say why/);
  expect(said('access ingress-edit shop')).toMatch(/^Say why/);
});
