import { expect, test } from 'vitest';
import { heldOf } from './held.ts';
import type { RbacRule, Right } from './rules.ts';
import { rightsIn, sayRight } from './rules.ts';

const rule = (changed: Partial<RbacRule> = {}): RbacRule => ({
  apiGroups: [''],
  resources: ['pods'],
  verbs: ['get'],
  resourceNames: [],
  ...changed,
});
const getPods: Right = { group: '', resource: 'pods', verb: 'get' };
const getLogs: Right = { group: '', resource: 'pods/log', verb: 'get' };
const whole = { type: 'whole' };
const nothing = { type: 'nothing' };

test.each<[string, Right, Partial<RbacRule>, object]>([
  ['the same rule', getPods, {}, whole],
  ['another verb', getPods, { verbs: ['list'] }, nothing],
  ['every verb', getPods, { verbs: ['*'] }, whole],
  ['another group', getPods, { apiGroups: ['apps'] }, nothing],
  ['every group', getPods, { apiGroups: ['*'] }, whole],
  ['every resource', getPods, { resources: ['*'] }, whole],
  ['every resource, for a subresource', getLogs, { resources: ['*'] }, whole],
  ['the resource, for its subresource', getLogs, { resources: ['pods'] }, nothing],
  ['the subresource of every resource', getLogs, { resources: ['*/log'] }, whole],
  ['the subresource of every resource, for the resource', getPods, { resources: ['*/log'] }, nothing],
  ['another subresource of every resource', getLogs, { resources: ['*/exec'] }, nothing],
  ['every subresource of the resource, which RBAC does not know', getLogs, { resources: ['pods/*'] }, nothing],
  ['no resources, as for URLs', getPods, { apiGroups: [], resources: [], verbs: ['*'] }, nothing],
  ['names', getPods, { resourceNames: ['b', 'a', 'a'] }, { type: 'named', names: ['a', 'b'] }],
])('a rule for %s', (_, right, changed, held) => {
  expect(heldOf(right, [rule(changed)])).toEqual(held);
});

test('creating and deleting many name nothing, so rules for names never allow them', () => {
  const named = rule({ verbs: ['*'], resourceNames: ['a'] });
  expect(heldOf({ ...getPods, verb: 'create' }, [named])).toEqual(nothing);
  expect(heldOf({ ...getPods, verb: 'deletecollection' }, [named])).toEqual(nothing);
});

test('what is created below an object bears its name', () => {
  const right = { group: '', resource: 'pods/exec', verb: 'create' };
  const held = heldOf(right, [rule({ resources: ['pods/exec'], verbs: ['create'], resourceNames: ['a'] })]);
  expect(held).toEqual({ type: 'named', names: ['a'] });
});

test('names of several rules add up, but never to all', () => {
  const rules = [rule({ resourceNames: ['a'] }), rule({ resourceNames: ['b'] })];
  expect(heldOf(getPods, rules)).toEqual({ type: 'named', names: ['a', 'b'] });
  expect(heldOf(getPods, [...rules, rule()])).toEqual(whole);
});

test('a right reads as kubectl writes it', () => {
  const rights = rightsIn([{ apiGroups: ['', 'apps'], resources: ['pods/log', 'pods'], verbs: ['get'] }]);
  expect(rights.map(sayRight)).toEqual(['get pods/log', 'get pods', 'get pods.apps/log', 'get pods.apps']);
});
