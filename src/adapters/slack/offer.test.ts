import { expect, test } from 'vitest';
import type { Json } from '#domain/json.ts';
import { changeOver } from '#test/build/changes.ts';
import { accessOver } from '#test/build/profiles.ts';
import { activatedToSum, approved, ended, grown, pending, summedUp } from '#test/build/requests.ts';
import { commandFor, offerOf } from './offer.ts';
import { parseTyped } from './typed-request.ts';

const kinds = [accessOver(), changeOver()];
const { asked } = pending();
const ask = (profile: string, ...objects: readonly string[]) => ({ profile, objects: [...objects] });

test('what is to be typed is read back as the same ask', () => {
  for (const wanted of [ask('ingress-edit'), ask('ingress-edit', 'web'), ask('ingress-view', 'a.b', 'web-1')]) {
    const command = commandFor(kinds, asked, wanted) ?? expect.fail('nothing to type');
    const typed = parseTyped(command.replace('/jit request ', '').replace('…', 'checkout 502s'), kinds);
    if (!typed.ok) throw new Error(typed.error);
    expect(typed.value).toMatchObject({ kind: 'access', namespace: 'shop', cluster: 'prod', duration: '30m' });
    expect(kinds[0]?.fromWords(typed.value.words, typed.value.objects)).toEqual({ ok: true, value: wanted });
  }
  expect(commandFor(kinds, asked, ask('ingress-view', 'web'))).toBe(
    '/jit request access ingress-view shop/web on prod for 30m because …',
  );
});

test('nothing is offered to be typed that cannot be, or not any more', () => {
  const none: readonly Json[] = [ask('gone'), null, { profile: 'ingress-view', objects: ['`<!channel>`'] }];
  for (const bad of none) expect(commandFor(kinds, asked, bad)).toBeUndefined();
  expect(commandFor(kinds, { ...asked, kind: 'change' }, {})).toBeUndefined();
  expect(commandFor(kinds, { ...asked, kind: 'gone' }, ask('ingress-view'))).toBeUndefined();
  expect(commandFor(kinds, { ...asked, cluster: 'pr`od' }, ask('ingress-view'))).toBeUndefined();
  expect(commandFor(kinds, { ...asked, cluster: 'pr\u202eod' }, ask('ingress-view'))).toBeUndefined();
  const long = Array.from({ length: 20 }, (_, at) => `${'x'.repeat(200)}${at}`);
  expect(commandFor(kinds, asked, ask('ingress-view', ...long))).toBeUndefined();
});

test('an offer comes from the summary alone', () => {
  const over = grown(pending(), approved, activatedToSum, ended);
  expect(offerOf(kinds, over)).toBeUndefined();
  expect(offerOf(kinds, grown(over, summedUp()))).toBeUndefined();
  expect(offerOf(kinds, grown(over, summedUp({ narrower: ask('ingress-view', 'web') })))).toContain(
    'ingress-view shop/web',
  );
});
