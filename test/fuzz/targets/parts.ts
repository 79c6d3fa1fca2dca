import { z } from 'zod';
import type { EventStore } from '#use-cases/ports.ts';

/** Another one after so many uses: what gathers in a world is that of its last inputs, and those before are as good as never given. */
export const renewed = <T>(uses: number, create: () => T): (() => T) => {
  let [left, current] = [uses, create()];
  return () => {
    if (left === 0) [left, current] = [uses, create()];
    left -= 1;
    return current;
  };
};

/** Mistakes of the product's own, which it has caught, and told somebody of. */
const mistakes = /\b(TypeError|RangeError|ReferenceError|SyntaxError|URIError|AssertionError)\b/;

/** The first fault that is a mistake of the product itself, if one is. */
export const faultIn = (faults: readonly string[]): string | undefined => {
  const found = faults.find((fault) => mistakes.test(fault));
  return found === undefined ? undefined : `it failed inside, ${mistakes.exec(found)?.[0]}: ${found.slice(0, 800)}`;
};

/** What must not be in anything that somebody outside is told: places in our own source, and words of its runtime. */
const inner =
  /\/src\/[\w/-]+\.ts|node_modules|node:internal|\bat [\w.<>]+ \(|Cannot read propert|is not a function|undefined is not/;

export const leakIn = (said: string): string | undefined => {
  const found = inner.exec(said);
  return found === null
    ? undefined
    : `it tells of its inside: ${said.slice(Math.max(0, found.index - 100), found.index + 200)}`;
};

const appended = z.object({
  event: z.looseObject({ type: z.string(), by: z.unknown().optional(), requester: z.string().optional() }),
});
export type Appended = z.infer<typeof appended>['event'] & { readonly id: string };

/** A store that also says which events it took in. */
export const telling = (store: EventStore) => {
  const events: Appended[] = [];
  const told: EventStore = {
    ...store,
    append: async (id, version, lines, ...rest) => {
      const result = await store.append(id, version, lines, ...rest);
      if (result.type === 'appended')
        events.push(...lines.map((line) => ({ id, ...appended.parse(JSON.parse(line)).event })));
      return result;
    },
  };
  return { store: told, take: (): readonly Appended[] => events.splice(0) };
};
