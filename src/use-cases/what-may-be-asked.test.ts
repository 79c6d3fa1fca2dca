import { expect, test } from 'vitest';
import type { Rule } from '#domain/policy/policy.ts';
import { dayNames } from '#domain/policy/window.ts';
import { everything } from '#test/build/conditions.ts';
import { alice } from '#test/build/people.ts';
import { rule } from '#test/build/policy.ts';
import { minutes, worldOf } from '#test/build/rule-world.ts';
import { whatMayBeAsked } from './what-may-be-asked.ts';

const time = (text: string): Temporal.PlainTime => Temporal.PlainTime.from(text);
const at = (from: string, until: string): Rule['match'] => ({
  ...everything,
  when: [{ zone: 'UTC', days: dayNames, from: time(from), until: time(until) }],
});
const breakGlass = { who: ['developers'], longest: minutes(20), remindEvery: minutes(60) };
const night = rule({ name: 'night', match: at('22:00', '06:00'), breakGlass });
const day = rule({ name: 'day', match: at('06:00', '22:00') });

/** At noon. */
const named = async (...rules: readonly Rule[]): Promise<string | undefined> => {
  const offer = await whatMayBeAsked(worldOf(...rules).bot, alice);
  const [kind] = offer?.kinds ?? [];
  return kind && offer?.rule('prod', kind, 'shop', 'ingress-edit')?.name;
};

test('the form follows the rule that decides now, and where there is none one for another time', async () => {
  expect(await named(night, day)).toBe('day');
  expect(await named(night)).toBe('night');
});

test('what is taken by break-glass works at once, so that rules for another time offer nothing', async () => {
  const { bot } = worldOf(night);
  expect(await whatMayBeAsked(bot, alice, { byBreakGlass: true })).toBeUndefined();
  expect(await whatMayBeAsked(bot, alice)).toBeDefined();
});
