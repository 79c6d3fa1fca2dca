import { Session } from 'node:inspector/promises';

/** Which blocks of the product's sources inputs reach, as V8 counts them (`Profiler.takePreciseCoverage`, block level, binary). */
export type Coverage = {
  /** Whether the input that was just judged reached a block that none had reached. Never once enough are measured. */
  readonly isNews: () => Promise<boolean>;
  readonly figures: () => object;
};

/** Measures so many inputs, one by one, and then no more: for most, asking takes longer than they do. */
export const createCoverage = async (inputs: number): Promise<Coverage> => {
  if (inputs === 0) return { isNews: async () => false, figures: () => ({}) };
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  const seen = new Set<string>();
  let [asked, spent, news] = [0, 0, 0];
  const look = async (): Promise<boolean> => {
    const before = seen.size;
    const { result } = await session.post('Profiler.takePreciseCoverage');
    for (const { url, functions } of result)
      if (url.includes('/src/'))
        for (const { ranges } of functions)
          for (const { startOffset, endOffset, count } of ranges)
            if (count > 0) seen.add(`${url}:${startOffset}:${endOffset}`);
    return seen.size > before;
  };
  return {
    isNews: async () => {
      if (asked >= inputs) return false;
      asked += 1;
      const started = performance.now();
      const isNews = await look();
      spent += performance.now() - started;
      if (isNews) news += 1;
      if (asked === inputs) await session.post('Profiler.stopPreciseCoverage');
      return isNews;
    },
    figures: () => ({ covered: { inputs: asked, blocks: seen.size, news, seconds: Math.round(spent / 100) / 10 } }),
  };
};
