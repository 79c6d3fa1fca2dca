// @ts-check
import { tellAnswers } from './answers.js';
import { readPeople } from './api.js';
import { createConversation } from './conversation.js';
import { fill, h } from './dom.js';
import { showHelp } from './help.js';
import { listenToKeys } from './keys.js';
import { createModal } from './modal.js';
import { nameOf, personOf } from './names.js';
import { createPanel } from './panel.js';
import { createSidebar } from './sidebar.js';
import { goTo, onChange, openThread, seen, start } from './store.js';
import { toggleTheme } from './theme.js';
import { createThread } from './thread.js';
import { tellNotices } from './toasts.js';
import { createTools } from './tools.js';

/** On the first look at a workspace: the first channel that the person is in together with the app. */
const goSomewhere = () => {
  if (seen.state === null || seen.at.type !== 'channel' || seen.at.id !== '') return;
  const { app, channels } = seen.state;
  const mine = channels.filter(({ isMember, isArchived, kind }) => isMember && !isArchived && kind !== 'im');
  const first = mine.find(({ memberIds }) => memberIds.includes(app.botUserId)) ?? mine[0];
  goTo(first ? { type: 'channel', id: first.id } : { type: 'home' });
};

const run = async () => {
  const workspace = await readPeople();
  const { hasCluster } = workspace;
  const root = h('div', { class: 'workspace' });
  const offline = h('div', { class: 'offline', role: 'status', hidden: true });
  const shutMenu = () => root.classList.remove('menu-open');
  const scrim = h('button', {
    type: 'button',
    class: 'scrim',
    'aria-label': 'Close what is open',
    tabindex: '-1',
    onclick: () => (root.classList.contains('menu-open') ? shutMenu() : panel.close()),
  });
  const sidebar = createSidebar({ chosen: shutMenu });
  const panel = createPanel({
    changed: (isOpen) => {
      root.classList.toggle('with-panel', isOpen);
      tools.showPanel(isOpen);
    },
    left: () => tools.focusPanel(),
  });
  const help = () => showHelp({ hasCluster });
  const tools = createTools({ hasCluster, panel: panel.toggle, help });
  const main = createConversation({ showSidebar: () => root.classList.toggle('menu-open'), tools: tools.node });
  const thread = createThread();
  root.append(sidebar.node, scrim, main.node, thread.node, panel.node);
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
    panel.show();
    showChosen(root);
    if (seen.state) {
      tellNotices(seen.person, seen.state.notices);
      tellAnswers(seen.person, seen.state.messages);
    }
    document.title = `${seen.state?.team.name ?? 'Local workspace'} · ${nameOf(personOf(seen.person))}`;
  });
  document.addEventListener('visibilitychange', () => main.show());
  listenToKeys(
    {
      '/': main.focus,
      p: sidebar.switchPerson,
      c: panel.toggle,
      t: toggleTheme,
      '?': help,
      Escape: () => (root.classList.contains('menu-open') ? shutMenu() : openThread(null)),
    },
    { picking: (isPicking) => root.classList.toggle('picking', isPicking), pick: sidebar.pick },
  );
  start({ ...workspace, people: workspace.people.filter(({ kind }) => kind !== 'bot') });
  panel.recall();
};

/** Marks the cards of the request that is looked at. @param {Element} root */
const showChosen = (root) => {
  for (const one of root.querySelectorAll('[data-request]'))
    one.classList.toggle('chosen', one.getAttribute('data-request') === seen.request);
};

run().catch((error) => {
  fill(
    document.body,
    h('p', { class: 'empty' }, `The workspace cannot be reached: ${error instanceof Error ? error.message : 'error'}`),
  );
});
