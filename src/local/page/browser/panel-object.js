// @ts-check
/** @import { PanelObject } from '#local/slack/page-api.ts' */
/** @import { Line } from './changes.js' */
import { changesBetween } from './changes.js';
import { fill, h } from './dom.js';

/** Milliseconds that what changed stands out. */
const standsOut = 5000;

/** @type {Record<PanelObject['why'], string>} */
const whys = {
  created: 'made by Hallpass',
  // What stands there now need not be what the request made of it: others edit it, too.
  changed: 'in this change',
  deleted: 'in this change',
  asked: 'asked about',
};

/** @param {PanelObject} object @param {boolean} isOver */
const sayLive = ({ live, why }, isOver) => {
  switch (live) {
    case 'there':
      return 'live';
    case 'absent':
      return why === 'asked' && !isOver ? 'not there' : 'deleted';
    case 'another':
      return why === 'deleted' && isOver ? 'made again' : 'another of this name';
    case 'unreadable':
      return 'cannot be read';
  }
};

/** @param {Line} line */
const lineNode = ({ text, look }) => {
  const [, indent = '', key = '', rest = text] = /^([\s-]*)([\w./-]+:)(.*)$/.exec(text) ?? [];
  return h(
    'span',
    { class: `line line-${look}` },
    indent,
    key === '' ? null : h('span', { class: 'yaml-key' }, key),
    `${rest}\n`,
  );
};

/** One object with its YAML as it is now; what has changed since the last reading stands out for a while. @param {boolean} isOpen */
export const createPanelObject = (isOpen) => {
  const name = h('span', { class: 'object-name' });
  const place = h('span', { class: 'object-place' });
  const live = h('span', { class: 'object-live' });
  const code = h('code', {});
  const yaml = h('pre', { class: 'yaml', tabindex: '0', role: 'group' }, code);
  const summary = h('summary', {}, h('span', { class: 'object-words' }, name, place), live);
  const node = h('details', { class: 'object' }, summary, yaml);
  node.open = isOpen;
  /** @type {PanelObject | null} */
  let shown = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let calming;

  /** @param {Line[]} lines */
  const draw = (lines) => {
    fill(code, ...lines.map(lineNode));
    const changed = code.querySelector('.line-new, .line-gone');
    // So that a change is seen where it is; the panel itself stays where somebody has scrolled it to.
    if (shown !== null && changed instanceof HTMLElement) yaml.scrollTop = changed.offsetTop - yaml.offsetTop - 40;
  };
  const calm = () => {
    if (shown === null) return;
    node.classList.remove('changed');
    draw(changesBetween(linesOf(shown.yaml), linesOf(shown.yaml)));
  };
  const linesOf = (/** @type {string} */ text) => (text === '' ? [] : text.trimEnd().split('\n'));

  return {
    node,
    /** @param {PanelObject} object @param {boolean} isOver whether its request is */
    show: (object, isOver) => {
      fill(name, h('strong', {}, object.kind), ' ', h('bdi', {}, object.name));
      place.textContent = `${object.namespace ?? 'whole cluster'} · ${whys[object.why]}`;
      live.textContent = sayLive(object, isOver);
      node.dataset.live = object.live;
      yaml.setAttribute('aria-label', `YAML of ${object.kind} ${object.name}`);
      const before = shown;
      if (before?.yaml === object.yaml && before.live === object.live) return;
      clearTimeout(calming);
      const isFirst = before === null;
      yaml.hidden = object.yaml === '' && (isFirst || before.yaml === '');
      draw(changesBetween(linesOf(isFirst ? object.yaml : before.yaml), linesOf(object.yaml)));
      shown = object;
      if (isFirst) return;
      node.classList.add('changed');
      calming = setTimeout(() => {
        calm();
        yaml.hidden = object.yaml === '';
      }, standsOut);
    },
  };
};
