import { host, made, path, ruleTest, serving } from '#test/build/risk.ts';
import { ingressPathCharacters } from './path-characters.ts';

ruleTest(ingressPathCharacters, {
  hits: [';', '{', '}', '"', "'", '#', '$', '`', ' ', '\n', '\t'].flatMap((sign) =>
    made(serving(host('a.test', path(`/a${sign}b`)))),
  ),
  misses: made(serving(host('a.test', path('/a-b_c.d~e/%20(x)*[y]+|=&@:,!')))),
});
