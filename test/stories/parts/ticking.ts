/** Loaded before a program (`--import`): says each longest turn of its event loop so far, in milliseconds. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 5 });
let longest = 0;
let isStarted = false;
setInterval(() => {
  // What a program does to load itself keeps nobody waiting.
  if (!isStarted) {
    isStarted = true;
    delay.enable();
    return;
  }
  const now = Math.round(delay.max / 1e6);
  if (now <= longest) return;
  longest = now;
  console.log(`longest turn: ${longest} ms`);
}, 1_000).unref();
