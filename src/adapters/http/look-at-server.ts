import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

/** What came of a handshake. `why` is a code or the words of Node. */
export type SeenServer =
  | { readonly type: 'believed' | 'not-believed'; readonly certificate: X509Certificate; readonly why?: string }
  /** Something answers, and speaks no TLS that could be understood. */
  | { readonly type: 'no-tls'; readonly why: string }
  /** Nothing answered; from elsewhere something may. */
  | { readonly type: 'not-reached'; readonly why: string };

export type ServerToLookAt = {
  /** A name or an IP address, for which its certificate has to be good. */
  readonly host: string;
  readonly port: number;
  /** PEM: the only authorities that are believed. */
  readonly authorities: readonly string[];
  /** Milliseconds. */
  readonly patience: number;
};

/** Connects to a server, and says whether it is believed as an API server would; nothing is sent to it. */
export const lookAtServer = ({ host, port, authorities, patience }: ServerToLookAt): Promise<SeenServer> =>
  new Promise((resolve) => {
    let isConnected = false;
    const end = (seen: SeenServer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(seen);
    };
    // Refused is nothing here: of a certificate that is not believed it is said what is wrong with it.
    const socket = connect({
      host,
      port,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ca: [...authorities],
      rejectUnauthorized: false,
    });
    const timer = setTimeout(() => end({ type: 'not-reached', why: `no answer within ${patience} ms` }), patience);
    socket.once('connect', () => {
      isConnected = true;
    });
    socket.once('secureConnect', () => end(seenOf(socket)));
    socket.once('error', (cause) => {
      const why = 'code' in cause ? String(cause.code) : cause.message;
      const isNoTls = isConnected && /^(EPROTO|ERR_SSL_|ERR_TLS_)/.test(why);
      end({ type: isNoTls ? 'no-tls' : 'not-reached', why });
    });
  });

const seenOf = (socket: TLSSocket): SeenServer => {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return { type: 'no-tls', why: 'it shows no certificate' };
  if (socket.authorized) return { type: 'believed', certificate };
  // Typed as an error, and in truth its code.
  return { type: 'not-believed', certificate, why: String(socket.authorizationError) };
};

/** The certificates of a text in PEM, without those that cannot be read. */
export const certificatesIn = (pem: string): readonly X509Certificate[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g)].flatMap(([block]) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
