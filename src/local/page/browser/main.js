// @ts-check
import { readPeople } from './api.js';
import { createConversation } from './conversation.js';
import { fill, h } from './dom.js';
import { createModal } from './modal.js';
import { nameOf, personOf } from './names.js';
import { createSidebar } from './sidebar.js';
import { goTo, onChange, seen, start } from './store.js';
import { createThread } from './thread.js';
import { tellNotices } from './toasts.js';

/** On the first look at a workspace: the first channel that the person is in. */
const goSomewhere = () => {
  if (seen.state === null || seen.at.type !== 'channel' || seen.at.id !== '') return;
  const first = seen.state.channels.find(({ isMember, kind }) => isMember && kind !== 'im');
  goTo(first ? { type: 'channel', id: first.id } : { type: 'home' });
};

const run = async () => {
  const root = h('div', { class: 'workspace' });
  const offline = h('div', { class: 'offline', role: 'status', hidden: true });
  const scrim = h('button', {
    type: 'button',
    class: 'scrim',
    'aria-label': 'Close the menu',
    onclick: () => root.classList.remove('menu-open'),
  });
  const sidebar = createSidebar({ chosen: () => root.classList.remove('menu-open') });
  const main = createConversation(() => root.classList.toggle('menu-open'));
  const thread = createThread();
  root.append(sidebar.node, scrim, main.node, thread.node);
  fill(document.body, offline, root);
  const modal = createModal();
  onChange(() => {
    goSomewhere();
    const lost = seen.problem ?? (seen.isConnected ? '' : 'Reconnecting to the workspace…');
    offline.textContent = lost;
    offline.hidden = lost === '';
    root.setAttribute('aria-busy', String(seen.state === null));
    main.show();
    thread.show();
    root.classList.toggle('with-thread', !thread.node.hidden);
    sidebar.show();
    modal.show();
    if (seen.state) tellNotices(seen.person, seen.state.notices);
    document.title = `${seen.state?.team.name ?? 'Local workspace'} · ${nameOf(personOf(seen.person))}`;
  });
  document.addEventListener('visibilitychange', () => main.show());
  start((await readPeople()).people.filter(({ kind }) => kind !== 'bot'));
};

run().catch((error) => {
  fill(
    document.body,
    h('p', { class: 'empty' }, `The workspace cannot be reached: ${error instanceof Error ? error.message : 'error'}`),
  );
});
