import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ok } from '#domain/result.ts';
import { withFolder } from '#test/build/folder.ts';
import { saySpot } from '#use-cases/judge-manifests.ts';
import { objectsOf, readManifestObjects } from './manifest-objects.ts';

const read = (text: string) => objectsOf({ name: 'a.yaml', text: ok(text) });
/** Each object with where it begins. */
const seen = (text: string): readonly string[] => {
  const { objects, problems } = read(text);
  expect(problems).toEqual([]);
  return objects.map(({ manifest, spotOf }) => `${saySpot(spotOf([]))} ${manifest.kind} ${manifest.metadata.name}`);
};
const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n';

describe('objects are found', () => {
  test('in every document but empty ones', () => {
    expect(seen(`${pod}---\n# nothing\n---\n${pod}`)).toEqual(['a.yaml:1 Pod web', 'a.yaml:7 Pod web']);
  });

  const item = '{apiVersion: v1, kind: Pod, metadata: {name: web}}';
  test('in lists, and in lists of lists', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- ${item}\n- {apiVersion: v1, kind: List, items: [${item}]}\n`;
    expect(seen(list)).toEqual(['a.yaml:4 Pod web', 'a.yaml:5 Pod web']);
  });

  test('in lists that say what their items are', () => {
    expect(seen('apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: web}\n')).toEqual(['a.yaml:4 Pod web']);
  });

  test('in lists by another name, as kubectl does', () => {
    expect(seen(`apiVersion: v1\nkind: Bundle\nitems: [${item}]\n`)).toEqual(['a.yaml:3 Pod web']);
  });

  test('where "items" are none', () => {
    expect(seen('apiVersion: a.test/v1\nkind: Menu\nmetadata: {name: web}\nitems: [soup]\n')).toEqual([
      'a.yaml:1 Menu web',
    ]);
  });

  test('that are to be named when they are created', () => {
    expect(seen('apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-}\n')).toEqual([
      'a.yaml:1 Pod web-(generated)',
    ]);
  });

  test('with a place that leads into the item of the list', () => {
    const { objects } = read(`apiVersion: v1\nkind: List\nitems:\n- ${item}\n`);
    expect(objects[0]?.spotOf(['metadata', 'name'])).toEqual({ file: 'a.yaml', line: 4, column: 42 });
  });

  test('without a namespace where it is empty', () => {
    const { objects } = read('apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: }\n');
    expect(objects[0]?.manifest.metadata).toEqual({ name: 'web' });
  });
});

test('what is for kustomize is passed over, and said to be', () => {
  const { objects, notes, problems } = read('apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n');
  expect([objects, problems]).toEqual([[], []]);
  expect(notes).toEqual(['a.yaml:1: Kustomization was passed over. Check what "kustomize build" makes of it.']);
});

test.each([
  [
    'values of a chart',
    '# all\nreplicas: 3\n',
    'a.yaml:2: this is no object of Kubernetes, for it lacks apiVersion or kind.',
  ],
  ['a list', `${pod}---\n- a\n`, 'a.yaml:5: this is no object. Each begins with apiVersion, kind and metadata.'],
  ['a text', 'hello\n', 'a.yaml:1: this is no object.'],
  ['a list with a text in it', 'apiVersion: v1\nkind: List\nitems:\n- a\n', 'a.yaml:4: this is no object.'],
  ['no metadata', 'apiVersion: v1\nkind: Pod\n', 'a.yaml:1: Pod has no metadata.'],
  ['no name', 'apiVersion: v1\nkind: Pod\nmetadata: {}\n', 'a.yaml:1: Pod has no name.'],
  [
    'a name that is a number',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: 1}\n',
    'metadata.name that is no text. Quote it.',
  ],
  [
    'a namespace that is a number',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: 1}\n',
    'metadata.namespace that is no text. Quote it.',
  ],
  ['a kind that hides', 'apiVersion: v1\nkind: "P\\u202eod"\nmetadata: {}\n', 'a.yaml:1: P[U+202E]od has no name.'],
])('%s is a problem', (_, text, problem) => {
  expect(read(text).problems.join('\n')).toContain(problem);
});

async function* bytesOf(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield new TextEncoder().encode(part);
}
const nothing = bytesOf();
/** The names of the files that objects were found in, without the folder. */
const filesIn = async (folder: string, names: readonly string[]): Promise<readonly string[]> => {
  const { objects, problems } = await readManifestObjects(names, nothing);
  expect(problems).toEqual([]);
  return objects.map(({ spotOf }) => spotOf([]).file.replace(`${folder}/`, ''));
};

describe('a folder', () => {
  test('stands for the manifests in it and in its folders, in order, whatever else is there', async () => {
    const names = await withFolder({ 'b.yml': pod, 'a.json': '{}', 'c.txt': 'no', 'D.YAML': pod }, async (folder) => {
      await mkdir(join(folder, 'c'));
      await writeFile(
        join(folder, 'a.json'),
        JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } }),
      );
      await writeFile(join(folder, 'c/z.yaml'), pod);
      return filesIn(folder, [folder]);
    });
    expect(names).toEqual(['D.YAML', 'a.json', 'b.yml', 'c/z.yaml']);
  });

  test('is read once, however it is named and linked', async () => {
    const names = await withFolder({ 'a.yaml': pod }, async (folder) => {
      await symlink(folder, join(folder, 'round'));
      await symlink('a.yaml', join(folder, 'b.yaml'));
      return filesIn(folder, [folder, `${folder}/a.yaml`, `${folder}/.`]);
    });
    expect(names).toEqual(['a.yaml']);
  });

  test('with a link that leads nowhere is a problem', async () => {
    const { problems } = await withFolder({}, async (folder) => {
      await symlink('gone.yaml', join(folder, 'a.yaml'));
      return readManifestObjects([folder], nothing);
    });
    expect(problems.join()).toMatch(/a\.yaml cannot be read \(ENOENT/);
  });
});

test('a file that is not there is a problem, and so is one that is no text or too long', async () => {
  const { problems } = await withFolder({ 'long.yaml': '#'.repeat(10 * 1024 * 1024 + 1) }, async (folder) => {
    await writeFile(join(folder, 'bytes.yaml'), Uint8Array.of(0xff, 0xfe, 0x61, 0));
    return readManifestObjects([join(folder, 'gone.yaml'), folder], nothing);
  });
  expect(problems).toEqual([
    expect.stringMatching(/gone\.yaml: cannot be read \(ENOENT.*\)\. Name a file or a folder that you may read\.$/),
    expect.stringMatching(/bytes\.yaml: is not text in UTF-8\. Save it as UTF-8\.$/),
    expect.stringMatching(/long\.yaml: is longer than 10 MiB\. Split it/),
  ]);
});

test('standard input is read as a file', async () => {
  const { objects } = await readManifestObjects(
    ['-'],
    bytesOf('apiVersion: v1\nki', 'nd: Pod\nmetadata: {name: wéb}\n'),
  );
  expect(objects.map(({ manifest, spotOf }) => [manifest.metadata.name, saySpot(spotOf([]))])).toEqual([
    ['wéb', 'stdin:1'],
  ]);
});

test('a pipe in a folder is a problem, and not waited for', async () => {
  const { problems } = await withFolder({}, async (folder) => {
    execFileSync('mkfifo', [join(folder, 'a.yaml')]);
    return readManifestObjects([folder], nothing);
  });
  expect(problems).toEqual([expect.stringMatching(/a\.yaml is no file\. Leave it out\.$/)]);
});
