import { generateKeyPairSync } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '#domain/result.ts';
import { generateKeys } from './generate.ts';
import { createKeys, type Keys } from './keys.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const loaded = (from = folder): Keys => {
  const keys = createKeys(from, ['bot', 'worker']);
  if (!keys.ok) throw new Error(keys.error.join('\n'));
  return keys.value;
};
const problemsOf = <T>(result: Result<T, readonly string[]>): string => (result.ok ? 'none' : result.error.join('\n'));
const pem = (type: 'ed25519' | 'ed448' = 'ed25519') => {
  // The overloads of generateKeyPairSync take one name each.
  const { publicKey, privateKey } = type === 'ed448' ? generateKeyPairSync('ed448') : generateKeyPairSync('ed25519');
  return {
    open: publicKey.export({ type: 'spki', format: 'pem' }),
    secret: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
};
const trusted = (): string[] => readdirSync(join(folder, 'trusted'));

describe('generated keys', () => {
  beforeEach(() => {
    generateKeys(folder);
  });

  test('are readable by their owner alone', () => {
    for (const name of ['bot.key', 'worker.key']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  test('are never overwritten', () => {
    const before = readFileSync(join(folder, 'bot.key'), 'utf8');
    rmSync(join(folder, 'worker.key'));
    expect(problemsOf(generateKeys(folder))).toContain('bot.key" is there already');
    expect(readFileSync(join(folder, 'bot.key'), 'utf8')).toBe(before);
    expect(readdirSync(folder)).not.toContain('worker.key');
  });

  test.each(['name'.repeat(100), 'file/keys'])('are a problem in words where they cannot be written: %s', (name) => {
    writeFileSync(join(folder, 'file'), '');
    expect(problemsOf(generateKeys(join(folder, name)))).toMatch(
      /^The keys cannot be written to .* Name a folder that you may write to\.$/,
    );
  });

  test('sign what their own author is believed for, and nothing else', () => {
    const { signer, trust } = loaded();
    const [bot, worker] = [signer('bot'), signer('worker')];
    const signature = bot.sign('ünïcode text');
    expect(trust.verify('bot', bot.key, 'ünïcode text', signature)).toBe(true);
    expect(trust.verify('bot', bot.key, 'ünïcode texts', signature)).toBe(false);
    expect(trust.verify('worker', bot.key, 'ünïcode text', signature)).toBe(false);
    expect(trust.verify('bot', worker.key, 'text', worker.sign('text'))).toBe(false);
    expect(trust.verify('worker', worker.key, 'text', worker.sign('text'))).toBe(true);
  });

  test('have ids of sixteen hex digits, which are in the names of their public halves', () => {
    const { key } = loaded().signer('bot');
    expect(key).toMatch(/^[0-9a-f]{16}$/);
    expect(trusted()).toContain(`bot-${key}.pub`);
  });

  test.each(['', 'a', '!!!!', 'é', 'A'.repeat(86), `${'A'.repeat(10_000)}`, '\0'])(
    'find %j no signature, and do not throw',
    (signature) => {
      const { signer, trust } = loaded();
      expect(trust.verify('bot', signer('bot').key, 'text', signature)).toBe(false);
    },
  );

  test('accept one spelling of a signature only', () => {
    const { signer, trust } = loaded();
    const { key, sign } = signer('bot');
    const signature = sign('text');
    for (const other of [`${signature}=`, `${signature} `, `${signature}!`, signature.replace(/^/, '\n')]) {
      expect(trust.verify('bot', key, 'text', other)).toBe(false);
    }
  });

  test('are looked up by plain ids: inherited names lead to no key', () => {
    const { signer, trust } = loaded();
    for (const key of ['__proto__', 'constructor', 'get', '']) {
      expect(trust.verify('bot', key, 'text', signer('bot').sign('text'))).toBe(false);
    }
  });
});

test('a digest is the SHA-256 of the UTF-8 text in lower-case hex', () => {
  generateKeys(folder);
  expect(loaded().trust.digest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('a process has its own key and everybody’s public ones, and cannot sign for another', () => {
  generateKeys(folder);
  const { signer } = loaded();
  rmSync(join(folder, 'bot.key'));
  const worker = createKeys(folder, ['worker']);
  if (!worker.ok) throw new Error(problemsOf(worker));
  const old = signer('bot');
  expect(worker.value.trust.verify('bot', old.key, 'text', old.sign('text'))).toBe(true);
  expect(() => worker.value.signer('bot')).toThrow('cannot sign as the bot');
});

test('an old key is believed for as long as it is trusted, beside the new one', () => {
  generateKeys(folder);
  const old = loaded().signer('bot');
  const fresh = pem();
  writeFileSync(join(folder, 'bot.key'), fresh.secret);
  const { signer, trust } = loaded();
  expect(signer('bot').key).not.toBe(old.key);
  expect(trust.verify('bot', old.key, 'text', old.sign('text'))).toBe(true);
  expect(trust.verify('bot', signer('bot').key, 'text', signer('bot').sign('text'))).toBe(true);
  rmSync(join(folder, 'trusted', `bot-${old.key}.pub`));
  expect(loaded().trust.verify('bot', old.key, 'text', old.sign('text'))).toBe(false);
});

describe('keys for clusters', () => {
  const of = (cluster: string): string => join(folder, 'clusters', cluster);
  const keysOf = (from: string): Keys => {
    const keys = createKeys(from, ['guard', 'watcher']);
    if (!keys.ok) throw new Error(keys.error.join('\n'));
    return keys.value;
  };

  test('are one of its own for the guard and the watcher of each, beside what its processes share with all', () => {
    expect(generateKeys(folder, ['prod', 'stage'])).toMatchObject({ ok: true });
    expect(readdirSync(folder).sort()).toEqual([
      'bot.key',
      'clusters',
      'journal.key',
      'shared',
      'trusted',
      'worker.key',
    ]);
    expect(readdirSync(of('prod')).sort()).toEqual(['guard.key', 'shared', 'trusted', 'watcher.key']);
    expect(statSync(join(of('prod'), 'guard.key')).mode & 0o777).toBe(0o600);
    const { trust } = loaded();
    for (const cluster of ['prod', 'stage'])
      for (const author of ['guard', 'watcher'] as const) {
        const own = keysOf(of(cluster)).signer(author);
        expect(trusted()).toContain(`${author}-${own.key}.for-${cluster}.pub`);
        expect(trust.verify(author, own.key, 'text', own.sign('text'))).toBe(true);
        expect(trust.boundTo(author, own.key)).toEqual([cluster]);
        // Its own process knows it too.
        expect(keysOf(of(cluster)).trust.boundTo(author, own.key)).toEqual([cluster]);
      }
  });

  test('are added for a cluster more, and what is there is never overwritten', () => {
    generateKeys(folder, ['prod']);
    const before = readFileSync(join(of('prod'), 'guard.key'), 'utf8');
    expect(generateKeys(folder, ['prod', 'stage'])).toMatchObject({
      value: [
        join(of('stage'), 'guard.key'),
        expect.stringMatching(/guard-\w+\.for-stage\.pub$/),
        join(of('stage'), 'watcher.key'),
        expect.stringMatching(/watcher-\w+\.for-stage\.pub$/),
      ],
    });
    expect(readFileSync(join(of('prod'), 'guard.key'), 'utf8')).toBe(before);
    expect(problemsOf(generateKeys(folder, ['prod']))).toContain('prod/guard.key" is there already');
    // Nor does a folder of clusters get a pair that is good for every one.
    expect(problemsOf(generateKeys(folder))).toContain('bot.key" is there already');
    expect(readdirSync(folder)).not.toContain('guard.key');
  });

  test('are added to a folder whose guard has a key for every cluster, which stays', () => {
    generateKeys(folder);
    const { key } = keysOf(folder).signer('guard');
    generateKeys(folder, ['prod']);
    expect(keysOf(folder).trust.boundTo('guard', key)).toBeUndefined();
    expect(keysOf(of('prod')).signer('guard').key).not.toBe(key);
  });

  test.each(['Prod', '', 'a_b', '../x', 'prod/x'])('are made for no cluster that cannot be called so: %j', (name) => {
    expect(problemsOf(generateKeys(folder, [name]))).toContain('No cluster can be called');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that say two things of one key are a problem; of two keys they are not', () => {
    generateKeys(folder, ['prod']);
    const [name = ''] = trusted().filter((one) => one.startsWith('guard-'));
    writeFileSync(join(folder, 'trusted', 'guard-other.pub'), pem().open);
    expect(createKeys(folder).ok).toBe(true);
    copyFileSync(join(folder, 'trusted', name), join(folder, 'trusted', 'guard-again.pub'));
    expect(problemsOf(createKeys(folder))).toContain('say other clusters that it is good for');
  });

  test('whose name is wrong are a problem at start', () => {
    generateKeys(folder);
    for (const name of ['guard-x.for-Prod.pub', 'watcher-x.For-prod.pub', 'worker-x.for-prod.pub'])
      writeFileSync(join(folder, 'trusted', name), pem().open);
    const told = problemsOf(createKeys(folder, ['bot']));
    expect(told.split('\n')).toHaveLength(3);
    for (const part of ['guard-x.for-Prod.pub" says', 'watcher-x.For-prod.pub" says', 'worker-x.for-prod.pub" says'])
      expect(told).toContain(part);
  });

  test('that were replaced are good neither for it nor for others', () => {
    generateKeys(folder, ['prod']);
    const guard = keysOf(of('prod')).signer('guard');
    const from = join(folder, 'trusted', `guard-${guard.key}.for-prod.pub`);
    copyFileSync(from, from.replace('.pub', '.until-20261127T210000Z.pub'));
    rmSync(from);
    const { trust } = loaded();
    expect(trust.boundTo('guard', guard.key)).toEqual(['prod']);
    // What a guard leaves says no time.
    expect(trust.verify('guard', guard.key, 'text', guard.sign('text'))).toBe(false);
  });
});

describe('problems with keys', () => {
  test('are all told at once, each with what to do', () => {
    mkdirSync(join(folder, 'trusted'));
    writeFileSync(join(folder, 'bot.key'), 'not a key');
    writeFileSync(join(folder, 'worker.key'), pem('ed448').secret);
    writeFileSync(join(folder, 'trusted', 'bot-1.pub'), 'nor this');
    writeFileSync(join(folder, 'trusted', 'worker-1.pub'), pem().secret);
    writeFileSync(join(folder, 'trusted', 'boss-1.pub'), pem().open);
    writeFileSync(join(folder, 'trusted', 'worker-2.pem'), pem().open);
    const result = createKeys(folder, ['bot', 'worker']);
    expect(result.ok ? [] : result.error).toHaveLength(6);
    const told = problemsOf(result);
    for (const part of [
      'bot.key" holds no private',
      'ed448, not ed25519',
      'bot-1.pub" holds no public',
      'treat it as stolen',
      'boss-1.pub" is not named',
      'worker-2.pem" is not named',
    ]) {
      expect(told).toContain(part);
    }
    for (const line of told.split('\n')) expect(line).toMatch(/[.:] \S.*\.$/);
  });

  test('name what is missing', () => {
    const told = problemsOf(createKeys(folder, ['bot']));
    expect(told).toContain(`There is no "${join(folder, 'bot.key')}"`);
    expect(told).toContain('No key of the worker is trusted');
  });

  test('include a key that both authors would have', () => {
    generateKeys(folder);
    copyFileSync(
      join(folder, 'trusted', trusted().find((name) => name.startsWith('bot-')) ?? ''),
      join(folder, 'trusted', 'worker-x.pub'),
    );
    expect(problemsOf(createKeys(folder))).toContain('hold the same key');
  });

  test('include a file that cannot be read, here because it is a folder', () => {
    generateKeys(folder);
    mkdirSync(join(folder, 'trusted', 'bot-x.pub'));
    expect(problemsOf(createKeys(folder))).toContain('bot-x.pub" cannot be read (EISDIR)');
  });

  test('do not include what a mounted volume puts beside the keys', () => {
    generateKeys(folder);
    mkdirSync(join(folder, 'trusted', '..data'));
    expect(createKeys(folder).ok).toBe(true);
  });
});

describe('a key that was replaced', () => {
  const instant = (text: string) => Temporal.Instant.from(text);
  const retire = (until: string): void => {
    generateKeys(folder);
    writeFileSync(join(folder, 'trusted', `bot-old.until-${until}.pub`), pem().open);
  };

  test('is believed only for what it has signed until then, as what is signed says', () => {
    generateKeys(folder);
    const old = loaded().signer('bot');
    const [name = ''] = trusted().filter((one) => one.startsWith('bot-'));
    copyFileSync(join(folder, 'trusted', name), join(folder, 'trusted', 'bot-old.until-20261127T210000Z.pub'));
    rmSync(join(folder, 'trusted', name));
    const { open, secret } = pem();
    writeFileSync(join(folder, 'bot.key'), secret);
    writeFileSync(join(folder, 'trusted', 'bot-new.pub'), open);
    const { trust, signer } = loaded();
    const signature = old.sign('text');
    const says = (at?: string) => trust.verify('bot', old.key, 'text', signature, at === undefined ? at : instant(at));
    expect(says('2026-11-27T21:00:00Z')).toBe(true);
    expect(says('2026-11-27T21:00:00.001Z')).toBe(false);
    // What says no time is of now.
    expect(says()).toBe(false);
    expect(trust.verify('bot', old.key, 'other', signature, instant('2026-11-27T20:00:00Z'))).toBe(false);
    expect(trust.verify('worker', old.key, 'text', signature, instant('2026-11-27T20:00:00Z'))).toBe(false);
    const now = signer('bot');
    expect(trust.verify('bot', now.key, 'text', now.sign('text'))).toBe(true);
  });

  test.each(['20261127T2100Z', '2026-11-27T21:00:00Z', '20261327T210000Z', '20261127T250000Z', '', 'tomorrow'])(
    'until %j is a problem, and not a key that is good for ever',
    (until) => {
      retire(until);
      expect(problemsOf(createKeys(folder, ['bot']))).toContain('says no time until which it was good');
    },
  );
});
