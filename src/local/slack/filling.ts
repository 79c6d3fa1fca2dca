import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { Acts } from './acts.ts';
import { type Choice, valueFor } from './choices.ts';
import type { Core } from './core.ts';
import type { Outcome } from './outcome.ts';
import type { ReadView } from './reading.ts';
import { until } from './until.ts';

/** What to put into a form, by label (or block id, or action id), in order. */
export type Fill = Record<string, Choice>;

export type Filling = {
  /** Fills the modal on top. A field that acts at once is sent, and a field that only then appears is waited for. */
  fill: (values: Fill) => Promise<void>;
  submit: () => Promise<Outcome>;
  fillAndSubmit: (values: Fill) => Promise<Outcome>;
};

type Parts = { core: Core; acts: Acts; userId: string; top: () => ReadView | undefined };
type InputBlock = Extract<StoredBlock, { type: 'input' }>;

export const createFilling = ({ core, acts, userId, top }: Parts): Filling => {
  const topView = () => {
    const view = top();
    const stored = view && core.state.views.get(view.viewId);
    if (stored === undefined) throw new Error(`${userId} has no modal open.`);
    return stored;
  };
  const inputFor = (name: string): InputBlock | undefined => {
    const inputs = topView().blocks.filter((block): block is InputBlock => block.type === 'input');
    const hits = inputs.filter((block) => [block.label.text, block.block_id, block.element.action_id].includes(name));
    if (hits.length > 1) throw new Error(`More than one field is called "${name}".`);
    return hits[0];
  };
  const labels = () =>
    topView()
      .blocks.flatMap((block) => (block.type === 'input' ? [`"${block.label.text}"`] : []))
      .join(', ');

  const fillOne = async (name: string, choice: Choice) => {
    const block =
      inputFor(name) ??
      (await until(() => inputFor(name), { milliseconds: 2_000, what: `a field "${name}"; there are ${labels()}` }));
    const view = topView();
    const ids = {
      place: { type: 'view' as const, viewId: view.id },
      blockId: block.block_id,
      actionId: block.element.action_id ?? '',
    };
    const value = await valueFor(block.element, choice, (query) => acts.suggest(userId, { ...ids, query }));
    const outcome = await acts.action(userId, { ...ids, value });
    if (outcome.status !== 'acknowledged') throw new Error(`"${name}" was not taken: ${outcome.message}`);
  };

  const fill: Filling['fill'] = async (values) => {
    for (const [name, choice] of Object.entries(values)) await fillOne(name, choice);
  };
  const submit = () => acts.submit(userId, { viewId: topView().id, values: {} });
  return {
    fill,
    submit,
    fillAndSubmit: async (values) => {
      await fill(values);
      return submit();
    },
  };
};
