import type { Kind } from '#kinds/kind.ts';
import { addedFiles } from './manifests-added.ts';
import { baseFiles } from './manifests-base.ts';
import { botFiles } from './manifests-bot.ts';
import { guardFiles } from './manifests-guard.ts';
import { managedFiles } from './manifests-managed.ts';
import { networkFiles } from './manifests-network.ts';
import { watcherFiles } from './manifests-watcher.ts';
import { workerFiles } from './manifests-worker.ts';
import type { Files } from './yaml-text.ts';

/**
 * Writes the manifests of an installation from what the kinds need, and the namespaces that people may ask for: path below the
 * repository's root → text. The same gives the same text. Throws for a kind that would need powers past any ceiling.
 */
export const renderManifests = (
  kinds: readonly Kind[],
  namespaces: readonly string[] = [],
): ReadonlyMap<string, string> =>
  new Map(
    [
      baseFiles(),
      botFiles(kinds),
      workerFiles(kinds),
      managedFiles(kinds, namespaces),
      guardFiles(),
      watcherFiles(),
      networkFiles(),
      addedFiles(kinds),
    ].flatMap((files: Files) => Object.entries(files)),
  );
