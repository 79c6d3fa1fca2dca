import type { Kind } from '#kinds/kind.ts';
import { botFiles } from './manifests-bot.ts';
import { configFiles } from './manifests-config.ts';
import { guardFiles } from './manifests-guard.ts';
import { watcherFiles } from './manifests-watcher.ts';
import { workerFiles } from './manifests-worker.ts';
import type { Files } from './yaml-text.ts';

/**
 * Writes the manifests of an installation from what the kinds need: path below the repository's root → text. The same
 * kinds give the same text. Throws for a kind that would need powers past any ceiling.
 */
export const renderManifests = (kinds: readonly Kind[]): ReadonlyMap<string, string> =>
  new Map(
    [configFiles(), botFiles(kinds), workerFiles(kinds), guardFiles(), watcherFiles()].flatMap((files: Files) =>
      Object.entries(files),
    ),
  );
