import type { Span } from './page-api.ts';

/** Undoes Slack's escaping of text: exactly these three entities (docs.slack.dev/messaging/formatting-message-text). */
export const unescapeText = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const angle = (inner: string): Span => {
  const [target = '', label] = inner.split('|', 2);
  const labelled = label === undefined || label === '' ? {} : { label: unescapeText(label) };
  if (/^@[UW]/.test(target)) return { type: 'user', userId: target.slice(1), ...labelled };
  if (/^#C/.test(target)) return { type: 'channel', channelId: target.slice(1), ...labelled };
  if (target.startsWith('!subteam^')) return { type: 'group', groupId: target.slice('!subteam^'.length), ...labelled };
  const broadcast = /^!(here|channel|everyone)$/.exec(target)?.[1];
  if (broadcast === 'here' || broadcast === 'channel' || broadcast === 'everyone')
    return { type: 'broadcast', range: broadcast };
  const date = /^!date\^(\d+)\^([^^]*)(?:\^(.*))?$/.exec(target);
  if (date) {
    const [, epoch = '0', format = '', url] = date;
    return {
      type: 'date',
      epochSeconds: Number(epoch),
      format: unescapeText(format),
      fallback: unescapeText(label ?? ''),
      ...(url ? { url } : {}),
    };
  }
  if (target.startsWith('!')) return { type: 'text', text: unescapeText(label ?? `<${inner}>`) };
  const url = unescapeText(target);
  return { type: 'link', url, text: label === undefined ? url : unescapeText(label) };
};

/** Bold, italic and strike need a boundary outside and no space inside, as in Slack. */
const styled = /(?<![\w*_~])([*_~])(?=\S)(.+?)(?<=\S)\1(?![\w*_~])/u;
const emoji = /(?<![\w:]):([a-z0-9_+'-]+):(?![\w:])/u;
const styles = { '*': 'bold', _: 'italic', '~': 'strike' } as const;
type Style = { bold?: true; italic?: true; strike?: true };

const plainSpans = (text: string, style: Style): Span[] => {
  if (text === '') return [];
  const found = emoji.exec(text);
  if (!found?.[1]) return [{ type: 'text', text: unescapeText(text), ...style }];
  return [
    ...plainSpans(text.slice(0, found.index), style),
    { type: 'emoji', name: found[1] },
    ...plainSpans(text.slice(found.index + found[0].length), style),
  ];
};

const styledSpans = (text: string, style: Style = {}): Span[] => {
  const found = styled.exec(text);
  const mark = found?.[1];
  if (!found || (mark !== '*' && mark !== '_' && mark !== '~')) return plainSpans(text, style);
  return [
    ...plainSpans(text.slice(0, found.index), style),
    ...styledSpans(found[2] ?? '', { ...style, [styles[mark]]: true }),
    ...styledSpans(text.slice(found.index + found[0].length), style),
  ];
};

const inlineSpans = (text: string): Span[] => {
  const token = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>]+)>/gu;
  const spans: Span[] = [];
  let from = 0;
  for (const match of text.matchAll(token)) {
    spans.push(...styledSpans(text.slice(from, match.index)));
    if (match[1] !== undefined)
      spans.push({ type: 'preformatted', text: unescapeText(match[1].replace(/^\n|\n$/g, '')) });
    else if (match[2] !== undefined) spans.push({ type: 'code', text: unescapeText(match[2]) });
    else spans.push(angle(match[3] ?? ''));
    from = match.index + match[0].length;
  }
  spans.push(...styledSpans(text.slice(from)));
  return spans;
};

/**
 * Reads mrkdwn as Slack shows it. Nothing is read inside code.
 * Lines that begin with `&gt;` (an escaped >) are quotes.
 */
export const parseMrkdwn = (text: string): Span[] => {
  if (!/^(?:&gt;|>)/m.test(text) || text.includes('```')) return inlineSpans(text);
  const spans: Span[] = [];
  let quoted: string[] = [];
  const flush = () => {
    if (quoted.length > 0) spans.push({ type: 'quote', spans: inlineSpans(quoted.join('\n')) });
    quoted = [];
  };
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quote) {
      quoted.push(quote[1] ?? '');
      continue;
    }
    flush();
    spans.push(...inlineSpans(index < lines.length - 1 ? `${line}\n` : line));
  }
  flush();
  return spans;
};

export type Mention =
  | { type: 'user'; id: string }
  | { type: 'group'; id: string }
  | { type: 'broadcast'; range: string };

/**
 * Whom a text notifies: every unescaped mention, within code too. Slack's own treatment of mentions in code is not
 * documented, and an app that escapes what people typed never has one there.
 */
export const mentionsIn = (text: string): Mention[] =>
  [...text.matchAll(/<(?:@([UW][A-Z0-9]+)|!subteam\^([A-Z0-9]+)|!(here|channel|everyone))(?:\|[^<>]*)?>/gu)].map(
    ([, user, group, range]): Mention => {
      if (user !== undefined) return { type: 'user', id: user };
      return group === undefined ? { type: 'broadcast', range: range ?? '' } : { type: 'group', id: group };
    },
  );
