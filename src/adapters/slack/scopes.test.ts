import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { addressScope, lookupScopes, neededScopes } from './scopes.ts';

const manifest = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) });

const textOf = (name: string): string => readFileSync(new URL(`../../../manifests/${name}`, import.meta.url), 'utf8');
const scopesIn = (text: string): readonly string[] => manifest.parse(parse(text)).oauth_config.scopes.bot.toSorted();

test('manifests/slack-app.yaml asks for the scopes that the bot needs, and no others', () => {
  expect(scopesIn(textOf('slack-app.yaml'))).toEqual([...neededScopes].sort());
});

test('it has the scope for addresses in a comment, to be taken in where a template wants it', () => {
  const taken = textOf('slack-app.yaml').replace(`# - ${addressScope}`, `- ${addressScope}`);
  expect(scopesIn(taken)).toEqual([...neededScopes, addressScope].sort());
});

test('manifests/slack-lookup-app.yaml asks for the scopes that looking up addresses needs, and no others', () => {
  expect(scopesIn(textOf('slack-lookup-app.yaml'))).toEqual([...lookupScopes].sort());
});
