import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createDaemon } from '#local/parts/daemon.ts';

/** `cpu`: milliseconds used so far; `heap` (without garbage) and `rss`: bytes. */
const usage = z.object({ cpu: z.number(), heap: z.number(), rss: z.number() });
export type Usage = z.infer<typeof usage>;

/** A program in a process of its own of which it can be asked what it uses. */
export type Probed = { readonly usage: () => Promise<Usage>; readonly stop: () => Promise<void> };

export type ProbedOptions = {
  readonly name: string;
  readonly folder: string;
  readonly program: string;
  /** Of node. */
  readonly flags?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What it logs once it runs. */
  readonly running: string;
  /** Where its CPU profile goes. */
  readonly profile?: string | undefined;
};

const probe = fileURLToPath(new URL('./guard-probe.ts', import.meta.url));

export const startProbed = async (options: ProbedOptions): Promise<Probed> => {
  const { name, folder, program, flags = [], environment, running, profile } = options;
  const [log, file] = [join(folder, `${name}.log`), join(folder, `${name}.usage`)];
  for (const one of [log, file]) writeFileSync(one, '');
  const variables = Object.entries({ ...environment, BENCH_USAGE: file }).map(([key, value]) => `${key}=${value}`);
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const daemon = createDaemon(
    {
      name,
      binary: 'env',
      args: [...variables, process.execPath, ...flags, '--expose-gc', ...profiling, '--import', probe, program],
      log,
      isReady: async () => readFileSync(log, 'utf8').includes(running),
      readyWithin: 20_000,
    },
    20_000,
  );
  await daemon.start();
  const lines = (): readonly string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return {
    usage: async () => {
      const pid = daemon.pid();
      const before = lines().length;
      if (pid === undefined) throw new Error(`${name} does not run any more: see ${log}`);
      process.kill(pid, 'SIGUSR2');
      const deadline = performance.now() + 10_000;
      while (lines().length === before) {
        if (performance.now() > deadline) throw new Error(`${name} does not say what it uses`);
        await pause(5);
      }
      return usage.parse(JSON.parse(lines().at(-1) ?? ''));
    },
    stop: daemon.stop,
  };
};
