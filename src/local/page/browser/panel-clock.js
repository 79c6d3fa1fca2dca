// @ts-check
/** @import { PanelClock } from '#local/slack/page-api.ts' */
import { h } from './dom.js';

/** @param {number} count */
const two = (count) => String(count).padStart(2, '0');

/** `04:59`, `1:04:59`. @param {number} milliseconds never below nothing */
const digits = (milliseconds) => {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
};

/** @param {number} milliseconds */
const ago = (milliseconds) => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min ago` : `${Math.floor(seconds / 3600)} h ago`;
};

/** @type {Record<Exclude<PanelClock['type'], 'ended' | 'waits'>, { left: string, over: string }>} */
const words = {
  'decide-by': { left: 'left to decide', over: 'timing out now' },
  begins: { left: 'until it begins', over: 'beginning now' },
  'apply-by': { left: 'left to be applied', over: 'lapsing now' },
  ends: { left: 'left', over: 'ending now' },
};

/** The clock of a request: what is left, drawn each second between two readings, or how long it has been over. */
export const createPanelClock = () => {
  const time = h('span', { class: 'clock-digits', role: 'timer' });
  const about = h('span', { class: 'clock-about' });
  const fill = h('span', { class: 'clock-fill' });
  const bar = h('span', { class: 'clock-bar', 'aria-hidden': 'true' }, fill);
  const node = h('div', { class: 'clock' }, time, about, bar);
  return {
    node,
    /** @param {PanelClock} clock @param {number} now by the server's clock, epoch milliseconds */
    show: (clock, now) => {
      const at = Date.parse(clock.at);
      node.dataset.clock = clock.type;
      if (clock.type === 'ended' || clock.type === 'waits') {
        time.remove();
        bar.remove();
        about.textContent = `${clock.type === 'ended' ? 'ended' : 'asked'} ${ago(now - at)}`;
        return;
      }
      if (!time.isConnected) node.prepend(time);
      if (!bar.isConnected) node.append(bar);
      const left = at - now;
      const whole = Math.max(1, at - Date.parse(clock.from));
      time.textContent = digits(left);
      about.textContent = left > 0 ? words[clock.type].left : words[clock.type].over;
      fill.style.inlineSize = `${Math.max(0, Math.min(1, left / whole)) * 100}%`;
    },
  };
};
