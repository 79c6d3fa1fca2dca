import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withFolder } from '#test/build/folder.ts';
import { readApiSettings } from './api-settings.ts';
import { keepLogin, loginPath } from './login-file.ts';

const good = { HALLPASS_API: 'https://hallpass.acme.test', HALLPASS_TOKEN: 'hunter2' };

test('an address may have a path, under which the API is', () => {
  const read = readApiSettings({ ...good, HALLPASS_API: 'https://acme.test/hallpass' });
  expect(read.ok && new URL('v1/who', read.value.url).href).toBe('https://acme.test/hallpass/v1/who');
});

test.each<[Record<string, string>, string]>([
  [{}, 'HALLPASS_API is not set'],
  [{ HALLPASS_API: 'hallpass' }, 'HALLPASS_API is no address: "hallpass"'],
  [{ HALLPASS_API: 'http://hallpass.acme.test' }, 'It has to begin with https://'],
  [{ HALLPASS_API: 'ftp://localhost' }, 'It has to begin with https://'],
  [{ HALLPASS_API: 'https://me:hunter2@acme.test' }, 'has a user in it'],
  [{ HALLPASS_API: 'https://acme.test/?x=1' }, 'behind "?"'],
  [{ ...good, HALLPASS_TOKEN_FILE: '/tmp/x' }, 'Unset one of them'],
  [{ HALLPASS_API: good.HALLPASS_API, XDG_CONFIG_HOME: '/nowhere' }, 'There is no token to be known by'],
  [{ ...good, HALLPASS_CA: '/nowhere/ca.pem' }, '/nowhere/ca.pem cannot be read (ENOENT)'],
  [{ ...good, HALLPASS_CA: import.meta.filename }, 'there is no certificate in'],
])('%j is refused', (environment, why) => {
  const read = readApiSettings(environment);
  const said = read.ok ? '' : read.error.join(' ');
  expect(said).toContain(why);
  expect(said).not.toContain('hunter2');
});

test('plain HTTP is for this machine alone', () => {
  for (const host of ['127.0.0.1:8445', 'localhost', '[::1]:80'])
    expect(readApiSettings({ ...good, HALLPASS_API: `http://${host}` }).ok).toBe(true);
});

test('who has signed in is known by that, and an agent on their machine is not', async () => {
  await withFolder({}, async (folder) => {
    const environment = { HALLPASS_API: good.HALLPASS_API, XDG_CONFIG_HOME: folder };
    expect(readApiSettings(environment).ok).toBe(false);
    await keepLogin(loginPath(environment), 'of-alice');
    const read = readApiSettings(environment);
    if (!read.ok) throw new Error(read.error.join(' '));
    expect(await read.value.token()).toEqual({ ok: true, value: 'of-alice' });
    expect(readApiSettings(environment, { agent: true })).toMatchObject({
      ok: false,
      error: [expect.stringContaining('An agent has one of its own: set HALLPASS_TOKEN_FILE')],
    });
  });
});

test('a token of a file is read anew each time, and what is no token is not shown', async () => {
  await withFolder({ token: 'first\n' }, async (folder) => {
    const file = join(folder, 'token');
    const read = readApiSettings({ HALLPASS_API: good.HALLPASS_API, HALLPASS_TOKEN_FILE: file });
    if (!read.ok) throw new Error(read.error.join(' '));
    expect(await read.value.token()).toEqual({ ok: true, value: 'first' });
    await writeFile(file, 'second');
    expect(await read.value.token()).toEqual({ ok: true, value: 'second' });
    await writeFile(file, 'two words');
    const broken = await read.value.token();
    expect(broken).toMatchObject({ ok: false, error: expect.stringContaining('has no token in it') });
    expect(JSON.stringify(broken)).not.toContain('two words');
    await writeFile(file, '');
    expect(await read.value.token()).toMatchObject({ ok: false });
  });
});
