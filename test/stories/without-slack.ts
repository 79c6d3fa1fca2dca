import { expect } from 'vitest';
import type { RequestId } from '#domain/ids.ts';
import type { Company } from './company.ts';
import type { storyOf } from './story.ts';

/** While Slack is off, what was approved begins, and ends; once Slack is back, card and thread tell all of it, each event once. */
export const worksWithoutSlack = async (
  company: () => Company,
  story: ReturnType<typeof storyOf>,
  id: RequestId,
): Promise<void> => {
  await story.reaches(id, 'active');
  expect(await story.mayRead()).toBe(true);
  await story.reaches(id, 'revoked');
  expect(await story.mayRead()).toBe(false);
  company().slack.faults.up();
  await story.shows(id, 'Ended');
  await story.until('the whole thread', () => story.threadVersions(id).length >= 6);
  expect(story.threadVersions(id)).toEqual([1, 2, 3, 4, 5, 6]);
};
