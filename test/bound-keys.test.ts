import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generateKeys } from '#adapters/keys/generate.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import type { Author } from '#domain/request/events.ts';
import { doubtsOfKeys } from '#src/bound-keys.ts';
import { checkBoundKeys } from '#src/commands/check-files.ts';
import type { Config, Role } from '#src/config.ts';
import { startGuard } from '#src/guard.ts';
import { startWatcher } from '#src/watcher.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-bound-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const keysOf = (from = folder, needed: readonly Author[] = []) => {
  const keys = createKeys(from, needed);
  if (!keys.ok) throw new Error(keys.error.join('\n'));
  return keys.value;
};
const clusters = (...names: readonly string[]) =>
  names.map((name) => ({ name, source: { type: 'kubeconfig', path: '/nowhere' } as const }));
const config = (role: Role, changed: Partial<Config> = {}): Config => ({
  role,
  redisUrl: 'redis://127.0.0.1:1',
  policy: '/nowhere',
  keys: folder,
  clusters: clusters('prod', 'stage'),
  workerClusters: clusters('prod', 'stage'),
  home: 'hallpass',
  managedNamespaces: [],
  ...changed,
});
const own = (cluster: string): string => join(folder, 'clusters', cluster);
const guarding = (cluster: string, keys = own('prod')): Config =>
  config('guard', { keys, clusters: clusters(cluster), guard: { port: 0, names: [], worker: 'worker' } });
const watching = (cluster: string, keys = own('prod')): Config =>
  config('watcher', { keys, clusters: [], watcher: { cluster, port: 0, certificate: '/nowhere' } });

describe('the keys of guards and watchers', () => {
  const doubts = (...names: readonly string[]) => doubtsOfKeys(keysOf(), clusters(...names));

  test('that are good for every cluster are doubted where there is more than one', () => {
    generateKeys(folder);
    expect(doubts('prod')).toEqual([]);
    expect(doubts('prod', 'stage')).toEqual([
      { type: 'broad', text: expect.stringMatching(/guard-\w+\.pub" is good for every cluster: .* file requests/) },
      { type: 'broad', text: expect.stringMatching(/watcher-\w+\.pub" is good for every cluster: .* can end grants/) },
    ]);
  });

  test('that are bound to clusters that there are raise no doubt', () => {
    generateKeys(folder, ['prod', 'stage']);
    expect(doubts('prod', 'stage')).toEqual([]);
  });

  test('that are bound to one that is not there are told, also where there is only one', () => {
    generateKeys(folder, ['prod', 'stage']);
    expect(doubts('prod').map(({ type }) => type)).toEqual(['idle', 'idle']);
    expect(doubts('prod')[0]?.text).toContain('is good for cluster "stage", and HALLPASS_CLUSTERS names none');
  });

  test('that were replaced raise none: nothing is believed of them any more', () => {
    generateKeys(folder);
    const trusted = join(folder, 'trusted');
    for (const author of ['guard', 'watcher']) {
      const [name = ''] = readdirSync(trusted).filter((one) => one.startsWith(author));
      renameSync(join(trusted, name), join(trusted, name.replace('.pub', '.until-20261127T210000Z.pub')));
    }
    expect(doubts('prod', 'stage')).toEqual([]);
  });
});

describe('the doctor', () => {
  test.each(['bot', 'worker', 'all'] as const)('of a %s cautions of keys that are good for every cluster', (role) => {
    generateKeys(folder);
    expect(checkBoundKeys(config(role))).toEqual([
      { type: 'caution', text: expect.stringMatching(/guard-\w+\.pub" is good for every cluster/) },
      { type: 'caution', text: expect.stringMatching(/watcher-\w+\.pub" is good for every cluster/) },
    ]);
    const one = clusters('prod');
    expect(checkBoundKeys(config(role, { clusters: one, workerClusters: one }))).toEqual([]);
  });

  test('of a guard or watcher whose key is for another cluster says that it will not work', () => {
    generateKeys(folder, ['prod', 'stage']);
    for (const wrong of [guarding('stage'), watching('stage')])
      expect(checkBoundKeys(wrong)).toEqual([
        { type: 'wrong', text: expect.stringContaining('is good for prod alone') },
      ]);
    for (const right of [guarding('prod'), watching('prod')]) expect(checkBoundKeys(right)).toEqual([]);
  });

  test('says nothing of keys that cannot be read: that is said already', () => {
    expect(checkBoundKeys(config('bot'))).toEqual([]);
  });
});

describe('a process whose key is for another cluster', () => {
  const problemsOf = async (starting: ReturnType<typeof startGuard> | ReturnType<typeof startWatcher>) => {
    const started = await starting;
    if (started.ok) throw new Error('It has started');
    return started.error.join('\n');
  };
  const said = (author: string) => `This ${author} is for cluster "stage", and its key`;

  test('does not start, and says so: a guard', async () => {
    generateKeys(folder, ['prod', 'stage']);
    expect(await problemsOf(startGuard(guarding('stage')))).toContain(said('guard'));
    expect(await problemsOf(startGuard(guarding('stage', own('stage'))))).not.toContain('This guard');
  });

  test('does not start, and says so: a watcher', async () => {
    generateKeys(folder, ['prod', 'stage']);
    expect(await problemsOf(startWatcher(watching('stage')))).toContain(said('watcher'));
    expect(await problemsOf(startWatcher(watching('stage', own('stage'))))).not.toContain('This watcher');
  });

  test('starts with a key that is bound to none, as before', async () => {
    generateKeys(folder);
    expect(await problemsOf(startGuard(guarding('stage', folder)))).not.toContain('This guard');
    expect(await problemsOf(startWatcher(watching('stage', folder)))).not.toContain('This watcher');
  });
});
