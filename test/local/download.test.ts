import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { download } from '#local/parts/download.ts';

const content = 'x'.repeat(1_000_000);
const server = createServer((request, response) => {
  if (request.url === '/moved') return response.writeHead(302, { location: '/file' }).end();
  if (request.url === '/cut')
    return response.writeHead(200, { 'content-length': '2000000' }).write(content, () => response.destroy());
  return response.writeHead(request.url === '/file' ? 200 : 404).end(content);
});
let url = '';
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-download-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a download', () => {
  test('follows a redirect and tells the hash of what came', async () => {
    const file = join(folder, 'file');
    expect(await download(`${url}/moved`, file)).toBe(createHash('sha512').update(content).digest('hex'));
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('fails when the file is not there, is cut short, or nobody answers', async () => {
    await expect(download(`${url}/absent`, join(folder, 'a'))).rejects.toThrow(/answered 404/);
    await expect(download(`${url}/cut`, join(folder, 'b'))).rejects.toThrow();
    await expect(download('http://127.0.0.1:9/file', join(folder, 'c'))).rejects.toThrow(/ECONNREFUSED/);
  });
});
