import { expect, test } from 'vitest';
import { inspectConfig } from '#src/config.ts';
import { withoutSecrets } from './secrets.ts';

const environment = {
  SLACK_BOT_TOKEN: 'xoxb-123-secret',
  SLACK_APP_TOKEN: 'xapp-123-secret',
  SLACK_LOOKUP_TOKEN: 'xoxb-456-lookup',
  REDIS_URL: 'rediss://bot:p%40ss%2Fword@redis:6379',
};

test.each([
  ['a token of Slack', {}, 'xoxb-123-secret'],
  ['the token that looks up addresses', {}, 'xoxb-456-lookup'],
  ['the app’s token', {}, 'xapp-123-secret'],
  ['the signing secret', { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'signing-secret' }, 'signing-secret'],
  ['Redis’ password as it is written', {}, 'p%40ss%2Fword'],
  ['Redis’ password as it is sent', {}, 'p@ss/word'],
  [
    'the password of Sentinels',
    { REDIS_SENTINELS: 'one', REDIS_SENTINEL_NAME: 'mymaster', REDIS_SENTINEL_PASSWORD: 'asks-for-it' },
    'asks-for-it',
  ],
  ['a password with a stray "%"', { REDIS_URL: 'redis://:100%25%zz-pure@redis' }, '100%25%zz-pure'],
])('%s is taken out', (_, changed, secret) => {
  const { config } = inspectConfig({ ...environment, ...changed });
  expect(withoutSecrets(config, `before ${secret} after ${secret}`)).toBe('before [secret] after [secret]');
});

test('what is not set takes nothing out', () => {
  expect(withoutSecrets(inspectConfig({}).config, 'as it is')).toBe('as it is');
  expect(withoutSecrets(inspectConfig({ REDIS_URL: 'no address' }).config, 'as it is')).toBe('as it is');
});
