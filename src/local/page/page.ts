import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';

const folder = new URL('./browser/', import.meta.url);

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const securityHeaders = {
  // No inline script or style, nothing from elsewhere: text from a message could run nothing even if it became markup.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

type StaticFile = { type: string; bytes: Uint8Array };

/** Every file by its path; nothing else can be asked for, so no path leads out of the folder. */
const readFiles = (): Map<string, StaticFile> => {
  const files = new Map<string, StaticFile>();
  for (const name of readdirSync(folder)) {
    const type = contentTypes[extname(name)];
    if (type) files.set(`/${name}`, { type, bytes: readFileSync(new URL(name, folder)) });
  }
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return files;
};

/** Serves the page of the local workspace; says whether the request was for one of its files. */
export const createPageHandler = () => {
  const files = readFiles();
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> => {
    const file = files.get(url.pathname);
    if (file === undefined) return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...securityHeaders, allow: 'GET, HEAD' }).end();
      return true;
    }
    response.writeHead(200, { ...securityHeaders, 'content-type': file.type, 'content-length': file.bytes.length });
    response.end(request.method === 'HEAD' ? undefined : file.bytes);
    return true;
  };
};
