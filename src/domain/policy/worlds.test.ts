import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inAllWorlds, type Step, type Unknown, type World } from './worlds.ts';

const unknown = (key: string, values: readonly string[] = ['yes', 'no']): Unknown => ({ key, say: key, values });
const asks = (key: string): Step<never> => ({ type: 'unknown', unknown: unknown(key) });
const says = (answer: string): Step<string> => ({ type: 'answer', answer });
const look = (question: (world: World) => Step<string>, most = 100) => inAllWorlds(question, (text) => text, most);

describe('a question', () => {
  test('that depends on nothing has one answer', () => {
    expect(look(() => says('a'))).toEqual({ ok: true, value: { answers: ['a'], differ: [] } });
  });

  test('names only what makes a difference', () => {
    const question = (world: World): Step<string> => {
      if (!world.has('weather')) return asks('weather');
      const group = world.get('group');
      return group === undefined ? asks('group') : says(group);
    };
    const found = look(question);
    expect(found.ok && found.value.differ.map(({ key }) => key)).toEqual(['group']);
    expect(found.ok && new Set(found.value.answers)).toEqual(new Set(['yes', 'no']));
  });

  test('is certain where every other world is impossible', () => {
    const question = (world: World): Step<string> => {
      const group = world.get('group');
      if (group === undefined) return asks('group');
      return group === 'yes' ? says('a') : { type: 'impossible' };
    };
    expect(look(question)).toEqual({ ok: true, value: { answers: ['a'], differ: [] } });
  });

  test('of which no world is possible has no answer', () => {
    expect(look(() => ({ type: 'impossible' }))).toEqual({ ok: true, value: { answers: [], differ: [] } });
  });

  test('over too many worlds says on what it depends', () => {
    const question = (world: World): Step<string> => (world.size < 20 ? asks(`g${world.size}`) : says('a'));
    const found = look(question);
    expect(found).toMatchObject({ ok: false });
    expect(!found.ok && found.error.length).toBe(20);
  });
});

test('what it says is what asking in every world by itself would say', () => {
  const names = ['a', 'b', 'c'];
  const table = fc.array(fc.constantFrom('x', 'y', 'impossible'), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(table, (outcomes) => {
      const found = look((world) => {
        const next = names.find((name) => !world.has(name));
        if (next !== undefined) return asks(next);
        const place = names.reduce((sum, name) => sum * 2 + (world.get(name) === 'yes' ? 1 : 0), 0);
        const outcome = outcomes[place] ?? 'impossible';
        return outcome === 'impossible' ? { type: 'impossible' } : says(outcome);
      });
      const possible = new Set(outcomes.filter((one) => one !== 'impossible'));
      expect(found.ok && new Set(found.value.answers)).toEqual(possible);
      expect(found.ok && found.value.differ.length > 0).toBe(possible.size > 1);
    }),
  );
});
