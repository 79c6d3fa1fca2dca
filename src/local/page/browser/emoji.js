// @ts-check

/** Those that an app like this uses; others stay `:name:`, as Slack shows a name it does not know. */
const known = new Map(
  Object.entries({
    white_check_mark: '✅',
    heavy_check_mark: '✔️',
    ballot_box_with_check: '☑️',
    x: '❌',
    negative_squared_cross_mark: '❎',
    no_entry: '⛔',
    no_entry_sign: '🚫',
    octagonal_sign: '🛑',
    warning: '⚠️',
    rotating_light: '🚨',
    construction: '🚧',
    exclamation: '❗',
    question: '❓',
    information_source: 'ℹ️',
    bulb: '💡',
    bell: '🔔',
    no_bell: '🔕',
    mega: '📣',
    lock: '🔒',
    unlock: '🔓',
    closed_lock_with_key: '🔐',
    key: '🔑',
    old_key: '🗝️',
    shield: '🛡️',
    door: '🚪',
    ticket: '🎫',
    hourglass: '⌛',
    hourglass_flowing_sand: '⏳',
    alarm_clock: '⏰',
    stopwatch: '⏱️',
    timer_clock: '⏲️',
    clock1: '🕐',
    clock3: '🕒',
    clock9: '🕘',
    calendar: '📆',
    date: '📅',
    eyes: '👀',
    eye: '👁️',
    mag: '🔍',
    memo: '📝',
    pencil: '📝',
    pencil2: '✏️',
    page_facing_up: '📄',
    scroll: '📜',
    clipboard: '📋',
    bar_chart: '📊',
    link: '🔗',
    paperclip: '📎',
    file_folder: '📁',
    package: '📦',
    robot_face: '🤖',
    bust_in_silhouette: '👤',
    busts_in_silhouette: '👥',
    globe_with_meridians: '🌐',
    fire: '🔥',
    boom: '💥',
    zap: '⚡',
    rocket: '🚀',
    ship: '🚢',
    anchor: '⚓',
    gear: '⚙️',
    wrench: '🔧',
    hammer: '🔨',
    hammer_and_wrench: '🛠️',
    broom: '🧹',
    recycle: '♻️',
    repeat: '🔁',
    back: '🔙',
    arrows_counterclockwise: '🔄',
    leftwards_arrow_with_hook: '↩️',
    arrow_right: '➡️',
    arrow_left: '⬅️',
    arrow_up: '⬆️',
    arrow_down: '⬇️',
    rewind: '⏪',
    fast_forward: '⏩',
    stop_button: '⏹️',
    double_vertical_bar: '⏸️',
    red_circle: '🔴',
    large_red_square: '🟥',
    large_orange_circle: '🟠',
    large_yellow_circle: '🟡',
    large_green_circle: '🟢',
    large_blue_circle: '🔵',
    large_purple_circle: '🟣',
    white_circle: '⚪',
    black_circle: '⚫',
    white_large_square: '⬜',
    heavy_plus_sign: '➕',
    heavy_minus_sign: '➖',
    heavy_multiplication_x: '✖️',
    small_blue_diamond: '🔹',
    small_orange_diamond: '🔸',
    small_red_triangle: '🔺',
    wave: '👋',
    raised_hand: '✋',
    '+1': '👍',
    thumbsup: '👍',
    '-1': '👎',
    thumbsdown: '👎',
    clap: '👏',
    pray: '🙏',
    tada: '🎉',
    sparkles: '✨',
    slightly_smiling_face: '🙂',
    thinking_face: '🤔',
    sleeping: '😴',
    zzz: '💤',
    speech_balloon: '💬',
    thread: '🧵',
    pushpin: '📌',
    inbox_tray: '📥',
    outbox_tray: '📤',
    mailbox: '📫',
    envelope: '✉️',
    detective: '🕵️',
    cop: '👮',
    ghost: '👻',
    bug: '🐛',
    test_tube: '🧪',
  }),
);

/** @param {string} text @returns {string} what it looks like, pixel by pixel */
const drawn = (text) => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 24;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return '';
  context.font = '16px sans-serif';
  context.fillText(text, 2, 18);
  return context.getImageData(0, 0, 24, 24).data.join();
};

/** @type {Map<string, boolean>} */
const drawable = new Map();

/** Whether a font here has this character; a machine without an emoji font would show a box. @param {string} text */
const isDrawable = (text) => {
  const answer = drawable.get(text) ?? drawn(text.replace('\u{fe0f}', '')) !== drawn('\u{10fffd}');
  drawable.set(text, answer);
  return answer;
};

/** @param {string} name @param {string} [character] where it is known already */
export const emojiText = (name, character = known.get(name)) =>
  character !== undefined && isDrawable(character) ? character : `:${name}:`;

const names = new Map([...known].map(([name, character]) => [character.replace('\u{fe0f}', ''), name]));

/** Emoji that no font here can draw become names, where they have one. @param {string} text */
export const drawableText = (text) =>
  text.replace(/(\p{Extended_Pictographic})\u{fe0f}?/gu, (whole, character) => {
    const name = names.get(character);
    return name === undefined ? whole : emojiText(name, whole);
  });

/** Names of emoji in plain text become emoji, as in Slack. @param {string} text */
export const withEmoji = (text) => drawableText(text).replace(/:([a-z0-9_+'-]+):/g, (_, name) => emojiText(name));
