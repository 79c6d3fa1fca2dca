// @ts-check
import { fill, h } from './dom.js';
import { goTo, seen } from './store.js';
import { createViewBody } from './view.js';

/** The app's Home tab. */
export const createHome = () => {
  const body = h('div', { class: 'home-body' });
  const blocks = h('div', { class: 'home-blocks' });
  const toMessages = () => seen.state && goTo({ type: 'direct', with: seen.state.app.botUserId });
  const tabs = h(
    'div',
    { class: 'tabs' },
    h('span', { class: 'tab', 'aria-current': 'page' }, 'Home'),
    h('button', { type: 'button', class: 'tab', onclick: toMessages }, 'Messages'),
  );
  const content = createViewBody(blocks);
  const node = h('div', { class: 'home' }, tabs, body);
  return {
    node,
    show: () => {
      const home = seen.state?.home ?? null;
      if (home === null)
        return fill(
          body,
          h('p', { class: 'empty' }, `${seen.state?.app.name ?? 'The app'} has not put anything here yet.`),
        );
      if (!blocks.isConnected) fill(body, blocks);
      content.show(home, {});
    },
  };
};
