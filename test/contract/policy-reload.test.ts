import { mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { examineApart } from '#adapters/files/examine-apart.ts';
import { createPolicyFollower, type FollowOptions } from '#adapters/files/follow-policy.ts';
import { readPolicyFiles } from '#adapters/files/policy-files.ts';
import { policyFolderOf } from '#adapters/files/policy-folder.ts';
import { withFolder } from '#test/build/folder.ts';
import { edited, policyFiles } from '#test/build/policy-files.ts';

const rules = policyFiles['rules.yaml'];
const longer = edited(rules, 'longest: 2h', 'longest: 3h');
const broken = edited(rules, '- from: platform', '- from: nobody');
const nobody = [
  'rules.yaml:9: "rules.0.approve.0.from": there is no group "nobody" under "groups". There are: developers, platform.',
];

/** Follows a folder from how it is now; `news` in short, and `twice` for what it takes to see a change. */
const follow = async (folder: string, options: Partial<FollowOptions> = {}) => {
  const files = await readPolicyFiles(folder);
  const read = await policyFolderOf(files);
  const news: unknown[] = [];
  const { look } = createPolicyFollower(folder, {
    first: { digest: files.digest, problems: read.ok ? [] : read.error },
    check: async () => [],
    tell: (one) =>
      void news.push(
        one.type === 'taken'
          ? {
              type: one.type,
              mended: one.mended,
              longest: String(one.folder.settings.policy.rules[0]?.duration.longest),
            }
          : one,
      ),
    ...options,
  });
  const twice = async (): Promise<readonly unknown[]> => {
    await look();
    await look();
    return news.splice(0);
  };
  return { look, news, twice };
};
const inFolder = (run: (folder: string, file: string) => Promise<void>) => () =>
  withFolder(policyFiles, (folder) => run(folder, join(folder, 'rules.yaml')));
const taken = { type: 'taken', mended: false, longest: 'PT10800S' };

describe('a change of the folder', () => {
  test(
    'takes effect once, however often it is looked at',
    inFolder(async (folder, file) => {
      const { twice } = await follow(folder);
      expect(await twice()).toEqual([]);
      await writeFile(file, longer);
      expect(await twice()).toEqual([taken]);
      expect(await twice()).toEqual([]);
    }),
  );

  test(
    'is found when an editor renames a new file over the old one',
    inFolder(async (folder, file) => {
      const { twice } = await follow(folder);
      await writeFile(`${file}~`, longer);
      await rename(`${file}~`, file);
      expect(await twice()).toEqual([taken]);
    }),
  );

  test('is found when Kubernetes swaps the link to all files of a ConfigMap', () =>
    withFolder({}, async (folder) => {
      const mount = async (name: string, files: Readonly<Record<string, string>>): Promise<void> => {
        await mkdir(join(folder, name));
        for (const [file, text] of Object.entries(files)) await writeFile(join(folder, name, file), text);
        await symlink(name, join(folder, '..data_tmp'));
        await rename(join(folder, '..data_tmp'), join(folder, '..data'));
      };
      await mount('..2026_11_26_1', policyFiles);
      for (const file of Object.keys(policyFiles)) await symlink(join('..data', file), join(folder, file));
      const { twice } = await follow(folder);
      await mount('..2026_11_26_2', { ...policyFiles, 'rules.yaml': longer });
      await rm(join(folder, '..2026_11_26_1'), { recursive: true });
      expect(await twice()).toEqual([taken]);
    }));

  test(
    'does not count while it is half written',
    inFolder(async (folder, file) => {
      const { look, news, twice } = await follow(folder);
      for (const length of [40, 200, longer.length - 30]) {
        await writeFile(file, longer.slice(0, length));
        await look();
      }
      await writeFile(file, longer);
      expect(news).toEqual([]);
      expect(await twice()).toEqual([taken]);
    }),
  );

  test(
    'of no byte is none',
    inFolder(async (folder, file) => {
      const { twice } = await follow(folder);
      await writeFile(`${file}~`, rules);
      await rename(`${file}~`, file);
      expect(await twice()).toEqual([]);
    }),
  );
});

describe('a folder that cannot be used', () => {
  test(
    'is told once with its problems, also when it changes without mending them, and when it is mended',
    inFolder(async (folder, file) => {
      const { twice } = await follow(folder);
      await writeFile(file, broken);
      expect(await twice()).toEqual([{ type: 'refused', problems: nobody }]);
      expect(await twice()).toEqual([]);
      await writeFile(file, `${broken}# is this better?\n`);
      expect(await twice()).toEqual([]);
      await writeFile(file, longer);
      expect(await twice()).toEqual([{ ...taken, mended: true }]);
    }),
  );

  test(
    'is told again after it was put back as it was, which is told too',
    inFolder(async (folder, file) => {
      const { twice } = await follow(folder);
      for (const _ of [1, 2]) {
        await writeFile(file, broken);
        expect(await twice()).toEqual([{ type: 'refused', problems: nobody }]);
        await writeFile(file, rules);
        expect(await twice()).toEqual([{ type: 'restored' }]);
      }
    }),
  );

  test(
    'is told anew with other problems',
    inFolder(async (folder, file) => {
      const { twice } = await follow(folder);
      await writeFile(file, broken);
      await twice();
      await writeFile(file, edited(rules, 'respondWithin: 1h', 'respondWithin: soon'));
      expect(await twice()).toEqual([
        { type: 'refused', problems: [expect.stringMatching(/^rules\.yaml:14: "rules\.0\.respondWithin": /)] },
      ]);
    }),
  );

  test(
    'from the start is taken as soon as it is mended, and not told twice before',
    inFolder(async (folder, file) => {
      await writeFile(file, broken);
      const { twice } = await follow(folder);
      expect(await twice()).toEqual([]);
      await writeFile(file, longer);
      expect(await twice()).toEqual([{ ...taken, mended: true }]);
    }),
  );

  const because = async (folder: string, spoil: () => Promise<void>): Promise<readonly string[]> => {
    const { twice } = await follow(folder);
    await spoil();
    const [first, ...more] = await twice();
    expect(first).toMatchObject({ type: 'refused' });
    expect(more).toEqual([]);
    for (const [name, text] of Object.entries(policyFiles)) {
      await rm(join(folder, name), { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, name), text);
    }
    expect(await twice()).toEqual([{ type: 'restored' }]);
    return (first as { readonly problems: readonly string[] }).problems;
  };

  test.each<[string, (file: string, folder: string) => Promise<unknown>, readonly unknown[]]>([
    ['a file is gone', (file) => rm(file), [expect.stringMatching(/^rules\.yaml: cannot be read \(ENOENT/)]],
    [
      'the folder is gone',
      (_, folder) => rm(folder, { recursive: true }),
      Array.from({ length: 5 }, () => expect.stringContaining('cannot be read (ENOENT')),
    ],
    [
      'a file is a folder',
      async (file) => {
        await rm(file);
        await mkdir(file);
      },
      [expect.stringMatching(/^rules\.yaml: cannot be read \(it is not a file\)/)],
    ],
    ['a file is empty', (file) => truncate(file), [expect.stringMatching(/^rules\.yaml:1: /)]],
    [
      'a file is longer than any ConfigMap',
      (file) => writeFile(file, `${rules}# ${'x'.repeat(1024 * 1024)}`),
      [expect.stringMatching(/^rules\.yaml: is longer than 1 MiB/)],
    ],
    [
      'a file is no text',
      (file) =>
        writeFile(
          file,
          Uint8Array.from({ length: 2_000 }, (_, index) => (index * 97) % 256),
        ),
      [expect.stringMatching(/^rules\.yaml: is not text in UTF-8/)],
    ],
    [
      'a file is a megabyte of brackets',
      (file) => writeFile(file, '['.repeat(1_000_000)),
      [expect.stringMatching(/cannot be read.*\(rules\.yaml 977 KiB, /)],
    ],
    [
      'a file is an alias bomb',
      (file) =>
        writeFile(
          file,
          `a0: &a0 [x]\n${Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(9)}]`).join('\n')}\n`,
        ),
      [expect.stringMatching(/^rules\.yaml: an alias cannot be resolved/)],
    ],
  ])('because %s leaves the policy as it is, and is restored', async (_, spoil, problems) => {
    await withFolder(policyFiles, async (folder) => {
      expect(await because(folder, async () => void (await spoil(join(folder, 'rules.yaml'), folder)))).toEqual(
        problems,
      );
    });
  });
});

test('what takes too long to be read is given up', async () => {
  const keys = Array.from({ length: 60_000 }, (_, index) => `a${index}: 1`).join('\n');
  const files = await withFolder({ ...policyFiles, 'open.yaml': keys }, readPolicyFiles);
  expect(await examineApart(files, 1_500)).toEqual({
    ok: false,
    error: [
      expect.stringMatching(/^The policy folder cannot be read: it takes longer than 1\.5 s \(open\.yaml 576 KiB, /),
    ],
  });
});

describe('what files cannot tell', () => {
  test(
    'keeps a policy from taking effect, is told once, and is checked again though no file changes',
    inFolder(async (folder, file) => {
      let problems = ['rules.yaml:6: there is no such channel'];
      const { twice } = await follow(folder, { check: async () => problems, checkAgain: 0 });
      await writeFile(file, longer);
      expect(await twice()).toEqual([{ type: 'refused', problems }]);
      expect(await twice()).toEqual([]);
      problems = [];
      expect(await twice()).toEqual([{ ...taken, mended: true }]);
    }),
  );

  test(
    'is not asked for what is in force, nor each time',
    inFolder(async (folder, file) => {
      let count = 0;
      const check = async () => {
        count += 1;
        return ['no'];
      };
      const { twice } = await follow(folder, { check });
      await twice();
      expect(count).toBe(0);
      await writeFile(file, longer);
      for (const _ of [1, 2, 3]) await twice();
      expect(count).toBe(1);
    }),
  );

  test(
    'may fail to be found out: then it is tried again',
    inFolder(async (folder, file) => {
      let fails = true;
      const check = async () => {
        if (fails) throw new Error('Slack is away');
        return [];
      };
      const { twice } = await follow(folder, { check });
      await writeFile(file, longer);
      await expect(twice()).rejects.toThrow('Slack is away');
      fails = false;
      expect(await twice()).toEqual([taken]);
    }),
  );
});
