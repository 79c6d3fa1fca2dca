import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type RedisProxy = { readonly url: string; readonly stop: () => Promise<void> };

/** Reads the commands off a client's bytes (RESP arrays of bulk strings); what is incomplete stays for the next time. */
const readCommands = (
  bytes: Buffer,
): { readonly commands: { words: string[]; raw: Buffer }[]; readonly rest: Buffer } => {
  const commands: { words: string[]; raw: Buffer }[] = [];
  let start = 0;
  for (;;) {
    const read = readCommand(bytes, start);
    if (read === undefined) return { commands, rest: bytes.subarray(start) };
    commands.push({ words: read.words, raw: bytes.subarray(start, read.end) });
    start = read.end;
  }
};

const readCommand = (bytes: Buffer, from: number): { words: string[]; end: number } | undefined => {
  const head = lineAt(bytes, from);
  if (head === undefined) return undefined;
  const words: string[] = [];
  let at = head.end;
  for (let left = Number(head.text.slice(1)); left > 0; left -= 1) {
    const size = lineAt(bytes, at);
    if (size === undefined) return undefined;
    const end = size.end + Number(size.text.slice(1));
    if (end + 2 > bytes.length) return undefined;
    words.push(bytes.toString('latin1', size.end, end));
    at = end + 2;
  }
  return { words, end: at };
};

const lineAt = (bytes: Buffer, from: number): { text: string; end: number } | undefined => {
  const end = bytes.indexOf('\r\n', from);
  return end === -1 ? undefined : { text: bytes.toString('latin1', from, end), end: end + 2 };
};

/**
 * Stands between a worker and Redis. `hold` says of each command whether it goes no further, or is done without its
 * answer getting back; from then on that connection is dead. `onHeld` hears of it, when done after it was done.
 */
export const startRedisProxy = async (
  port: number,
  parts: {
    readonly hold: (words: readonly string[]) => 'before' | 'after' | undefined;
    readonly onHeld: () => void;
  },
): Promise<RedisProxy> => {
  const sockets = new Set<Socket>();
  const serve = (client: Socket): void => {
    const server = connect(port, '127.0.0.1');
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    let rest: Buffer = Buffer.alloc(0);
    let held: 'before' | 'after' | undefined;
    server.on('data', (data: Buffer) => {
      // The answer to what was held may come behind others'; all of them are lost, as in a crash.
      if (held === undefined) client.write(data);
    });
    client.on('data', (data: Buffer) => {
      if (held !== undefined) return;
      const read = readCommands(Buffer.concat([rest, data]));
      rest = read.rest;
      for (const { words, raw } of read.commands) {
        held = parts.hold(words);
        if (held === 'before') return parts.onHeld();
        server.write(raw);
        if (held === 'after') {
          setTimeout(parts.onHeld, 60);
          return;
        }
      }
    });
  };
  const listener = createServer(serve);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${address.port}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
};
