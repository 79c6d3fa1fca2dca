import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import type { State } from './state.ts';
import type { Workspace } from './workspace.ts';

/** What has been said, and where; people, views and what only this run knows begin anew. */
const lasting = ['channels', 'messages', 'files'] as const;
type Kept = Pick<State, (typeof lasting)[number]>;

const isKept = (value: unknown): value is Kept =>
  typeof value === 'object' && value !== null && lasting.every((part) => Reflect.get(value, part) instanceof Map);

/** Takes on what was kept in the file, as far as it can be read; a first start has none. */
const restore = (state: State, file: string): void => {
  try {
    const kept: unknown = deserialize(readFileSync(file));
    if (!isKept(kept)) return;
    for (const part of lasting) {
      const into: Map<string, unknown> = state[part];
      for (const [id, value] of kept[part]) into.set(id, value);
    }
  } catch {
    // Not there, or of another version: the channels begin empty, and Hallpass posts anew what is still open.
  }
};

/** Milliseconds that changes are gathered before the file is written. */
const gather = 200;

/** Keeps a workspace's channels in a file over restarts. The returned function writes what is still to be written. */
export const keepIn = (file: string, workspace: Workspace): (() => void) => {
  restore(workspace.state, file);
  const write = (): void => {
    const { channels, messages, files } = workspace.state;
    writeFileSync(`${file}.new`, serialize({ channels, messages, files }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const unsubscribe = workspace.subscribe(() => {
    timer ??= setTimeout(() => {
      timer = undefined;
      write();
    }, gather);
  });
  return () => {
    unsubscribe();
    clearTimeout(timer);
    write();
  };
};
