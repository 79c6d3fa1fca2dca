import { structuredPatch } from 'diff';
import { renderCard } from '#adapters/slack/card.ts';
import { renderWhole } from '#adapters/slack/whole-view.ts';
import { createExaminer } from '#adapters/threads/examiner.ts';
import { renderLines } from '#domain/content/render.ts';
import { targetOf } from '#domain/plan.ts';
import { chainOf } from '#test/build/chains.ts';
import { changeOf, changing, contentOf, shownOf } from '#test/build/contents.ts';
import { bob } from '#test/build/people.ts';
import type { Examiner } from '#use-cases/ports.ts';
import { longestBlock } from './blocks.ts';
import { type Figure, figure, latencies, percentile } from './figure.ts';
import { benchShowing } from './show-large.ts';
import type { Stage } from './stage.ts';
import { large, long, type States } from './states.ts';

const bench = 'large objects are compared and shown';

/** How long comparing and drawing takes, and for how long at a time nothing else goes on meanwhile. */
export const benchDiff = async (stage: Stage): Promise<readonly Figure[]> => {
  const { close, ...examiner } = createExaminer();
  const figures: Figure[] = [];
  for (const make of long) figures.push(...(await drawing(examiner, make(), stage.size(100, 10))));
  for (const make of large) figures.push(...(await blocking(examiner, make(), stage.size(20, 3))));
  await close();
  return [...figures, ...(await benchShowing(stage, bench))];
};

/** From two states to the card and the first page of the full diff, beside a plain diff of their lines. */
const drawing = async (examiner: Examiner, states: States, count: number): Promise<readonly Figure[]> => {
  const { what, before, after } = states;
  const lines = [renderLines(before), renderLines(after)].map((one) => one.join('\n'));
  const samples = { product: [] as number[], baseline: [] as number[] };
  for (let index = 0; index < count + 1; index += 1) {
    // Objects are new with each answer of an API server.
    const fresh = { ...states, ...structuredClone({ before, after }) };
    samples.product.push(await timed(() => draw(examiner, fresh)));
    samples.baseline.push(await timed(() => plainDiff(states, lines)));
  }
  const [first, ...product] = samples.product;
  const [baseline, ...rest] = samples.baseline;
  const name = `${renderLines(before).length} lines, ${what}: compared and drawn`;
  const [p50, ...more] = latencies(bench, name, product, rest);
  return [
    ...(p50 === undefined ? [] : [{ ...p50, aim: { of: 'value', most: 100 } as const }]),
    ...more,
    figure(bench, `${name}, the first time`, 'ms', first ?? 0, { baseline: baseline ?? 0 }),
  ];
};

const draw = async ({ compare }: Examiner, { before, after }: States): Promise<number> => {
  const { diff, added, removed } = await compare(before, after);
  const content = contentOf([changeOf(diff, { target: targetOf(after), added, removed })]);
  const [chain, shown] = [chainOf(changing(content)), shownOf(content)];
  const card = renderCard({ chain, shown });
  const page = renderWhole({ chain, shown }, bob, { id: chain.request.asked.id, revision: 1, page: 0 });
  return card.blocks.length + page.blocks.length;
};

/** What nobody can do without: both states read and written once, and their lines, rendered before, compared. */
const plainDiff = (states: States, [before = '', after = '']: readonly string[]): number => {
  const read = [states.before, states.after].map((one) => JSON.stringify(JSON.parse(JSON.stringify(one))));
  // As much as the product looks for: without it, all that differs takes seconds.
  const patch = structuredPatch('before', 'after', before, after, '', '', { context: 3, maxEditLength: 1_000 });
  return read.length + (patch?.hunks.length ?? 0);
};

const timed = async (work: () => unknown): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

/**
 * For how long nothing else goes on while something large is compared, and while what is dangerous in it is looked for;
 * beside reading the same two objects at once.
 */
const blocking = async ({ compare, findings }: Examiner, { what, before, after }: States, count: number) => {
  const texts = [JSON.stringify(before), JSON.stringify(after)];
  const blocks = { compared: [] as number[], judged: [] as number[], baseline: [] as number[] };
  await compare(before, after);
  for (let index = 0; index < count; index += 1) {
    const [one, other] = [structuredClone({ before, after }), structuredClone({ before, after })];
    blocks.compared.push(await longestBlock(() => compare(one.before, one.after)));
    blocks.judged.push(await longestBlock(() => findings([other])));
    blocks.baseline.push(await longestBlock(() => texts.map((text) => JSON.parse(text))));
  }
  const name = `${Math.round((texts[0]?.length ?? 0) / 100_000) / 10} MB, ${what}: longest block while`;
  return (['compared', 'judged'] as const).flatMap((part) => [
    figure(bench, `${name} ${part} p50`, 'ms', percentile(blocks[part], 0.5), {
      baseline: percentile(blocks.baseline, 0.5),
    }),
    figure(bench, `${name} ${part} max`, 'ms', Math.max(...blocks[part]), {
      baseline: Math.max(...blocks.baseline),
      aim: { of: 'value', most: 50 },
    }),
  ]);
};
