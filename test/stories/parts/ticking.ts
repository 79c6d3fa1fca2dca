/** Loaded before a program (`--import`): from SIGUSR2 on it says each longest turn of its event loop so far. */
import { measureTurns } from './turns.ts';

process.once('SIGUSR2', () => {
  const turns = measureTurns();
  let said = -1;
  setInterval(() => {
    const longest = turns.longest();
    if (longest <= said) return;
    said = longest;
    console.log(`longest turn: ${longest} ms`);
  }, 500).unref();
});
