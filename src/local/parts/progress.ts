export type Say = (line: string) => void;

/** What a step tells while it runs. */
export type Report = {
  /** Says what is being done now; repeated with the time it takes so far until the next call. */
  doing: (what: string) => void;
  done: (what: string) => void;
  failed: (why: string) => void;
  /** Ends the repeating without a word. */
  quiet: () => void;
};

const heartbeat = 10_000;

/** "45s", "2m10s". */
export const elapsed = (milliseconds: number): string => {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
};

/** Reports one of several steps, each line as `[3/7] kube-apiserver: what … 2m10s`. */
export const createReport = (say: Say, position: string, name: string): Report => {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const line = (what: string, since: number | undefined) =>
    say(`${position} ${name}: ${what}${since === undefined ? '' : ` … ${elapsed(performance.now() - since)}`}`);
  const quiet = () => clearInterval(timer);
  return {
    doing: (what) => {
      quiet();
      const since = performance.now();
      line(what, undefined);
      timer = setInterval(() => line(what, since), heartbeat);
    },
    done: (what) => {
      quiet();
      line(`${what} (${elapsed(performance.now() - started)})`, undefined);
    },
    failed: (why) => {
      quiet();
      line(`FAILED: ${why}`, undefined);
    },
    quiet,
  };
};
