import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseSigningKeys, signedHeaders } from '#adapters/http/standard-webhook.ts';
import { cloudEventOf } from '#domain/outgoing/cloud-event.ts';
import { eventNames } from '#domain/outgoing/destination.ts';
import { webhooksFile } from '#domain/outgoing/webhooks-file.ts';
import { withFolder } from '#test/build/folder.ts';

const text = readFileSync(join(import.meta.dirname, '..', 'docs', 'webhooks.md'), 'utf8');
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\n *\`\`\``).exec(text)?.[1] ?? '';
/** What stands in the first cells of the tables of a part, in code. */
const named = (heading: string): readonly string[] => {
  const part = text.split(`\n${heading}\n`)[1]?.split(/\n#+ /)[0] ?? '';
  return [...part.matchAll(/^\| ((?:`[^`]+`(?:, )?)+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word),
  );
};

describe('what is written about webhooks', () => {
  test('tells every type of event, and no other', () => {
    expect(named('### Types').toSorted()).toEqual(eventNames.filter((name) => name !== '*').toSorted());
  });

  test('tells every setting, and no other', () => {
    const { source, destinations } = z
      .object({
        source: z.unknown(),
        destinations: z.object({ items: z.object({ properties: z.record(z.string(), z.unknown()) }) }),
      })
      .parse(z.toJSONSchema(webhooksFile, { io: 'input' }).properties);
    expect(source).toBeDefined();
    expect(named('## Setting it up').toSorted()).toEqual(
      ['source', ...Object.keys(destinations.items.properties)].toSorted(),
    );
  });

  test('shows a file that can be used', () => {
    expect(webhooksFile.safeParse(parse(blockOf('yaml'))).error).toBeUndefined();
  });

  test('shows a message as it is', () => {
    const [head = '', body = ''] = blockOf('http').split('\n\n');
    const shown: { data: unknown } = JSON.parse(body);
    expect(cloudEventOf(JSON.stringify(shown.data), 'https://hallpass.example.com').body).toBe(body);
    for (const name of ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature'])
      expect(head).toContain(`\n${name}: `);
  });

  test('shows how a signature is verified, in a way that does it', () =>
    withFolder({ 'verify.mjs': blockOf('js') }, async (folder) => {
      const { isGenuine } = z
        .object({
          isGenuine: z.function({ input: z.tuple([z.unknown(), z.string(), z.string()]), output: z.boolean() }),
        })
        .parse(await import(pathToFileURL(join(folder, 'verify.mjs')).href));
      const [secret, other] = [7, 9].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`) as [
        string,
        string,
      ];
      const keys = parseSigningKeys(`${other}\n${secret}`);
      const now = Math.floor(Date.now() / 1_000);
      const message = { id: 'a1b2', body: '{"a":"ü"}' };
      const headersAt = (seconds: number) => signedHeaders(message, keys.ok ? keys.value : [], seconds);
      expect(isGenuine(headersAt(now), message.body, secret)).toBe(true);
      expect(isGenuine(headersAt(now), message.body, other)).toBe(true);
      expect(isGenuine(headersAt(now), message.body.replace('a', 'b'), secret)).toBe(false);
      expect(isGenuine({ ...headersAt(now), 'webhook-id': 'a1b3' }, message.body, secret)).toBe(false);
      expect(isGenuine(headersAt(now - 301), message.body, secret)).toBe(false);
      expect(isGenuine(headersAt(now), message.body, `whsec_${Buffer.alloc(32, 8).toString('base64')}`)).toBe(false);
      expect(isGenuine({}, message.body, secret)).toBe(false);
    }));
});
