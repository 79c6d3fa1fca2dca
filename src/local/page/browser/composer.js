// @ts-check
/** @import { OutcomeAnswer } from '#local/slack/page-api.ts' */
import { say, sendCommand } from './api.js';
import { fill, h, newId } from './dom.js';
import { refresh, seen } from './store.js';

/** @typedef {{ channelId: string, threadTs?: string, hint: string }} Target */

/** @param {string} text */
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What Slack's client makes of typed text: entities escaped, people, groups, channels and addresses as references. @param {string} text */
export const asMrkdwn = (text) =>
  escaped(text).replaceAll(/(?<![\w@#])(?:@([\w.-]+)|#([\w-]+)|(https?:\/\/\S+))/gu, (whole, at, hash, url) => {
    if (url !== undefined) return `<${url}>`;
    if (hash !== undefined) {
      const channel = seen.state?.channels.find((one) => one.kind !== 'im' && one.name === hash);
      return channel ? `<#${channel.id}>` : whole;
    }
    const person = seen.state?.people.find((one) => one.name === at && one.kind !== 'deleted');
    if (person) return `<@${person.id}>`;
    const group = seen.state?.groups.find((one) => one.handle === at);
    if (group) return `<!subteam^${group.id}>`;
    return ['here', 'channel', 'everyone'].includes(at) ? `<!${at}>` : whole;
  });

/** @param {string} text */
const isCommand = (text) => /^\/\w/.test(text);

/** @param {Target} target @param {string} text @returns {Promise<OutcomeAnswer>} */
const send = async (target, text) => {
  if (!isCommand(text)) {
    const thread = target.threadTs === undefined ? {} : { threadTs: target.threadTs };
    return say(seen.person, { channelId: target.channelId, text: asMrkdwn(text), ...thread });
  }
  const [name = ''] = text.split(/\s/u);
  if (target.threadTs !== undefined)
    return { status: 'not-sent', message: `${name} is not supported in threads. Sorry!` };
  return sendCommand(seen.person, { channelId: target.channelId, text });
};

/** @type {Map<string, string>} What was typed and not sent, by person and place. */
const drafts = new Map();

/** The commands that what is typed may become. @param {string} text */
const matching = (text) => {
  const [name = ''] = text.split(/\s/u);
  const isComplete = name !== text;
  return (seen.state?.app.commands ?? []).filter(({ command }) =>
    isComplete ? command === name : command.startsWith(name),
  );
};

/** A message box that takes messages and slash commands. @param {{ label: string, sent: () => void, left?: () => void }} what `left`: Esc was pressed */
export const createComposer = ({ label, sent, left }) => {
  /** @type {Target | null} */
  let target = null;
  let key = '';
  const hintId = newId();
  const hints = h('div', { id: hintId, class: 'command-hints', hidden: true });
  const problem = h('div', { class: 'composer-problem', role: 'alert', hidden: true, dir: 'auto' });
  const box = h('textarea', {
    rows: 1,
    'aria-label': label,
    'aria-describedby': hintId,
    dir: 'auto',
    oninput: () => typed(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => pressed(event),
  });
  const button = h('button', { type: 'submit', class: 'send', 'aria-label': 'Send', disabled: true }, '➤');
  const form = h('form', { class: 'composer-box' }, box, button);
  const node = h('div', { class: 'composer' }, hints, problem, form);

  const complain = (/** @type {string} */ text) => {
    problem.textContent = text;
    problem.hidden = text === '';
  };

  /** Puts something in the box; it is sent only by whoever has read it there. @param {string} text */
  const put = (text) => {
    box.value = text;
    typed();
    box.focus();
  };
  const complete = (/** @type {string} */ command) => put(`${command} `);

  const typed = () => {
    drafts.set(key, box.value);
    button.disabled = box.value.trim() === '';
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight, 180)}px`;
    complain('');
    const found = isCommand(box.value) || box.value === '/' ? matching(box.value) : [];
    hints.hidden = found.length === 0;
    fill(
      hints,
      found.map(({ command, usageHint, description }) =>
        h(
          'button',
          { type: 'button', class: 'command-hint', onclick: () => complete(command) },
          h('span', {}, h('strong', {}, command), ' ', usageHint),
          h('span', { class: 'quiet' }, description),
        ),
      ),
    );
  };

  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    const unfinished = hints.hidden
      ? undefined
      : matching(box.value).find(({ command }) => !box.value.startsWith(command));
    const isSending = event.key === 'Enter' && !event.shiftKey && !event.isComposing;
    if (unfinished !== undefined && (event.key === 'Tab' || isSending)) {
      event.preventDefault();
      complete(unfinished.command);
    } else if (isSending) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === 'Escape' && !hints.hidden) {
      event.preventDefault();
      hints.hidden = true;
    } else if (event.key === 'Escape' && left !== undefined) {
      event.preventDefault();
      left();
    }
  };

  /** Whether what is typed shall be sent once what is under way has arrived. */
  let isNext = false;

  const submit = async () => {
    const text = box.value.trim();
    if (text === '' || target === null) return;
    if (form.getAttribute('aria-busy') === 'true') {
      isNext = true;
      return;
    }
    const sentFrom = key;
    form.setAttribute('aria-busy', 'true');
    const outcome = await send(target, text);
    form.removeAttribute('aria-busy');
    if (outcome.status === 'acknowledged') {
      drafts.delete(sentFrom);
      // Somebody may have typed on meanwhile.
      if (key === sentFrom && box.value.trim() === text) box.value = '';
    }
    if (key === sentFrom) typed();
    if (outcome.status === 'not-sent') complain(outcome.message ?? 'It was not sent.');
    else if (key === sentFrom) sent();
    const goesOn = isNext && outcome.status === 'acknowledged';
    isNext = false;
    if (goesOn) void submit();
    await refresh();
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });

  return {
    node,
    focus: () => box.focus(),
    put,
    /** @param {Target | null} now null where nothing can be written */
    show: (now) => {
      target = now;
      node.hidden = now === null;
      if (now === null) return;
      box.placeholder = now.hint;
      const nowKey = `${seen.person}:${now.channelId}:${now.threadTs ?? ''}`;
      if (nowKey === key) return;
      key = nowKey;
      box.value = drafts.get(key) ?? '';
      typed();
    },
  };
};
