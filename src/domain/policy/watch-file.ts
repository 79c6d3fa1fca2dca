import { z } from 'zod';
import { isLonger } from '#domain/duration.ts';
import type { Problem } from '#domain/problem.ts';
import { type Response, responses, type WatchRule, watchRules } from '#domain/watch/suspicion.ts';
import { usualWatch, type Watch } from '#domain/watch/watch.ts';
import { durationText } from './duration-text.ts';

const response = z.enum(responses, {
  error: 'is not "revoke", "warn" or "off": what comes of it when that is seen',
});
const count = z.int().min(2, 'one by itself is noise; write 2 or more').max(1_000);
const bursts = {
  'denied-burst': z.strictObject({
    does: response.exactOptional(),
    count: count.exactOptional(),
    resources: z.int().min(1).max(100).exactOptional(),
    within: durationText.exactOptional(),
  }),
  'delete-burst': z.strictObject({
    does: response.exactOptional(),
    count: count.exactOptional(),
    within: durationText.exactOptional(),
  }),
};
const isBurst = (rule: WatchRule): rule is keyof typeof bursts => Object.hasOwn(bursts, rule);
const single = watchRules.filter((rule) => !isBurst(rule));

/** `watch` in `rules.yaml`: by what is looked for, what comes of it; for bursts also from when on it is one. */
export const watchMap = z
  .strictObject({
    ...(Object.fromEntries(single.map((rule) => [rule, response.exactOptional()])) as Record<
      (typeof single)[number],
      z.ZodExactOptional<typeof response>
    >),
    'denied-burst': z.union([response, bursts['denied-burst']]).exactOptional(),
    'delete-burst': z.union([response, bursts['delete-burst']]).exactOptional(),
  })
  .prefault({});
type WatchMap = z.infer<typeof watchMap>;

/** Counts are kept for so long at most. */
const longest = Temporal.Duration.from({ hours: 1 });

/** What the schema cannot see. */
export const problemsOfWatch = (map: WatchMap): readonly Problem[] =>
  (['denied-burst', 'delete-burst'] as const).flatMap((rule) => {
    const set = map[rule];
    const within = typeof set === 'object' ? set.within : undefined;
    return within !== undefined && isLonger(within, longest)
      ? [
          {
            path: [rule, 'within'],
            message: 'is longer than 1h, and what is so long apart is no burst. Write it like "1m"',
          },
        ]
      : [];
  });

export const watchIn = (map: WatchMap): Watch => {
  const denied = set(map['denied-burst']);
  const deleted = set(map['delete-burst']);
  const does = Object.fromEntries(
    watchRules.map((rule) => [rule, set<{ does?: Response }>(map[rule]).does ?? usualWatch.does[rule]]),
  ) as Record<WatchRule, Response>;
  return {
    does,
    deniedBurst: { ...usualWatch.deniedBurst, ...without(denied) },
    deleteBurst: { ...usualWatch.deleteBurst, ...without(deleted) },
  };
};

const set = <T extends { does?: Response }>(said: Response | T | undefined): T | { does?: Response } =>
  typeof said === 'object' ? said : said === undefined ? {} : { does: said };

const without = <T extends { does?: Response }>({ does: _, ...rest }: T): Omit<T, 'does'> => rest;
