import type { RequestId } from '#domain/ids.ts';
import type { Step } from '#domain/request/next-step.ts';
import type { Jobs } from '#use-cases/ports.ts';

export type MemoryJob = {
  readonly id: RequestId;
  readonly version: number;
  readonly do: Step['do'] | 'show';
  readonly at: Temporal.Instant | undefined;
};

export type MemoryJobs = Jobs & {
  /** The jobs not taken yet, in the order they were asked for. */
  readonly waiting: () => readonly MemoryJob[];
  /** Takes the jobs that are due; those without a time always are. */
  readonly take: (queue: 'cluster' | 'slack', now: Temporal.Instant) => readonly MemoryJob[];
  /** Forgets all of them, as a lost Redis would. */
  readonly lose: () => void;
};

/** Keeps jobs until they are taken; a job asked for twice is one job. */
export const createMemoryJobs = (): MemoryJobs => {
  const jobs = new Map<string, MemoryJob>();
  const add = (job: MemoryJob): void => {
    const name = `${job.do}-${job.id}-v${job.version}`;
    if (!jobs.has(name)) jobs.set(name, job);
  };
  return {
    schedule: async (id, version, step) => add({ id, version, do: step.do, at: step.at }),
    show: async (id, version) => add({ id, version, do: 'show', at: undefined }),
    waiting: () => [...jobs.values()],
    take: (queue, now) => {
      const isDue = ({ at }: MemoryJob): boolean => at === undefined || Temporal.Instant.compare(at, now) <= 0;
      const due = [...jobs].filter(([, job]) => (job.do === 'show') === (queue === 'slack') && isDue(job));
      for (const [name] of due) jobs.delete(name);
      return due.map(([, job]) => job);
    },
    lose: () => jobs.clear(),
  };
};
