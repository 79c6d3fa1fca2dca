import { connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecured, type TLSSocket } from 'node:tls';
import type { Credentials, Endpoint } from './address.ts';

/** Milliseconds that each step of a conversation may take. */
const patience = 2_000;
/** Characters of an answer that are looked at. */
const most = 4_000;

/** What came of a conversation with whatever is at an endpoint. */
export type Heard =
  /** Redis' own answer to the last word, as it came (RESP): `+OK`, `-NOAUTH …`, `*2 …`. */
  | { readonly type: 'answer'; readonly text: string }
  /** Something that is no Redis. */
  | { readonly type: 'foreign'; readonly text: string }
  /** A certificate that is not believed, by its code in Node; nothing was said to who showed it. */
  | { readonly type: 'unproven'; readonly code: string; readonly names: string; readonly until: string }
  /** Connected, and closed without a word; `tls` where it began to speak TLS in the clear. */
  | { readonly type: 'closed' | 'silent' | 'tls' }
  /** No connection, or TLS that failed, by its code. */
  | { readonly type: 'fault'; readonly code: string };

/**
 * Connects once, says these commands after the password, and hears the answer to the last of them; nothing is kept. With
 * `tls` the certificate is judged first: who is not believed is told no password.
 */
export const converse = async (
  at: Endpoint,
  tls: ConnectionOptions | undefined,
  credentials: Credentials,
  command: readonly string[],
): Promise<Heard> => {
  const socket = tls === undefined ? connectPlain(at) : connectSecured({ ...at, ...tls, rejectUnauthorized: false });
  socket.on('error', () => {});
  try {
    const connected = await opened(socket, tls === undefined ? 'connect' : 'secureConnect');
    if (connected !== undefined) return connected;
    const unproven = tls === undefined ? undefined : unprovenOf(socket as TLSSocket);
    if (unproven !== undefined) return unproven;
    return await said(socket, credentials, command);
  } finally {
    socket.destroy();
  }
};

const codeOf = (cause: Error): string => ('code' in cause ? String(cause.code) : cause.message);

const opened = (socket: Socket, event: 'connect' | 'secureConnect'): Promise<Heard | undefined> =>
  new Promise((resolve) => {
    let isConnected = false;
    socket.once('connect', () => {
      isConnected = true;
    });
    socket.setTimeout(patience, () => resolve(isConnected ? { type: 'silent' } : { type: 'fault', code: 'ETIMEDOUT' }));
    socket.once('error', (cause) => resolve({ type: 'fault', code: codeOf(cause) }));
    socket.once('close', () => resolve({ type: 'closed' }));
    socket.once(event, () => resolve(undefined));
  });

const unprovenOf = (socket: TLSSocket): Heard | undefined => {
  if (socket.authorized) return undefined;
  const { subjectaltname = 'none', valid_to: until } = socket.getPeerCertificate();
  // Node has the code here, whatever its types say.
  return { type: 'unproven', code: String(socket.authorizationError), names: subjectaltname, until };
};

const encode = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

const authOf = ({ username, password }: Credentials): readonly (readonly string[])[] =>
  username === undefined && password === undefined
    ? []
    : [['AUTH', ...(username === undefined ? [] : [username]), password ?? '']];

const said = (socket: Socket, credentials: Credentials, command: readonly string[]): Promise<Heard> =>
  new Promise((resolve) => {
    const commands = [...authOf(credentials), command];
    let text = '';
    socket.on('data', (data) => {
      text = (text + data.toString('latin1')).slice(0, most);
      const heard = heardIn(text, commands.length);
      if (heard !== undefined) resolve(heard);
    });
    const rest = (): Heard => heardIn(`${text}\r\n`, commands.length) ?? { type: 'closed' };
    socket.setTimeout(patience, () => resolve(text === '' ? { type: 'silent' } : rest()));
    socket.once('error', (cause) => resolve({ type: 'fault', code: codeOf(cause) }));
    socket.once('close', () => resolve(text === '' ? { type: 'closed' } : rest()));
    socket.write(commands.map(encode).join(''));
  });

/** A password that is not taken is the answer, whatever is said behind it; but that none is wanted is no fault. */
const heardIn = (text: string, answers: number): Heard | undefined => {
  if (/^[\x14\x15\x16]\x03/.test(text)) return { type: 'tls' };
  const end = text.indexOf('\r\n');
  if (end === -1 && text.length < most) return undefined;
  const line = text.slice(0, end === -1 ? most : end);
  if (!/^(\+[\w ]*|-[A-Z]+ .*|:-?\d+|\$-?\d+|\*-?\d+)$/.test(line)) return { type: 'foreign', text: line };
  if (answers === 1) return { type: 'answer', text };
  if (line.startsWith('-') && !line.startsWith('-ERR ')) return { type: 'answer', text };
  return heardIn(text.slice(end + 2), answers - 1);
};
