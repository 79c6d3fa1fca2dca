import { made, noted, ruleTest } from '#test/build/risk.ts';
import { ingressUseRegex } from './use-regex.ts';

ruleTest(ingressUseRegex, { hits: made(noted('use-regex', 'true')), misses: made(noted('use-regex', 'false')) });
