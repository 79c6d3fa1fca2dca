/** What it takes to end a process. */
export type Stops = {
  /** Runs in the reverse order of its making. */
  readonly onStop: (stop: () => Promise<unknown>) => void;
  readonly stop: () => Promise<void>;
};

export const createStops = (): Stops => {
  const stops: (() => Promise<unknown>)[] = [];
  return {
    onStop: (stop) => void stops.push(stop),
    stop: async () => {
      for (const one of stops.toReversed()) await one();
    },
  };
};
