import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { demoSeed, type PersonSeed, type Seed } from '#local/slack/seed.ts';

/** As many as have access at the same time where ten thousand grants are in force: some forty each. */
const count = 249;

/** Who works here beside the demo's people, known to the policy as engineers. */
export const colleagues: readonly (PersonSeed & { readonly email: string })[] = Array.from(
  { length: count },
  (_, index) => ({
    id: `U0BENCH${index}`,
    name: `engineer-${index}`,
    realName: `Engineer ${index}`,
    email: `engineer-${index}@acme.test`,
  }),
);

/** The demo's workspace with all of them in it. */
export const companySeed = (): Seed => {
  const seed = demoSeed();
  const ids = colleagues.map(({ id }) => id);
  const channels = seed.channels.map((channel) =>
    channel.id === 'C0GENERAL' ? { ...channel, memberIds: [...channel.memberIds, ...ids] } : channel,
  );
  return { ...seed, people: [...seed.people, ...colleagues], channels };
};

const rules = z.looseObject({ groups: z.looseObject({ engineers: z.array(z.string()) }) });
const identities = z.looseObject({ people: z.array(z.unknown()) });

/** Writes them into the rules' group of engineers and into `identities.yaml` of a policy folder. */
export const employ = async (policy: string): Promise<void> => {
  await edit(policy, 'rules.yaml', (content) => {
    const { groups, ...others } = rules.parse(content);
    return { ...others, groups: { ...groups, engineers: [...groups.engineers, ...colleagues.map(({ id }) => id)] } };
  });
  await addPeople(
    policy,
    colleagues.map(({ id, email }) => ({ slack: id, user: email })),
  );
};

/** Says in a policy folder who people of Slack are in clusters. */
export const addPeople = (
  policy: string,
  more: readonly { readonly slack: string; readonly user: string }[],
): Promise<void> =>
  edit(policy, 'identities.yaml', (content) => {
    const { people, ...others } = identities.parse(content);
    const lines = more.map(({ slack, user }) => ({ slack, kubernetes: { user, groups: ['engineers'] } }));
    return { ...others, people: [...people, ...lines] };
  });

const edit = async (policy: string, name: string, change: (content: unknown) => unknown): Promise<void> => {
  const file = join(policy, name);
  await writeFile(file, stringify(change(parse(await readFile(file, 'utf8')))));
};
