import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDaemon, freePort } from '#local/parts/daemon.ts';
import { ensureParts } from '#local/parts/ensure-parts.ts';

export type Sentinel = {
  readonly port: number;
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.on('data', (data) => end(/^(\+PONG|-NOAUTH)/.test(data.toString())));
    socket.on('error', () => end(false));
  });

/**
 * Starts a Sentinel on 127.0.0.1 that watches the primary at `port`, of two that have to agree. It takes a primary for gone
 * after a second. `more` are lines of its configuration; `<name>` in them is the primary's.
 */
export const startSentinel = async (
  name: string,
  port: number,
  more: readonly string[] = [],
  quorum = 2,
): Promise<Sentinel> => {
  const parts = await ensureParts(['redis-server']);
  const dir = mkdtempSync(join(tmpdir(), 'hallpass-sentinel-'));
  const own = await freePort();
  const file = join(dir, 'sentinel.conf');
  writeFileSync(
    file,
    [
      `port ${own}`,
      'bind 127.0.0.1',
      `dir ${dir}`,
      `sentinel monitor ${name} 127.0.0.1 ${port} ${quorum}`,
      `sentinel down-after-milliseconds ${name} 1000`,
      `sentinel failover-timeout ${name} 5000`,
      ...more,
      '',
    ].join('\n'),
  );
  const daemon = createDaemon({
    name: 'Sentinel',
    binary: parts['redis-server'],
    args: [file, '--sentinel'],
    log: join(dir, 'sentinel.log'),
    isReady: () => answers(own),
    readyWithin: 20_000,
  });
  const stop = async () => {
    await daemon.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  await daemon.start().catch(async (fault) => {
    await stop();
    throw fault;
  });
  return { port: own, kill: daemon.kill, stop };
};
