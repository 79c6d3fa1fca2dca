import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressServerAlias } from './server-alias.ts';

ruleTest(ingressServerAlias, { hits: made(noted('server-alias', 'a.test')), misses: made(noted('server-alias', ' ')) });
