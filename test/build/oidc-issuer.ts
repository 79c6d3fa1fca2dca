import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type generateKeyPair } from 'jose';

export type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

/** An issuer on this machine, as OpenID Connect Discovery has it. */
export const issuing = () => {
  const published = new Map<string, Pair>();
  let says: (path: string) => { status: number; body: string; location?: string } | undefined = () => undefined;
  let fetched = 0;
  const server = createServer(async (request, response) => {
    fetched += 1;
    const other = says(request.url ?? '');
    if (other !== undefined) {
      response.writeHead(other.status, other.location === undefined ? {} : { location: other.location });
      response.end(other.body);
      return;
    }
    const keys = await Promise.all(
      [...published].map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid, alg: 'ES256' })),
    );
    const body = request.url === '/keys' ? { keys } : { issuer: at(), jwks_uri: `${at()}/keys` };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const at = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    server,
    at,
    published,
    fetched: () => fetched,
    answerWith: (answer: typeof says) => {
      says = answer;
    },
  };
};
