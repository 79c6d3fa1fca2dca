// @ts-check
/** @import { ClusterPanel } from '#local/slack/page-api.ts' */
import { readCluster } from './api.js';
import { h } from './dom.js';
import { rememberFocus } from './focus.js';
import { keep, readKept } from './kept.js';
import { createPanelRequest } from './panel-request.js';
import { chooseRequest, seen } from './store.js';

/** Milliseconds between two readings while the panel is open. */
const every = 2000;

/** Where there is no room beside the messages the panel is a drawer above them. */
const narrow = matchMedia('(width <= 1000px)');

/** What stands in the cluster for the chosen request, or for all that are open. @param {{ changed: (isOpen: boolean) => void, left: () => void }} told `left`: the focus was in it and has no place to go back to */
export const createPanel = ({ changed, left }) => {
  const about = h('span', { class: 'quiet' });
  const all = h('button', { type: 'button', class: 'link-button', onclick: () => chooseRequest(null) }, 'Show all');
  const cross = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': 'Close the cluster panel', onclick: () => toggle(false) },
    '✕',
  );
  const trouble = h('p', { class: 'panel-trouble', role: 'status', hidden: true });
  const empty = h('p', { class: 'empty' });
  const list = h('div', { class: 'panel-requests' });
  const body = h(
    'div',
    { class: 'panel-body', tabindex: '0', role: 'group', 'aria-label': 'Objects' },
    trouble,
    list,
    empty,
  );
  const node = h(
    'aside',
    { class: 'panel', 'aria-label': 'In the cluster', hidden: true },
    h('header', { class: 'bar' }, h('h2', {}, 'In the cluster'), about, all, cross),
    body,
    h('footer', { class: 'panel-foot' }, 'Live, as the demo’s administrator sees it'),
  );
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    toggle(false);
  });

  /** @type {Map<string, ReturnType<typeof createPanelRequest>>} */
  const requests = new Map();
  /** @type {ClusterPanel | null} */
  let read = null;
  /** Milliseconds that the server's clock is ahead of this one's. */
  let ahead = 0;
  let giveBack = () => false;
  const now = () => Date.now() + ahead;

  const draw = () => {
    const wanted = seen.request;
    about.textContent = wanted ?? 'all open requests';
    all.hidden = wanted === null;
    const shown = (read?.requests ?? []).filter(({ id }) => wanted === null || id === wanted);
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, drawn] of requests)
      if (!ids.has(id)) {
        drawn.node.remove();
        requests.delete(id);
      }
    for (const [index, request] of shown.entries()) {
      const drawn = requests.get(request.id) ?? createPanelRequest({ choose: chooseRequest });
      requests.set(request.id, drawn);
      drawn.show(request, now());
      if (list.children[index] !== drawn.node) list.insertBefore(drawn.node, list.children[index] ?? null);
    }
    empty.hidden = shown.length > 0;
    empty.textContent =
      read === null
        ? 'Reading…'
        : wanted === null
          ? 'No request is open. Ask for something with /jit: what Hallpass makes of it in Kubernetes shows here, with its clock.'
          : `Nothing is known of ${wanted}.`;
  };

  const complain = (/** @type {string} */ text) => {
    trouble.textContent = text;
    trouble.hidden = text === '';
  };

  /** @type {Promise<void> | null} */
  let reading = null;
  const readOnce = async () => {
    const { request } = seen;
    try {
      read = await readCluster(seen.person, request);
      ahead = Date.parse(read.now) - Date.now();
      complain(read.troubles.join(' '));
    } catch (error) {
      complain(error instanceof Error ? error.message : 'The cluster cannot be read.');
    }
    reading = null;
    draw();
    if (request !== seen.request) void look();
  };
  const look = () => {
    if (node.hidden || document.visibilityState === 'hidden' || seen.person === '') return Promise.resolve();
    reading ??= readOnce();
    return reading;
  };
  setInterval(() => void look(), every);
  setInterval(() => {
    if (!node.hidden) for (const drawn of requests.values()) drawn.tick(now());
  }, 1000);

  /** @param {boolean} isOpen */
  const toggle = (isOpen) => {
    if (isOpen === !node.hidden || !seen.hasCluster) return;
    const wasWithin = node.contains(document.activeElement);
    if (isOpen) giveBack = rememberFocus();
    node.hidden = !isOpen;
    if (wasWithin && !giveBack()) left();
    if (!narrow.matches) keep('panel', isOpen ? 'open' : 'closed');
    changed(isOpen);
    if (isOpen && narrow.matches) cross.focus();
    void look();
  };

  let version = -1;
  return {
    node,
    toggle: () => toggle(node.hidden === true),
    close: () => toggle(false),
    /** Open as it was left; at first where there is room. */
    recall: () => {
      const kept = readKept('panel');
      if (!narrow.matches && (kept === 'open' || (kept === null && matchMedia('(width >= 1200px)').matches)))
        toggle(true);
    },
    /** The workspace has changed: most likely the cluster has too. */
    show: () => {
      if (node.hidden) return;
      draw();
      const nowVersion = seen.state?.version ?? -1;
      if (nowVersion === version) return;
      version = nowVersion;
      void look();
    },
  };
};
