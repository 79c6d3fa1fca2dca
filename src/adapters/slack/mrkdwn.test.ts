import { describe, expect, test } from 'vitest';
import { clock, cutMarkup, escaped, link, plain } from './mrkdwn.ts';

describe('escaped text', () => {
  test.each([
    ['a mention', '<!channel> <@U02ABCDEF>', '&lt;!channel&gt; &lt;@U02ABCDEF&gt;'],
    ['an emoji', 'done :white_check_mark: :+1:', 'done ∶white_check_mark: ∶+1:'],
    ['formatting', '*bold* _it_ ~no~', '∗bold∗ ˍitˍ ∼no∼'],
    ['a run of marks', '**bold* a**b* _*~x', '∗∗bold∗ a∗∗b∗ ˍ∗∼x'],
    ['a code fence', '```x```', 'ˋˋˋxˋˋˋ'],
    ['a quote', '> said', '› said'],
    ['what is hidden', 'a\u202eb\u200bc', 'a[U+202E]b[U+200B]c'],
    ['an entity', '&lt;!here&gt;', '&amp;lt;!here&amp;gt;'],
  ])('takes the power out of %s', (_, text, harmless) => expect(escaped(text)).toBe(harmless));

  test('leaves ordinary words, names and times as they are', () => {
    const words = 'shop-front/web_api at 10:30, 2*3, image registry:5000/app:1.2';
    expect(escaped(words)).toBe(words);
  });
});

test('a link cannot be broken out of', () => {
  expect(link('https://a.slack.com/x?y=1&z=2|<!here>', 'a|b>c')).toBe(
    '<https://a.slack.com/x?y=1&amp;z=2%7C%3C!here%3E|a¦b&gt;c>',
  );
});

test('a cut leaves no half entity or mention', () => {
  expect(cutMarkup('ab &amp; cd', 7)).toBe('ab …');
  expect(cutMarkup('ab <@U02ABCDEF> cd', 9)).toBe('ab …');
});

test('a time has a fallback in UTC and plain words lose all markup', () => {
  const markup = `*Not* done ${clock(Temporal.Instant.from('2026-11-20T22:10:05.7Z'))} by <@U02ABCDEF> in <#C1|ops>: 1 &lt; 2 \`x\``;
  expect(plain(markup)).toBe('Not done 2026-11-20 22:10:05 UTC by @U02ABCDEF in ops: 1 < 2 x');
});
