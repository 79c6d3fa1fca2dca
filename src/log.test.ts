import { expect, test } from 'vitest';
import { scrub } from './log.ts';

test.each(['xoxb-1-2-abc', 'xapp-1-A0B1-234-5ef', 'Bearer abc', 'whsec_AbC+/dE='])('%s reaches no log', (secret) => {
  expect(scrub(`{"cause":"of ${secret}"}`)).not.toContain(secret.replace('Bearer ', ''));
});
