// @ts-check
/** @import { PanelObject, PanelRequest } from '#local/slack/page-api.ts' */
import { h } from './dom.js';
import { userName } from './names.js';
import { createPanelClock } from './panel-clock.js';
import { createPanelObject } from './panel-object.js';

/** Statuses as people say them; the others are their own words. */
const statusWords = new Map([
  ['revoked', 'ended'],
  ['timed-out', 'timed out'],
]);

/** @param {PanelObject} object */
const keyOf = ({ apiVersion, kind, namespace, name }) => [apiVersion, kind, namespace ?? '', name].join(' ');

/** What shows at a glance what a request did; rules and the like are one press away. @param {PanelObject} object */
const isTelling = ({ kind, why }) => why !== 'created' || !/Role$/.test(kind);

/** Kubernetes has nothing of it: what that means depends on where the request stands. @param {PanelRequest} request */
const nothingBecause = ({ status, clock }) => {
  if (status === 'pending') return 'Nothing of it is in the cluster before it is approved.';
  if (clock.type === 'begins') return 'Approved. It is applied when it begins.';
  return status === 'approved' ? 'Being applied…' : 'It left nothing in the cluster.';
};

/** One request with its clock and its objects. @param {{ choose: (id: string) => void }} acts */
export const createPanelRequest = ({ choose }) => {
  const id = h('button', { type: 'button', class: 'request-id' });
  const status = h('span', { class: 'request-status' });
  const about = h('p', { class: 'request-about' });
  const clock = createPanelClock();
  const nothing = h('p', { class: 'quiet request-nothing' });
  const list = h('div', { class: 'objects' });
  const node = h(
    'section',
    { class: 'panel-request' },
    h('div', { class: 'request-head' }, id, status, clock.node),
    about,
    list,
    nothing,
  );
  /** @type {Map<string, ReturnType<typeof createPanelObject>>} */
  const objects = new Map();
  /** @type {PanelRequest | null} */
  let shown = null;
  id.addEventListener('click', () => shown && choose(shown.id));

  return {
    node,
    /** @param {number} now by the server's clock */
    tick: (now) => shown && clock.show(shown.clock, now),
    /** @param {PanelRequest} request @param {number} now by the server's clock */
    show: (request, now) => {
      shown = request;
      const isOver = request.clock.type === 'ended';
      const waits = request.clock.type === 'waits';
      node.dataset.status = waits ? 'waits' : request.status;
      node.classList.toggle('over', isOver);
      node.setAttribute('aria-label', `Request ${request.id}`);
      id.textContent = request.id;
      id.title = `Only ${request.id}`;
      status.textContent = waits ? 'needs a decision' : (statusWords.get(request.status) ?? request.status);
      about.replaceChildren(
        h('strong', {}, `${request.kind} · ${request.namespace}`),
        ' ',
        h('bdi', {}, request.requester === '' ? request.reason : `${userName(request.requester)}: ${request.reason}`),
      );
      clock.show(request.clock, now);
      nothing.hidden = request.objects.length > 0;
      nothing.textContent = nothingBecause(request);
      const keys = request.objects.map(keyOf);
      for (const [key, object] of objects)
        if (!keys.includes(key)) {
          object.node.remove();
          objects.delete(key);
        }
      for (const [index, object] of request.objects.entries()) {
        const key = keys[index] ?? '';
        const drawn = objects.get(key) ?? createPanelObject(isTelling(object));
        objects.set(key, drawn);
        drawn.show(object, isOver);
        if (list.children[index] !== drawn.node) list.insertBefore(drawn.node, list.children[index] ?? null);
      }
    },
  };
};
