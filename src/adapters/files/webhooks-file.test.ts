import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Outgoing } from '#domain/outgoing/destination.ts';
import type { Result } from '#domain/result.ts';
import { withFolder } from '#test/build/folder.ts';
import { readWebhooksFile } from './webhooks-file.ts';

const right = `source: https://hallpass.example.com
destinations:
  - name: tickets
    url: https://tickets.example.com/hooks?key=secret-of-the-url
    events: [submitted, ended]
    namespaces: ['shop-*']
    signingKeyFile: tickets.key
  - name: mail
    url: http://127.0.0.1:8080/
    events: ['*']
    signingKeyFile: /keys/mail.key
    caFile: ca.pem
    history: true
`;
const reading = (text: string, more: (read: Result<Outgoing, readonly string[]>, folder: string) => void) =>
  withFolder({ 'webhooks.yaml': text }, async (folder) =>
    more(await readWebhooksFile(join(folder, 'webhooks.yaml')), folder),
  );
const problemsIn = async (text: string): Promise<readonly string[]> => {
  let problems: readonly string[] = [];
  await reading(text, (read, folder) => {
    problems = read.ok ? [] : read.error.map((one) => one.replaceAll(`${folder}/`, ''));
  });
  return problems;
};
const edited = (from: string, to: string): Promise<readonly string[]> => {
  expect(right).toContain(from);
  return problemsIn(right.replace(from, to));
};

describe('webhooks.yaml', () => {
  test('says where events go; what is left out fits everything, and files are beside it', async () => {
    await reading(right, (read, folder) => {
      expect(read).toEqual({
        ok: true,
        value: {
          source: 'https://hallpass.example.com',
          destinations: [
            {
              name: 'tickets',
              url: 'https://tickets.example.com/hooks?key=secret-of-the-url',
              events: ['submitted', 'ended'],
              clusters: ['*'],
              namespaces: ['shop-*'],
              kinds: ['*'],
              rules: ['*'],
              signingKeyFile: join(folder, 'tickets.key'),
              history: false,
              skip: [],
              linkLocal: false,
            },
            expect.objectContaining({
              name: 'mail',
              signingKeyFile: '/keys/mail.key',
              caFile: join(folder, 'ca.pem'),
              history: true,
            }),
          ],
        },
      });
    });
  });

  test('has every problem named at once, each with its line and what to do, and no address repeated', async () => {
    const problems = await problemsIn(`source: "not a uri"
destinations:
  - name: Tickets
    url: http://tickets.example.com/?key=secret-of-the-url
    events: [submited]
    signingKeyFile: tickets.key
  - name: mail
    url: mail
    events: []
    retries: 3
`);
    expect(problems.map((one) => one.replace(/: (.{24}).*/s, ': $1'))).toEqual([
      'webhooks.yaml:1: "source": not a URI. Wri',
      'webhooks.yaml:3: "destinations.0.name": n',
      'webhooks.yaml:4: "destinations.0.url": no',
      'webhooks.yaml:5: "destinations.0.events.0',
      'webhooks.yaml:8: "destinations.1.url": no',
      'webhooks.yaml:9: "destinations.1.events":',
      'webhooks.yaml:7: "destinations.1.signingK',
      'webhooks.yaml:10: "destinations.1.retries"',
    ]);
    expect(problems.join('\n')).not.toContain('secret-of-the-url');
    expect(problems.join('\n')).toContain('Write one of "*", "submitted", ');
  });

  test.each([
    ['plain HTTP to elsewhere', 'http://127.0.0.1:8080/', 'http://10.0.0.7/', 'starts with https://'],
    ['another protocol', 'http://127.0.0.1:8080/', 'file:///etc/passwd', 'starts with https://'],
    ['a password', 'http://127.0.0.1:8080/', 'https://a:secret@example.com/', 'holds a user or a password'],
    ['a fragment', 'http://127.0.0.1:8080/', 'https://example.com/#part', 'holds a "#"'],
    [
      'the metadata of a cloud',
      'http://127.0.0.1:8080/',
      'https://169.254.169.254/latest',
      'where clouds keep credentials',
    ],
    [
      'the same in other words',
      'http://127.0.0.1:8080/',
      'https://[::ffff:a9fe:a9fe]/',
      'where clouds keep credentials',
    ],
    ['a name that is there twice', 'name: mail', 'name: tickets', 'there are two destinations "tickets"'],
    ['no destination', /destinations:[\s\S]*/.exec(right)?.[0] ?? '', 'destinations: []\n', 'there are none'],
  ])('is refused with %s', async (_, from, to, message) => {
    const problems = await edited(from, to);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
    expect(problems[0]).toMatch(/^webhooks\.yaml:\d+: /);
    expect(problems[0]).not.toContain('secret@');
  });

  test.each([
    ['| https://example.com/secret', 'Not a YAML token'],
    ['*https://example.com/secret', 'an alias cannot be resolved (Unresolved alias'],
    ['} https://example.com/secret', 'Unexpected scalar token in YAML stream'],
  ])('that is broken as by %j is told of without the address', async (url, message) => {
    const problems = (await edited('url: http://127.0.0.1:8080/', `url: ${url}`)).join('\n');
    expect(problems).toContain(message);
    expect(problems).not.toContain('secret');
  });

  test('may name a link-local address where that is meant', async () => {
    expect(await edited('url: http://127.0.0.1:8080/', 'url: https://169.254.7.7/\n    linkLocal: true')).toEqual([]);
  });

  test('that is not there, or is no YAML, is said to be so', async () => {
    expect(await readWebhooksFile('/nowhere/webhooks.yaml')).toEqual({
      ok: false,
      error: [expect.stringMatching(/^\/nowhere\/webhooks\.yaml: cannot be read \(ENOENT.*HALLPASS_WEBHOOKS/)],
    });
    expect(await problemsIn('destinations: [')).toEqual([expect.stringContaining('webhooks.yaml:1')]);
  });

  test('is a problem, and no exception, where it nests deeper than can be read', async () => {
    const problems = await problemsIn(`destinations:\n  - ${'a: b'.repeat(10_000)}\n  - name: tickets\n`);
    expect(problems).toEqual(['webhooks.yaml: it nests deeper than can be read. Is it the right file?']);
  });

  test('is not repeated where it is no YAML: an address that stands at the wrong place may be secret', async () => {
    const problems = await edited('    url: https', '    url:\n    https');
    expect(problems.join('\n')).toContain('webhooks.yaml:');
    expect(problems.join('\n')).not.toContain('secret-of-the-url');
  });

  test('leaves out events by their ids, and says what an id is', async () => {
    const event = 'a1'.repeat(32);
    expect(await edited('    history: true', `    skip: [${event}]`)).toEqual([]);
    for (const wrong of ['k7m2-qx', event.toUpperCase(), event.slice(1)])
      expect((await edited('    history: true', `    skip: [${wrong}]`)).join()).toContain('not the id of an event');
  });
});
