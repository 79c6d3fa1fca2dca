// @ts-check

/** Milliseconds in which the second key of two must follow. */
const patience = 1500;

/** Whether keys are being written somewhere, or belong to a dialog or menu that is open. @param {EventTarget | null} target */
const isTaken = (target) =>
  (target instanceof Element && target.closest('input, textarea, select, [role="menu"]') !== null) ||
  document.querySelector('dialog[open], [popover="auto"]:popover-open') !== null;

/**
 * The keys of this page, wherever nobody is writing.
 *
 * @param {Record<string, () => void>} acts by key
 * @param {{ picking: (isPicking: boolean) => void, pick: (number: number) => void }} places what `g` and a digit do
 */
export const listenToKeys = (acts, { picking, pick }) => {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const stopWaiting = () => {
    clearTimeout(waiting);
    waiting = undefined;
    picking(false);
  };
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target)) return;
    const isSecond = waiting !== undefined;
    if (isSecond && event.key !== 'Shift') stopWaiting();
    if (isSecond && /^[1-9]$/.test(event.key)) pick(Number(event.key));
    else if (event.key === 'g') {
      waiting = setTimeout(stopWaiting, patience);
      picking(true);
    } else if (Object.hasOwn(acts, event.key)) acts[event.key]?.();
    else return;
    event.preventDefault();
  });
};
