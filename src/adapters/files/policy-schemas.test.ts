import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withFolder } from '#test/build/folder.ts';
import { edited, policyFiles } from '#test/build/policy-files.ts';
import { readHere } from '#test/build/policy-folder.ts';
import { renderSchemas, schemaNameOf, webhooksName } from './policy-schemas.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'manifests', 'policy');
const published = (name: string): string => readFileSync(join(folder, 'schemas', name), 'utf8');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

const validate = (file: string, text: string): readonly string[] => {
  const check = new Ajv({ allErrors: true }).compile(JSON.parse(published(schemaNameOf(file))));
  check(parse(text));
  return (check.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
};

describe('the JSON Schemas of policy files', () => {
  it('are published as they are; after a change run "npm run schemas"', () => {
    const rendered = renderSchemas();
    expect(readdirSync(join(folder, 'schemas')).toSorted()).toEqual([...rendered.keys()].toSorted());
    for (const [name, text] of rendered) expect(published(name), name).toBe(text);
  });

  it('are one for each file that a policy folder has, and one for webhooks', () => {
    expect([...files, webhooksName].map(schemaNameOf).toSorted()).toEqual([...renderSchemas().keys()].toSorted());
  });

  it('fit the example of webhooks, whose first line names its own', () => {
    const text = readFileSync(join(folder, '..', webhooksName), 'utf8');
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=./policy/schemas/${schemaNameOf(webhooksName)}`);
    expect(validate(webhooksName, text)).toEqual([]);
    expect(validate(webhooksName, text.replace('submitted', 'submited'))).toEqual(['/destinations/0/events/0 enum']);
  });

  it.each(files)('fit the example %s, whose first line names its own', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=./schemas/${schemaNameOf(file)}`);
    expect(validate(file, text)).toEqual([]);
  });

  it.each(Object.entries(policyFiles))('fit another %s that is right', (file, text) => {
    expect(validate(file, text)).toEqual([]);
  });

  it('say what things are for', () => {
    const text = published('profiles.json');
    expect(text).toContain('May be narrowed to the objects that the requester names.');
  });

  it.each([
    ['a key that is not known', 'rules.yaml', 'respondWithin: 1h', 'answerWithin: 1h', '/rules/0 additionalProperties'],
    ['a key that is missing', 'rules.yaml', '    ask: [developers]\n', '', '/rules/0 required'],
    ['a name of a channel', 'rules.yaml', 'channel: C02APPROVE', 'channel: "#approvals"', '/rules/0/channel pattern'],
    ['a group of nobody', 'rules.yaml', '[U02BOB, U02CAROL]', '[]', '/groups/platform minItems'],
    ['nobody to ask', 'rules.yaml', 'ask: [developers]', 'ask: []', '/rules/0/ask minItems'],
    ['half a person', 'rules.yaml', 'count: 2', 'count: 1.5', '/rules/1/approve/0/count type'],
    [
      'a label that is no text',
      'rules.yaml',
      "namespaces: ['bank-*']",
      'namespaceLabels: { env: true }',
      '/rules/1/match/namespaceLabels/env anyOf',
    ],
    [
      'a source that there is not',
      'rules.yaml',
      "namespaces: ['bank-*']",
      'sources: [email]',
      '/rules/1/match/sources/0 enum',
    ],
    ['a number for a time', 'rules.yaml', 'longest: 2h', 'longest: 2', '/rules/0/duration/longest type'],
    ['an e-mail for a person', 'identities.yaml', 'U02BOB', 'bob@example.com', '/people/1/slack pattern'],
    [
      'a wildcard',
      'profiles.yaml',
      'verbs: [get, list]',
      "verbs: ['*']",
      '/profiles/0/bindings/0/rules/0/verbs/0 enum',
    ],
    ['an operation', 'changes.yaml', 'operations: [create', 'operations: [patch', '/resources/0/operations/0 enum'],
    ['a source', 'open.yaml', 'from: same-namespace', 'from: anywhere', '/openings/0/from const'],
    ['addresses without bounds', 'open.yaml', 'from: same-namespace', 'from: addresses', '/openings/0 required'],
  ] as const)('refuse %s, as the policy folder does', async (_, file, part, by, error) => {
    const text = edited(policyFiles[file], part, by);
    const errors = validate(file, text);
    expect(errors.join('\n')).toContain(error);
    expect((await withFolder({ ...policyFiles, [file]: text }, readHere)).ok).toBe(false);
  });
});
