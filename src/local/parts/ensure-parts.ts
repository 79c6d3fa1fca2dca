import { join } from 'node:path';
import { createGetter } from './get-part.ts';
import { takeLock } from './lock.ts';
import { findPart, type PartName, type Places, placesOf } from './parts.ts';
import { createReport, type Say } from './progress.ts';

type Paths = Partial<Record<PartName, string>>;

const isComplete = <Name extends PartName>(paths: Paths, names: readonly Name[]): paths is Record<Name, string> =>
  names.every((name) => paths[name] !== undefined);

const find = (names: readonly PartName[], places: Places): Paths => {
  const found: Paths = {};
  for (const name of names) {
    const path = findPart(name, places);
    if (path !== undefined) found[name] = path;
  }
  return found;
};

const getMissing = async (names: readonly PartName[], found: Paths, places: Places, say: Say): Promise<string[]> => {
  const getPart = createGetter(places);
  const failures: string[] = [];
  for (const [index, name] of names.entries()) {
    const report = createReport(say, `[${index + 1}/${names.length}]`, name);
    const path = found[name] ?? findPart(name, places);
    try {
      found[name] = path ?? (await getPart(name, report));
      report.done(path === undefined ? `ready: ${found[name]}` : `found: ${path}`);
    } catch (fault) {
      const why = fault instanceof Error ? fault.message : String(fault);
      report.failed(why);
      failures.push(`${name}: ${why}`);
    }
  }
  return failures;
};

/**
 * Finds, fetches or builds these parts and gives back where each is, as an absolute path.
 * What is cached costs a few file look-ups; the first time a build takes minutes, told line by line to `say`.
 * Safe to call from several processes at once, and after an interruption it goes on where it was.
 * Throws with every part that failed, why, and what to do.
 */
export const ensureParts = async <Name extends PartName>(
  names: readonly Name[],
  say: Say = () => {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<Record<Name, string>> => {
  const places = placesOf(env);
  const found = find(names, places);
  if (isComplete(found, names)) return found;
  const lock = await takeLock(join(places.cache, 'setup.lock'), (pid) =>
    say(`Another set-up (process ${pid}) is at work in ${places.cache}; waiting for it.`),
  );
  try {
    const failures = await getMissing(names, found, places, say);
    if (isComplete(found, names)) return found;
    throw new Error(
      `${failures.length} of ${names.length} parts could not be had:\n${failures.join('\n')}\n` +
        'What is finished is kept: when the cause is gone, run "npm run setup" and it goes on from here.',
    );
  } finally {
    lock.release();
  }
};
