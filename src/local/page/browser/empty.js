// @ts-check
import { fill, h } from './dom.js';
import { seen } from './store.js';

/** What stands where nothing has been said yet. @param {{ put: (text: string) => void }} acts */
export const createEmpty = ({ put }) => {
  const node = h('div', { class: 'closed', hidden: true });
  let isFilled = false;

  const begin = () =>
    seen.examples.length === 0
      ? h('p', {}, 'Nothing here yet. Type / to see the commands.')
      : h(
          'div',
          { class: 'examples' },
          h('p', {}, 'Nothing here yet. Try one of these: a press puts it into the box below.'),
          ...seen.examples.map((text) =>
            h('button', { type: 'button', class: 'example', onclick: () => put(text) }, h('code', {}, text)),
          ),
        );

  return {
    node,
    /** @param {boolean} isEmpty */
    show: (isEmpty) => {
      node.hidden = !isEmpty;
      if (!isEmpty || isFilled) return;
      isFilled = true;
      fill(node, begin());
    },
  };
};
