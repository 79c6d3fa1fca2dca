/** What the watcher is measured against, in a process of its own as the watcher is: node's HTTPS server that parses what comes, and answers. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

process.once('disconnect', () => process.exit(1));
const [, , folder = ''] = process.argv;
const [cert, key] = ['tls.crt', 'tls.key'].map((name) => readFileSync(join(folder, name), 'utf8'));

const server = createServer({ cert, key }, async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { items } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { items: readonly unknown[] };
  response.writeHead(items.length > 0 ? 200 : 400).end('ok\n');
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
