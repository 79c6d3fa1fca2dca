import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examinePolicy } from '#adapters/files/examine-policy.ts';
import { readNames } from '#adapters/files/names.ts';
import { readPolicyCases } from '#adapters/files/policy-cases.ts';
import { type FileText, readPolicyFiles } from '#adapters/files/policy-files.ts';
import { folderFrom, warningsOf } from '#adapters/files/policy-folder.ts';
import { readToldGroups } from '#adapters/files/told-groups.ts';
import { readWebhooksFile } from '#adapters/files/webhooks-file.ts';
import { err, ok } from '#domain/result.ts';
import { policyFiles } from '#test/build/policy-files.ts';
import type { Seeded } from '#test/fuzz/seeded.ts';
import { type Input, inputOf, type Judged, type Target, textIn } from '#test/fuzz/target.ts';

const folder = new URL('../../../manifests/policy/', import.meta.url).pathname;

const secret = 'secret-of-the-url';
const webhooks = `source: https://hallpass.acme.test
destinations:
  - name: tickets
    url: https://tickets.acme.test/hooks/hallpass?key=${secret}
    signingKeyFile: keys/tickets.key
    events: [approved, denied]
  - name: local
    url: http://127.0.0.1:8080/hook
    signingKeyFile: keys/local.key
`;
const others: Readonly<Record<string, string>> = {
  'webhooks.yaml': webhooks,
  'names.yaml': 'U02ALICE: Alice Ahmed\nU02BOB: "Bob"\n',
  'groups.yaml': 'S02ABCDEF: [U02ALICE]\nS02OTHERS: []\n',
};

const snippets = [
  'match: { if: "risk != \\"none\\" && after.exists(o, o.kind == \\"Ingress\\")" }',
  'auto: true',
  'namespaces: ["*"]',
  'approve: []',
  '&a [*a]',
  'duration: { default: 1000000h, longest: P1Y }',
  'breakGlass: {}',
  'respondWithin: 0s',
  'ask: [nobody]',
  'if: "((((((((((1))))))))))"',
  'if: "[1,2].all(x, [1,2].all(y, true))"',
  '? a\n: b',
  '<<: *a',
  '- !!binary aGk=',
  'retention: 1d',
  'slackAway: { lastKnownFor: 5m }',
  'user: "{email}"',
  'callers: [{ name: deploy }]',
] as const;

/** A genuine file with lines of the language put where they do not belong. */
const drawFrom = (samples: readonly Input[], random: Seeded): Input => {
  const { sort, bytes } = samples[random.below(samples.length)] ?? inputOf('rules.yaml', '');
  const lines = (textIn(bytes) ?? '').split('\n');
  for (let times = 1 + random.below(3); times > 0; times -= 1) {
    const at = random.below(lines.length + 1);
    const indent = /^[ -]*/.exec(lines[at] ?? '')?.[0].replaceAll('-', ' ') ?? '';
    lines.splice(at, random.below(2), indent + random.pick(snippets));
  }
  return inputOf(sort, lines.join('\n'));
};

type Says = { readonly ok: true } | { readonly ok: false; readonly error: readonly string[] };

/** Characters; the files that are shipped have comments, and more. */
const shipped = 1_500;

/** What each file is read by, with all others as they should be. */
const readers = async (into: string) => {
  const { files } = await readPolicyFiles(folder);
  const small = files.map((file): FileText => {
    const text: string | undefined = Reflect.get(policyFiles, file.name);
    return text === undefined
      ? { name: file.name, text: err('is not there'), isAbsent: true }
      : { name: file.name, text: ok(text) };
  });
  const written = async (name: string, bytes: Uint8Array, read: (path: string) => Promise<Says>): Promise<Says> => {
    const path = join(into, name);
    writeFileSync(path, bytes);
    return read(path);
  };
  const inFolder = (name: string, bytes: Uint8Array): Says => {
    const text = textIn(bytes);
    // With small files beside a small one: each is read anew.
    const beside = text !== undefined && text.length < shipped ? small : files;
    const changed: readonly FileText[] = beside.map((file) =>
      file.name === name && text !== undefined ? { name, text: ok(text) } : file,
    );
    const examined = examinePolicy({ files: changed });
    if (!examined.ok) return examined;
    const read = folderFrom(examined.value);
    warningsOf(read);
    const unasked = read.settings.policy.rules.find(({ approve, auto }) => approve.length === 0 && auto !== true);
    if (unasked !== undefined) throw new Error(`The rule "${unasked.name}" asks nobody, and does not say so`);
    return { ok: true };
  };
  return (name: string, bytes: Uint8Array): Promise<Says> => {
    switch (name) {
      case 'webhooks.yaml':
        return written(name, bytes, readWebhooksFile);
      case 'names.yaml':
        return written(name, bytes, readNames);
      case 'groups.yaml':
        return written(name, bytes, (path) => readToldGroups(path, new Map()));
      case 'tests.yaml':
        return written(name, bytes, () => readPolicyCases(into));
      default:
        return Promise.resolve(inFolder(name, bytes));
    }
  };
};

/**
 * Files of a policy folder, and those beside it. Either a file is right, or each problem is a sentence that begins with the file's
 * name; a rule that asks nobody says so itself, and no problem repeats what is secret in an address.
 *
 * A file that is larger than these are here is read on a thread that is ended after ten seconds (`examine-apart.ts`), for the reader of
 * YAML takes time that grows with the square of it.
 */
export const policy: Target = {
  name: 'policy',
  open: async () => {
    const into = mkdtempSync(join(tmpdir(), 'hallpass-fuzz-policy-'));
    const read = await readers(into);
    const { files } = await readPolicyFiles(folder);
    const samples = [
      ...files.flatMap(({ name, text }) => (text.ok ? [inputOf(name, text.value)] : [])),
      ...Object.entries(policyFiles).map(([name, text]) => inputOf(name, text)),
      ...Object.entries(others).map(([name, text]) => inputOf(name, text)),
      inputOf('tests.yaml', readFileSync(join(folder, 'tests.yaml'), 'utf8')),
    ];
    const judge = async ({ sort, bytes }: Input): Promise<Judged> => {
      const said = await read(sort, bytes);
      if (said.ok) return { outcome: `${sort} right` };
      const nameless = said.error.find((problem) => !problem.includes(sort) && !problem.includes('.yaml'));
      const telling = sort === 'webhooks.yaml' ? said.error.find((problem) => problem.includes(secret)) : undefined;
      const long = said.error.find((problem) => problem.length > 100_000);
      const why =
        said.error.length === 0
          ? 'it is wrong, and nobody says why'
          : nameless !== undefined
            ? `a problem names no file: ${nameless.slice(0, 300)}`
            : telling !== undefined
              ? `a problem tells a secret: ${telling.slice(0, 300)}`
              : long !== undefined
                ? `a problem is long: ${long.length} characters, ${long.slice(0, 200)}`
                : undefined;
      return {
        outcome: `${sort} ${(said.error[0] ?? '')
          .replace(into, '')
          .replaceAll(/[^a-z ]/g, '')
          .slice(0, 24)}`,
        why,
      };
    };
    return {
      samples,
      words: snippets,
      draw: (random) => drawFrom(samples, random),
      largest: 16_384,
      judge,
      close: async () => rmSync(into, { recursive: true, force: true }),
    };
  },
};
