import { describe, expect, test } from 'vitest';
import type { Author } from '#domain/request/events.ts';
import { nameOf, readName } from './names.ts';

const until = Temporal.Instant.from('2026-11-27T21:00:00Z');
const said = (name: string, author: Author = 'guard') => {
  const read = readName(author, name);
  return read.ok ? read.value : read.error;
};

describe('the name of a public key', () => {
  test.each([
    ['guard-1.pub', {}],
    ['guard-1.of-the-old-house.pub', {}],
    ['guard-forge.pub', {}],
    ['guard-1.foreign.pub', {}],
    ['guard-1.for-prod.pub', { clusters: ['prod'] }],
    ['guard-1.for-prod_stage-eu-2.pub', { clusters: ['prod', 'stage-eu-2'] }],
    ['guard-1.for-for-until.pub', { clusters: ['for-until'] }],
    ['guard-1.until-20261127T210000Z.pub', { until }],
    ['guard-1.for-prod.until-20261127T210000Z.pub', { clusters: ['prod'], until }],
    ['guard-1.until-20261127T210000Z.for-prod.pub', { clusters: ['prod'], until }],
  ])('%s says for which clusters it is good, and until when', (name, what) => {
    expect(said(name)).toEqual(what);
    expect(said(name.replace('guard-', 'watcher-'), 'watcher')).toEqual(what);
    expect(name).toMatch(/^[-._a-zA-Z0-9]+$/);
  });

  test.each([
    ['guard-1.for-.pub', 'says that it is good for "", which no cluster can be called'],
    ['guard-1.for-prod_.pub', 'says that it is good for ""'],
    ['guard-1.for-Prod.pub', 'says that it is good for "Prod"'],
    ['guard-1.for--prod.pub', 'says that it is good for "-prod"'],
    [`guard-1.for-${'a'.repeat(41)}.pub`, 'which no cluster can be called'],
    ['guard-1.For-prod.pub', 'says "For-prod", which is neither'],
    ['guard-1.for.pub', 'says "for", which is neither'],
    ['guard-1.for_prod.pub', 'says "for_prod", which is neither'],
    ['guard-1.Until-20261127T210000Z.pub', 'says "Until-20261127T210000Z", which is neither'],
    ['guard-1.for-prod.stage.pub', 'says "stage", which is neither'],
    ['guard-1.for-prod.for-stage.pub', 'says twice for which clusters it is good'],
    ['guard-1.until-20261127T210000Z.until-20261128T210000Z.pub', 'says twice until when it was good'],
    ['guard-1.for-prod.until-tomorrow.pub', 'says no time until which it was good'],
    ['guard-1.until-20261127T210000Z.x.pub', 'says "x", which is neither'],
  ])('%s is a problem, and not a key that is good for every cluster', (name, problem) => {
    expect(said(name)).toContain(problem);
  });

  test.each(['bot', 'worker'] as const)('binds no %s: it serves all clusters', (author) => {
    expect(said(`${author}-1.for-prod.pub`, author)).toContain(`a ${author} serves all of them`);
    expect(said(`${author}-1.until-20261127T210000Z.pub`, author)).toEqual({ until });
  });

  test('is read back as it is made', () => {
    expect(said(nameOf('guard', '0123456789abcdef', 'prod'))).toEqual({ clusters: ['prod'] });
    expect(said(nameOf('guard', '0123456789abcdef', undefined))).toEqual({});
  });
});
