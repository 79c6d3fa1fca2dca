import { image, ruleTest } from '#test/build/risk.ts';
import { workloadDigestRemoved } from './digest-removed.ts';

const digest = (digit: string) => `@sha256:${digit.repeat(64)}`;

ruleTest(workloadDigestRemoved, {
  hits: [
    [image(`a.test/web${digest('a')}`), image('a.test/web:1')],
    [image(`a.test/web:1${digest('a')}`), image('a.test/web@latest')],
  ],
  misses: [
    [image(`a.test/web${digest('a')}`), image(`a.test/web:2${digest('b')}`)],
    [image('a.test/web:1'), image('a.test/web:2')],
    [image('a.test/web:1'), image(`a.test/web${digest('a')}`)],
    [image(`a.test/web${digest('a')}`), undefined],
  ],
});
