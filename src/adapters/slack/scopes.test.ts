import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { neededScopes } from './scopes.ts';

const manifest = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) });

test('manifests/slack-app.yaml asks for the scopes that the bot needs, and no others', () => {
  const text = readFileSync(new URL('../../../manifests/slack-app.yaml', import.meta.url), 'utf8');
  expect([...manifest.parse(parse(text)).oauth_config.scopes.bot].sort()).toEqual([...neededScopes].sort());
});
