import { expect, test } from 'vitest';
import { bob } from '#test/build/people.ts';
import { createLastKnown } from './last-known.ts';
import type { Directory } from './ports.ts';

const platform = { type: 'slack-group', id: 'S0PLATFORM' } as const;

const slack = ({ lasting }: { lasting: number | undefined } = { lasting: 1_000 }) => {
  let now = 0;
  let isAway = false;
  let fault = 'no connection';
  let membership: 'member' | 'deactivated' = 'member';
  const answering = async <T>(value: T): Promise<T> => {
    if (isAway) throw new Error(fault);
    return value;
  };
  const directory: Directory = {
    person: (id) => answering({ id, membership }),
    members: () => answering(new Set([bob])),
  };
  return {
    known: createLastKnown(directory, {
      lasting: () => lasting,
      moment: () => now,
      isNoAnswer: (cause) => String(cause).includes('no connection'),
    }),
    refuse: () => {
      isAway = true;
      fault = 'ratelimited';
    },
    go: () => {
      isAway = true;
    },
    leave: () => {
      membership = 'deactivated';
    },
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
};

test('while Slack answers, it is Slack that is asked', async () => {
  const { known, leave } = slack();
  expect(await known.directory.person(bob)).toMatchObject({ membership: 'member' });
  leave();
  expect(await known.directory.person(bob)).toMatchObject({ membership: 'deactivated' });
});

test('while it does not, what it said last counts, for as long as the policy says', async () => {
  const { known, go, pass } = slack();
  await known.learn([bob], [platform], async () => {});
  go();
  pass(1_000);
  expect(await known.directory.person(bob)).toMatchObject({ membership: 'member' });
  expect(await known.directory.members(platform)).toEqual(new Set([bob]));
  pass(1);
  await expect(known.directory.person(bob)).rejects.toThrow('no connection');
  await expect(known.directory.members(platform)).rejects.toThrow('no connection');
});

test('what it never said counts for nothing, and nothing counts where the policy does not want it', async () => {
  const never = slack();
  never.go();
  await never.known.learn([bob], [platform], async () => {});
  await expect(never.known.directory.person(bob)).rejects.toThrow('no connection');
  const unwanted = slack({ lasting: undefined });
  await unwanted.known.learn([bob], [platform], async () => {});
  unwanted.go();
  await expect(unwanted.known.directory.members(platform)).rejects.toThrow('no connection');
});

test('an answer that is no help is an answer: what was said before does not count', async () => {
  const { known, refuse } = slack();
  await known.learn([bob], [platform], async () => {});
  refuse();
  await expect(known.directory.person(bob)).rejects.toThrow('ratelimited');
  await expect(known.directory.members(platform)).rejects.toThrow('ratelimited');
});

test('of whom something has changed since, nothing counts that was said before', async () => {
  const { known, go } = slack();
  await known.learn([bob], [platform], async () => {});
  known.forgetPerson(bob);
  known.forgetGroup('S0PLATFORM');
  go();
  await expect(known.directory.person(bob)).rejects.toThrow('no connection');
  await expect(known.directory.members(platform)).rejects.toThrow('no connection');
});

test('nor what was asked before, and is answered after', async () => {
  const answers: ((value: undefined) => void)[] = [];
  let isAway = false;
  const answering = async <T>(value: T): Promise<T> => {
    if (isAway) throw new Error('no connection');
    await new Promise((resolve) => answers.push(resolve));
    return value;
  };
  const known = createLastKnown(
    {
      person: (id) => answering({ id, membership: 'member' as const }),
      members: () => answering(new Set([bob])),
    },
    { lasting: () => 1_000, moment: () => 0, isNoAnswer: () => true },
  );
  const asked = [known.asked.person(bob), known.asked.members(platform)];
  known.forgetPerson(bob);
  known.forgetGroup(platform.id);
  for (const answer of answers) answer(undefined);
  await Promise.all(asked);
  isAway = true;
  await expect(known.directory.person(bob)).rejects.toThrow('no connection');
  await expect(known.directory.members(platform)).rejects.toThrow('no connection');
});
