// @ts-check
import { h } from './dom.js';

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const clockSeconds = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const numeric = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: '2-digit', day: '2-digit' });
const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const long = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const plain = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });

/** @param {string} ts */
export const dateOfTs = (ts) => new Date(Number(ts) * 1000);

/** @param {Date} date */
const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** "today", "yesterday", "tomorrow", or what is passed. @param {Date} date @param {string} otherwise */
const pretty = (date, otherwise) => {
  const days = Math.round((startOfDay(date) - startOfDay(new Date())) / 86_400_000);
  return { 0: 'today', '-1': 'yesterday', 1: 'tomorrow' }[days] ?? otherwise;
};

/** @param {Date} date */
export const dayName = (date) => {
  const word = pretty(date, long.format(date));
  return word.charAt(0).toUpperCase() + word.slice(1);
};

/** @param {Date} date */
const ago = (date) => {
  const seconds = Math.round((date.getTime() - Date.now()) / 1000);
  const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  const size = Math.abs(seconds);
  if (size < 90) return relative.format(seconds, 'second');
  if (size < 5400) return relative.format(Math.round(seconds / 60), 'minute');
  if (size < 129_600) return relative.format(Math.round(seconds / 3600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
};

/** @type {Record<string, (date: Date) => string>} The tokens of Slack's `<!date^…>`. */
const tokens = {
  date_num: (date) => numeric.format(date),
  date: (date) => plain.format(date),
  date_short: (date) => short.format(date),
  date_long: (date) => long.format(date),
  date_pretty: (date) => pretty(date, plain.format(date)),
  date_short_pretty: (date) => pretty(date, short.format(date)),
  date_long_pretty: (date) => pretty(date, long.format(date)),
  day_divider_pretty: (date) => pretty(date, long.format(date)),
  time: (date) => clock.format(date),
  time_secs: (date) => clockSeconds.format(date),
  ago,
};

/**
 * @param {Date} date
 * @param {string} shown
 * @param {string} [look]
 */
const timeNode = (date, shown, look) =>
  h('time', { datetime: date.toISOString(), title: full.format(date), class: look }, shown);

/** A moment as `<!date^…>` asks for it, with the whole of it as tooltip. @param {number} epochSeconds @param {string} format @param {string} fallback */
export const formattedTime = (epochSeconds, format, fallback) => {
  const date = new Date(epochSeconds * 1000);
  if (Number.isNaN(date.getTime())) return h('span', {}, fallback);
  const shown = format.replace(/\{(\w+)\}/g, (whole, token) => tokens[token]?.(date) ?? whole);
  return timeNode(date, shown === '' ? fallback : shown, 'date');
};

/** When a message was sent. @param {string} ts */
export const messageTime = (ts) => timeNode(dateOfTs(ts), clock.format(dateOfTs(ts)), 'message-time');
