import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openPolicy } from '#src/policy.ts';
import { withFolder } from '#test/build/folder.ts';
import { edited, policyFiles } from '#test/build/policy-files.ts';

type Line = { readonly message: string } & Readonly<Record<string, unknown>>;

/** Follows a policy folder, and hears what is said of it. */
const follow = async (folder: string, tell?: (text: string) => Promise<void>) => {
  const policy = await openPolicy(folder);
  const lines: Line[] = [];
  const told: string[] = [];
  const log = (message: string, fields = {}): void => void lines.push({ message, ...fields });
  const { stop } = policy.follow('worker', {
    info: log,
    error: log,
    tell: tell ?? (async (text) => void told.push(text)),
  });
  onTestFinished(stop);
  const hear = (message: string): Promise<Line> =>
    expect
      .poll(() => lines.some((line) => line.message === message), { timeout: 10_000 })
      .toBe(true)
      .then(() => lines.splice(0).find((line) => line.message === message) as Line);
  return { policy, told, hear, lines };
};

test('a policy is replaced as a whole, with its hash in the log, and who reads the old one reads on', () =>
  withFolder(policyFiles, async (folder) => {
    const { policy, told, hear } = await follow(folder);
    const before = policy.settings();
    await writeFile(join(folder, 'rules.yaml'), edited(policyFiles['rules.yaml'], 'longest: 2h', 'longest: 3h'));
    const { hash, ...line } = await hear('The policy was read anew');
    expect(line).toMatchObject({ before: before.policy.hash, rules: 2 });
    expect(policy.settings().policy.hash).toBe(hash);
    expect(policy.settings().policy.rules[0]?.duration.longest.total('hours')).toBe(3);
    expect(before.policy.rules[0]?.duration.longest.total('hours')).toBe(2);
    await wait(1_500);
    expect(told).toEqual([]);
  }));

test('a ceiling that has changed takes effect, and the log says which manifests are stale', () =>
  withFolder(policyFiles, async (folder) => {
    const { policy, hear } = await follow(folder);
    const wider = edited(policyFiles['profiles.yaml'], 'verbs: [get, list]', 'verbs: [get, list, delete]');
    await writeFile(join(folder, 'profiles.yaml'), wider);
    const line = await hear('The manifests that fit the policy have changed: write and apply them again');
    expect(line.files).toEqual(['manifests/base/worker/clusterrole.yaml']);
    expect(line.remedy).toContain('npx hallpass manifests');
    expect(JSON.stringify(policy.settings().kinds[0]?.permissions.namespaced)).toContain('"delete"');
  }));

test('of a hundred problems administrators are told the first ten, and where to find the others', () =>
  withFolder(policyFiles, async (folder) => {
    const { policy, told, hear } = await follow(folder);
    const before = policy.settings();
    const keys = Array.from({ length: 100 }, (_, index) => `key${index}${'x'.repeat(400)}: 1\n`).join('');
    await writeFile(join(folder, 'rules.yaml'), `${policyFiles['rules.yaml']}${keys}`);
    const line = await hear('The policy folder has changed and cannot be used');
    expect(line.inForce).toBe(before.policy.hash);
    expect(line.problems).toHaveLength(100);
    expect(policy.settings()).toBe(before);
    await expect.poll(() => told, { timeout: 5_000 }).not.toEqual([]);
    const [first = '', ...more] = told;
    expect(more).toEqual([]);
    expect(first.split('\n')).toHaveLength(12);
    expect(first).toContain('The worker goes by the policy from before');
    expect(first).toContain('• 90 more: npx hallpass policy check <folder> names each.');
    expect(first.length).toBeLessThan(3_500);
  }));

test('what administrators could not be told they are told later, once and in order', () =>
  withFolder(policyFiles, async (folder) => {
    const said: string[] = [];
    let tries = 0;
    const { hear } = await follow(folder, async (text) => {
      tries += 1;
      if (tries < 3) throw new Error('Slack is away');
      said.push(text);
    });
    await writeFile(join(folder, 'open.yaml'), 'openings: none\n');
    await hear('The administrators could not be told of the policy; it is tried again');
    await writeFile(join(folder, 'open.yaml'), policyFiles['open.yaml']);
    await hear('The policy folder is again as the policy in force');
    await expect
      .poll(() => said, { timeout: 10_000 })
      .toEqual([
        expect.stringContaining('has changed and cannot be used'),
        expect.stringContaining('can be used again'),
      ]);
  }));

test('without any policy there are no settings until there is one', () =>
  withFolder({}, async (folder) => {
    const { policy, told, hear } = await follow(folder);
    expect(policy.folder).toBeUndefined();
    expect(policy.problems).toHaveLength(5);
    expect(policy.settings).toThrow('The policy cannot be used');
    for (const [name, text] of Object.entries(policyFiles)) await writeFile(join(folder, name), text);
    const { hash } = await hear('The policy was read anew');
    expect(policy.settings().policy.hash).toBe(hash);
    await expect.poll(() => told, { timeout: 5_000 }).toEqual([expect.stringContaining('the worker goes by it now')]);
  }));
