// @ts-check

/** @typedef {Node | string | null | undefined | false} Child */
/** @typedef {string | number | boolean | null | undefined | ((event: any) => void)} AttributeValue */

/**
 * Builds an element. Strings become text nodes and attributes become attributes: nothing is ever parsed as markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, AttributeValue>} [attributes] `onclick` and the like take functions; false, null and undefined are left out
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export const h = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...nodesOf(children));
  return element;
};

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
const nodesOf = (children) => children.flat().filter((child) => child instanceof Node || typeof child === 'string');

/**
 * Replaces what an element holds.
 *
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export const fill = (element, ...children) => element.replaceChildren(...nodesOf(children));

/** @type {WeakMap<Element, { key: string, print: string }>} */
const rendered = new WeakMap();

/**
 * Makes an element hold one node per item and keeps the nodes whose item did not change, with their focus and state.
 *
 * @template Item
 * @param {Element} parent
 * @param {Item[]} items
 * @param {{ key: (item: Item) => string, print: (item: Item) => unknown, render: (item: Item) => HTMLElement }} how
 *   `print` is what the node shows: it is rendered again when its JSON changes
 */
export const keyed = (parent, items, { key, print, render }) => {
  const before = new Map([...parent.children].map((child) => [rendered.get(child)?.key ?? '', child]));
  let previous = /** @type {Element | null} */ (null);
  for (const item of items) {
    const now = { key: key(item), print: JSON.stringify(print(item)) ?? '' };
    const old = before.get(now.key);
    before.delete(now.key);
    const isSame = old !== undefined && rendered.get(old)?.print === now.print;
    const node = isSame ? old : render(item);
    if (!isSame) rendered.set(node, now);
    if (old !== undefined && !isSame) replaceKeepingFocus(old, node);
    const place = previous === null ? parent.firstElementChild : previous.nextElementSibling;
    if (place !== node) parent.insertBefore(node, place);
    previous = node;
  }
  for (const gone of before.values()) gone.remove();
};

/**
 * @param {Element} old
 * @param {Element} node
 */
const replaceKeepingFocus = (old, node) => {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const mark = focused instanceof HTMLElement ? focused.dataset.focus : undefined;
  old.replaceWith(node);
  if (focused === null || (mark !== undefined && focusMarked(node, mark))) return;
  // What was pressed is gone: who works with keys goes on from here, not from the top of the page.
  if (node instanceof HTMLElement && node.tabIndex === -1) node.focus({ preventScroll: true });
};

/**
 * Focuses what carries this `data-focus` inside an element.
 *
 * @param {Element} root
 * @param {string} mark
 */
export const focusMarked = (root, mark) => {
  const found = [...root.querySelectorAll('[data-focus]'), root].find(
    (one) => one instanceof HTMLElement && one.dataset.focus === mark,
  );
  if (found instanceof HTMLElement) found.focus({ preventScroll: true });
  return found !== undefined;
};

let lastId = 0;
/** An id for `aria-labelledby` and the like, unique on this page. */
export const newId = () => `x${++lastId}`;
