import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkSettings } from '#src/commands/check-files.ts';
import { settingsCommand } from '#src/commands/settings.ts';
import { inspectConfig, type Role } from '#src/config.ts';
import { settings, unknownSettings } from '#src/settings.ts';

const root = join(import.meta.dirname, '..');
const names = settings.map(({ name }) => name);
const written = (words: readonly string[]): string => `${settingsCommand(words).out?.join('\n') ?? ''}\n`;

test.each([
  ['.env.example', []],
  ['docs/configuration.md', ['--markdown']],
] as const)('%s is what the settings say: "npm run reference" writes it anew', (file, words) => {
  expect(readFileSync(join(root, file), 'utf8')).toBe(written(words));
});

test('each setting is there once, and what the source reads is a setting', () => {
  expect(new Set(names).size).toBe(names.length);
  const files = execFileSync('git', ['ls-files', 'src/*.ts'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  const read = files
    .filter((file) => !file.endsWith('.test.ts') && !file.startsWith('src/local/') && file !== 'src/settings.ts')
    .flatMap(
      (file) =>
        readFileSync(join(root, file), 'utf8').match(/(?:environment\.|'|\{ |, )((?:HALLPASS|SLACK|REDIS)_[A-Z_]+)/g) ??
        [],
    )
    .map((found) => found.replace(/^.*?(?=HALLPASS|SLACK|REDIS)/, ''));
  expect([...new Set(read)].filter((name) => !names.includes(name))).toEqual([]);
  expect(names.filter((name) => !read.includes(name))).toEqual([]);
});

test.each<[Role, readonly string[]]>([
  ['bot', ['bot']],
  ['worker', ['worker']],
  ['all', ['bot', 'worker']],
  ['guard', ['guard']],
  ['watcher', ['watcher']],
])('a %s that is told nothing names just what is said to be wanted', (role, readers) => {
  const { problems } = inspectConfig({ HALLPASS_ROLE: role });
  const missing = problems.flatMap((problem) => /^([A-Z_]+) is not set/.exec(problem)?.[1] ?? []);
  const wanted = settings
    .filter(({ isWanted, readBy }) => isWanted === true && readBy.some((one) => readers.includes(one)))
    .map(({ name }) => name);
  // The other one of a pair of which one will do.
  const others = role === 'watcher' ? ['HALLPASS_AUDIT_TOKEN_FILE'] : [];
  expect([...missing].sort()).toEqual([...wanted, ...others].sort());
});

test.each(settings.filter(({ usual }) => usual !== undefined && !usual.includes('<')))(
  '$name unset is $name=$usual',
  ({ name, usual = '', readBy }) => {
    const [role = 'bot'] = readBy;
    const unset = { HALLPASS_ROLE: role, HALLPASS_API_PORT: '1' };
    if (name === 'HALLPASS_ROLE') expect(inspectConfig({})).toEqual(inspectConfig({ [name]: usual }));
    else expect(inspectConfig(unset)).toEqual(inspectConfig({ ...unset, [name]: usual }));
  },
);

test.each([
  ['HALLPASS_MANGED_NAMESPACES', 'Is it HALLPASS_MANAGED_NAMESPACES that you mean?'],
  ['HALLPASS_SIEM_URl', 'Is it HALLPASS_SIEM_URL that you mean?'],
  ['HALLPASS_COLOUR', 'Take it away.'],
  ['SLACK_BOT_TOKN', 'Is it SLACK_BOT_TOKEN that you mean?'],
  ['REDIS_UR', 'Is it REDIS_URL that you mean?'],
])('%s does nothing, which is told', (name, hint) => {
  expect(unknownSettings({ [name]: 'x', HALLPASS_ROLE: 'bot' })).toEqual([
    `${name} is no setting, and does nothing. ${hint}`,
  ]);
});

test.each([
  'HALLPASS_GUARD_SERVICE_HOST',
  'HALLPASS_GUARD_SERVICE_PORT_HTTPS',
  'HALLPASS_GUARD_PORT_443_TCP_ADDR',
  'HALLPASS_CACHE',
  'SLACK_CHANNEL_OF_MY_SCRIPT',
  'REDIS_SERVICE_HOST',
  'PATH',
])('%s is somebody else’s, and no word is said of it', (name) => {
  expect(unknownSettings({ [name]: 'x' })).toEqual([]);
});

test('a value is never repeated: it may be a secret', () => {
  expect(unknownSettings({ SLACK_BOT_TOKN: 'xoxb-secret' }).join()).not.toContain('xoxb');
});

test('the doctor cautions of it', () => {
  const environment = { HALLPASS_ROLE: 'watcher', HALLPASS_AUDIT_PROT: '1' };
  const found = checkSettings(inspectConfig(environment), unknownSettings(environment));
  expect(found).toContainEqual({
    type: 'caution',
    text: 'HALLPASS_AUDIT_PROT is no setting, and does nothing. Is it HALLPASS_AUDIT_PORT that you mean?',
  });
});

test('a process that starts with it says so, and goes on', () => {
  const environment = { PATH: process.env.PATH, HALLPASS_ROLE: 'watcher', HALLPASS_AUDIT_PROT: '1' };
  const started = spawnSync(process.execPath, [join(root, 'src/main.ts')], { env: environment, encoding: 'utf8' });
  expect(started.stderr).toContain(
    'Hallpass does not know all of its environment:\n  - HALLPASS_AUDIT_PROT is no setting',
  );
  expect(started.stderr).toContain('HALLPASS_AUDIT_CLUSTER is not set');
  expect(started.status).toBe(1);
});
