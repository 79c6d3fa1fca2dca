import type { Watched } from '#domain/guard/agreed.ts';
import type { WorkerPorts } from './ports.ts';

/** Lines that workers keep of objects that are looked at, by the keys of `factKey`. What they say counts only with a worker's signature. */
export type AgreedStates = {
  /** All of a place; none where nobody has looked yet. */
  readonly all: (place: Watched) => Promise<ReadonlyMap<string, string>>;
  /** Replaces lines, all at once; undefined takes one away. */
  readonly put: (place: Watched, lines: Readonly<Record<string, string | undefined>>) => Promise<void>;
  /** Replaces one line if it still is what it was (undefined: none), or takes it away; true if so. */
  readonly claim: (
    place: Watched,
    key: string,
    before: string | undefined,
    line: string | undefined,
  ) => Promise<boolean>;
  /** Takes all of a place away. */
  readonly forget: (place: Watched) => Promise<void>;
};

export type DriftPorts = WorkerPorts & {
  readonly agreed: AgreedStates;
  /** Writes down what Hallpass itself has done and could not write down before. */
  readonly flush: () => Promise<void>;
  /** Leaves an entry for the bot; throws when there is no room for it. */
  readonly leave: (entry: string) => Promise<void>;
  /** Random bytes from the system's generator. */
  readonly random: (count: number) => Uint8Array;
};
