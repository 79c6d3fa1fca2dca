// @ts-check
/** @import { FieldValues, PageView } from '#local/slack/page-api.ts' */
/** @import { Surface } from './surface.js' */
import { blockNodes } from './blocks.js';
import { fill, focusMarked } from './dom.js';
import { createSurface, readValues } from './surface.js';

/**
 * What the person typed stays when the app changes a view, as far as the inputs are still there: so does Slack.
 *
 * @param {FieldValues} given
 * @param {FieldValues} typed
 */
const keepTyped = (given, typed) => {
  const kept = structuredClone(given);
  for (const [blockId, values] of Object.entries(typed)) {
    const block = kept[blockId];
    if (block === undefined) continue;
    for (const [actionId, value] of Object.entries(values)) if (actionId in block) block[actionId] = value;
  }
  return kept;
};

/** Shows the blocks of a modal or of the Home tab, and keeps what is typed and focused while they change. @param {HTMLElement} body @param {Surface['filled']} [mayGo] whether an error goes when its input is filled */
export const createViewBody = (body, mayGo = () => false) => {
  /** @type {Surface | null} */
  let surface = null;
  let shown = '';
  let print = '';
  /** @type {string[]} */
  let blockIds = [];
  body.tabIndex = -1;
  const printOf = (/** @type {PageView} */ view, /** @type {Record<string, string>} */ errors) =>
    JSON.stringify([view.blocks, errors]);
  return {
    /** @returns {FieldValues} */
    read: () => (surface === null ? {} : readValues(surface)),
    /** @param {PageView} view @param {Record<string, string>} errors by block id @returns {boolean} whether it is another view than before */
    show: (view, errors) => {
      const isOther = view.id !== shown;
      const nowPrint = printOf(view, errors);
      if (!isOther && nowPrint === print) return false;
      const focused =
        document.activeElement instanceof HTMLElement && body.contains(document.activeElement)
          ? document.activeElement
          : null;
      const mark = focused?.dataset.focus;
      const place =
        focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement
          ? [focused.selectionStart, focused.selectionEnd]
          : null;
      const typed = isOther || surface === null ? {} : readValues(surface);
      const standing = { ...errors };
      const filled = (/** @type {string} */ blockId) => {
        if (!mayGo(blockId)) return false;
        // It goes without rendering anew, which would take a list that is open and what an input method composes.
        delete standing[blockId];
        print = printOf(view, standing);
        return true;
      };
      surface = createSurface({ type: 'view', viewId: view.id }, keepTyped(view.values, typed), errors, filled);
      const { scrollTop } = body;
      const isOtherPage = !view.blocks.some(({ block_id: id }) => blockIds.includes(id));
      blockIds = view.blocks.map(({ block_id: id }) => id);
      fill(body, ...blockNodes(view.blocks, surface));
      body.scrollTop = isOther || isOtherPage ? 0 : scrollTop;
      if (!isOther && mark !== undefined && focusMarked(body, mark)) restoreCaret(place);
      // What was pressed is gone with the page it stood on: the new one is read from its beginning.
      else if (!isOther && focused !== null) body.focus({ preventScroll: true });
      shown = view.id;
      print = nowPrint;
      return isOther;
    },
  };
};

/** @param {(number | null)[] | null} place */
const restoreCaret = (place) => {
  const input = document.activeElement;
  const isText = input instanceof HTMLTextAreaElement || (input instanceof HTMLInputElement && input.type === 'text');
  if (isText && place !== null) input.setSelectionRange(place[0] ?? null, place[1] ?? null);
};
