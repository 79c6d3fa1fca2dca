import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/** Method and path, as in `POST /review`. Kubernetes adds its timeout as a query. */
export const askedFor = ({ method, url }: IncomingMessage): string => `${method} ${url?.split('?')[0]}`;

/** Whether a client has shown a certificate of the authority that the server asks for. */
export const isKnown = ({ socket }: IncomingMessage): boolean => socket instanceof TLSSocket && socket.authorized;
/** What is said to one that has not. */
export const whoAreYou = 'Show a TLS client certificate of the authority that Hallpass was told of.';

/** The token of an `authorization` header. */
export const bearerIn = (header: string | undefined): string | undefined =>
  /^Bearer (\S{1,16384})$/.exec(header ?? '')?.[1];

export const isJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
