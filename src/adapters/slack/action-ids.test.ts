import { expect, test } from 'vitest';
import { id } from '#test/build/people.ts';
import {
  buttonValue,
  drawnValue,
  fieldAction,
  fieldActions,
  markedValue,
  parseButtonValue,
  parseMarked,
  unmarked,
} from './action-ids.ts';

test('a button’s value is read back', () => {
  expect(parseButtonValue(buttonValue({ id: id(), revision: 3 }))).toEqual({ id: 'k7m2-qx', revision: 3 });
});

test('a button’s value is read back with the version of the log that was drawn, and with its hallmark', () => {
  const drawn = drawnValue({ id: id(), revision: 3 }, 7);
  const marked = markedValue(drawn, { key: 'c0ffee', signature: 'a-_9' });
  expect([drawn, marked]).toEqual(['k7m2-qx.3.7', 'k7m2-qx.3.7.c0ffee.a-_9']);
  for (const value of [drawn, marked]) {
    expect(parseButtonValue(value)).toEqual({ id: 'k7m2-qx', revision: 3 });
    expect(unmarked(value)).toBe(drawn);
  }
  expect(parseMarked(marked)).toEqual({ id: 'k7m2-qx', revision: 3, version: 7, key: 'c0ffee', signature: 'a-_9' });
  for (const value of [drawn, 'k7m2-qx.3', `${marked}.x`, 'k7m2-qx.3.7.c0ffee.', 'k7m2-qx.3.7.c0ffee.a b'])
    expect(parseMarked(value)).toBeUndefined();
});

test.each([
  undefined,
  null,
  7,
  '',
  'k7m2-qx',
  'k7m2-qx.0',
  'k7m2-qx.1.x',
  'k7m2-qx.1.2.key',
  `k7m2-qx.1.2.key.${'x'.repeat(500)}`,
  'k7m2-qx.-1',
  'k7m2-qx.1e3',
  'K7M2-QX.1',
  'k7m2-qx.1 ',
  '{"id":1}',
])('what we did not write is not a button’s value: %j', (value) => expect(parseButtonValue(value)).toBeUndefined());

test('fields of a form are told by their action id', () => {
  expect([fieldActions.test(fieldAction('namespace')), fieldActions.test('hallpass_approve')]).toEqual([true, false]);
});
