import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { grantInBulk } from './bulk.ts';
import { colleagues } from './company.ts';
import { type Figure, figure, percentile } from './figure.ts';
import type { GrowStage } from './grow-stage.ts';
import { grantMany, lagsOf, planFor } from './many.ts';
import { now } from './time.ts';

const bench = 'growth with the grants that are active';
const second = 1_000;
const megabyte = 1_048_576;
/** Ticks a second in which the kernel counts a process' CPU (`getconf CLK_TCK` on Linux). */
const tick = 100;

/** What a process has used of a CPU so far, in seconds, and of memory now, in megabytes. */
const useOf = (pid: number): { readonly cpu: number; readonly memory: number } => {
  // Behind the name, which may hold anything: the fields from the third on (proc(5)).
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0;
  return { cpu: (Number(fields[11]) + Number(fields[12])) / tick, memory: (Number(resident) * 1_024) / megabyte };
};

/** Percent of one CPU while nobody asks for anything. */
const idle = async (pids: readonly number[], seconds: number): Promise<readonly number[]> => {
  const before = pids.map((pid) => useOf(pid).cpu);
  await pause(seconds * second);
  return pids.map((pid, index) => ((useOf(pid).cpu - (before[index] ?? 0)) / seconds) * 100);
};

const took = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await work();
  return performance.now() - from;
};

/** A process that does nothing: how long until it runs, and what it takes of memory. */
const nothing = async (): Promise<{ readonly milliseconds: number; readonly memory: number }> => {
  const from = performance.now();
  const child = spawn(process.execPath, ['-e', 'process.send(1); setInterval(() => {}, 1e6)'], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  await new Promise((resolve) => child.once('message', resolve));
  const milliseconds = performance.now() - from;
  await pause(second);
  const { memory } = useOf(child.pid ?? 0);
  child.kill('SIGKILL');
  return { milliseconds, memory };
};

/** So many grants are made as people make them; what goes beyond is filed by the bench. */
const byClicks = 1_000;
/** Milliseconds for which the grants stay that are only there. */
const stay = 4 * 3_600 * second;

const askedBy = (index: number): string => colleagues[index % colleagues.length]?.id ?? '';

/** Memory, idle CPU, start, lag, App Home and list with more and more grants in force; each part is a process of its own. */
export const benchGrow = async function* (stage: GrowStage): AsyncGenerator<Figure> {
  const bare = await nothing();
  let there = 0;
  for (const size of stage.sizes) {
    if (size <= byClicks) await grantMany(stage, `grow-${size}`, size - there, () => now() + stay, { askedBy });
    else await grantInBulk(stage, `grow-${size}`, size - there, askedBy);
    there = size;
    yield* await measure(stage, size, bare);
  }
};

const measure = async (
  stage: GrowStage,
  size: number,
  bare: Awaited<ReturnType<typeof nothing>>,
): Promise<readonly Figure[]> => {
  const at = `${size} grants`;
  const add: Figure[] = [];
  const ending = await grantMany(stage, `ends-${size}`, 40, (index) => planFor(40) + index * 200, { askedBy });
  const lags = await lagsOf(stage, ending, 60 * second, size);
  add.push(figure(bench, `${at}: expiry → denied p50`, 'ms', percentile(lags, 0.5)));
  add.push(figure(bench, `${at}: expiry → denied p99`, 'ms', percentile(lags, 0.99)));
  const slots = Object.entries(stage.slots);
  for (const [name, slot] of slots) {
    await slot.kill();
    const milliseconds = await took(slot.start);
    const aim = { of: 'value', most: 2_000 } as const;
    add.push(
      figure(bench, `${at}: ${name} started until ready`, 'ms', milliseconds, { baseline: bare.milliseconds, aim }),
    );
  }
  // What has just started has much to look at, and Slack to bring up to date.
  await pause(stage.size(30, 5) * second);
  const eyes = stage.slack.as('U0BOB');
  const times = async (work: () => Promise<unknown>): Promise<number> => {
    const all: number[] = [];
    for (let nth = 0; nth < 10; nth += 1) all.push(await took(work));
    return percentile(all, 0.5);
  };
  add.push(figure(bench, `${at}: App Home opened p50`, 'ms', await times(() => eyes.openHome())));
  add.push(figure(bench, `${at}: /jit list acknowledged p50`, 'ms', await times(() => eyes.command('/jit list'))));
  await pause(stage.size(10, 2) * second);
  const pids = slots.map(([, slot]) => slot.pid() ?? 0);
  // A whole minute: once in each everything is looked at.
  const taken = await idle(pids, stage.size(60, 3));
  const [cpu, memory] = [{ of: 'value', most: 1 } as const, { of: 'value', most: 250 } as const];
  for (const [index, [name]] of slots.entries()) {
    add.push(figure(bench, `${at}: ${name} idle`, '% CPU', taken[index] ?? 0, { aim: cpu }));
    const used = { baseline: bare.memory, ...(name === 'bot' ? { aim: memory } : {}) };
    add.push(figure(bench, `${at}: ${name} memory`, 'MB', useOf(pids[index] ?? 0).memory, used));
  }
  return add;
};
