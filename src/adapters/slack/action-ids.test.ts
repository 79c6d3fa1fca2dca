import { expect, test } from 'vitest';
import { id } from '#test/build/people.ts';
import { buttonValue, fieldAction, fieldActions, parseButtonValue } from './action-ids.ts';

test('a button’s value is read back', () => {
  expect(parseButtonValue(buttonValue({ id: id(), revision: 3 }))).toEqual({ id: 'k7m2-qx', revision: 3 });
});

test.each([
  undefined,
  null,
  7,
  '',
  'k7m2-qx',
  'k7m2-qx.0',
  'k7m2-qx.1.2',
  'k7m2-qx.-1',
  'k7m2-qx.1e3',
  'K7M2-QX.1',
  'k7m2-qx.1 ',
  '{"id":1}',
])('what we did not write is not a button’s value: %j', (value) => expect(parseButtonValue(value)).toBeUndefined());

test('fields of a form are told by their action id', () => {
  expect([fieldActions.test(fieldAction('namespace')), fieldActions.test('hallpass_approve')]).toEqual([true, false]);
});
