import { expect, test } from 'vitest';
import { asTyped } from './typed-text.ts';

test.each([
  ['latency &gt; 5s &amp; 502s &lt; 1%', 'latency > 5s & 502s < 1%'],
  ['see <https://ci.test/a?b=1&amp;c=2>', 'see https://ci.test/a?b=1&c=2'],
  ['see <https://ci.test/a|the run>', 'see https://ci.test/a'],
  ['ask <@U02BOB|bob> in <#C02OPS|ops>', 'ask @bob in #ops'],
  ['<!here> and <!subteam^S02|@platform>', '@here and @platform'],
  ['&amp;lt; stays what it was', '&lt; stays what it was'],
  ['host=<http://shop.acme.test|shop.acme.test>', 'host=shop.acme.test'],
  ['<http://shop.acme.test/beta|shop.acme.test/beta>=web:80', 'shop.acme.test/beta=web:80'],
  ['<https://shop.acme.test|shop.acme.test>', 'shop.acme.test'],
  ['<mailto:ops@acme.test|ops@acme.test>', 'ops@acme.test'],
  ['<https://evil.test|shop.acme.test>', 'https://evil.test'],
  ['nothing special', 'nothing special'],
])('%s is what was typed as %s', (sent, typed) => {
  expect(asTyped(sent)).toBe(typed);
});
