import type { Json } from '#domain/json.ts';

/** What a value costs beside its characters, in characters; and what each of a text costs that has lines to compare. */
const perValue = 16;
const perLetterOfLines = 8;

/** Whether it takes long to compare, counted only so far. */
export const outweighs = (value: Json, limit: number): boolean => {
  const open: Json[] = [value];
  let weight = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    weight += perValue;
    if (typeof next === 'string') weight += next.length > limit ? limit : weightOf(next);
    else if (typeof next === 'object' && next !== null)
      for (const [key, member] of Object.entries(next)) {
        weight += key.length + perValue;
        if (weight > limit) return true;
        if (member !== undefined) open.push(member);
      }
    if (weight > limit) return true;
  }
  return false;
};

const weightOf = (text: string): number => text.length * (text.includes('\n') ? perLetterOfLines : 1);
