import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { neededScopes } from '#adapters/slack/scopes.ts';
import { overSocket } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { ledger, storyOf, typed } from './story.ts';

describe('somebody without a line in identities.yaml, who fits its template', () => {
  let lookup = { token: '', apiUrl: '' };
  const company = companyFor(
    async (slack) => {
      slack.world.setScopes([...neededScopes, 'users:read.email']);
      const way = await overSocket(slack);
      lookup = { token: slack.state.app.token, apiUrl: way.link.slackApiUrl };
      return way;
    },
    {
      prepare: async ({ folder }) => {
        const file = join(folder, 'policy', 'identities.yaml');
        const { people } = parse(await readFile(file, 'utf8')) as { people: { slack: string }[] };
        const template = { domain: 'acme.test', user: '{local}@acme.test', trustSlackAddresses: true };
        const others = people.filter(({ slack }) => slack !== 'U0ALICE');
        await writeFile(file, stringify({ people: others, template }));
      },
      forWorker: (config) => ({ ...config, lookup }),
    },
  );
  const story = storyOf(company);
  const approve = async (id: Awaited<ReturnType<typeof story.ask>>): Promise<void> => {
    for (const person of ['U0BOB', 'U0DAN']) await story.click(person, id, 'Approve');
  };

  it('gets access as the user of their address, loses it on time, and no log names the address', async () => {
    expect(await company().tries('requester', 'GET', ledger)).toBe(403);
    const id = await story.ask(typed('5s'));
    await approve(id);
    await story.reaches(id, 'active');
    expect(await company().tries('requester', 'GET', ledger)).toBe(200);
    await story.reaches(id, 'revoked');
    expect(await company().tries('requester', 'GET', ledger)).toBe(403);
    expect(JSON.stringify((await story.chain(id)).entries)).not.toContain('acme.test');
  });

  it('gets nothing for an address of another domain, or of somebody with a line', async () => {
    const { slack } = company();
    for (const [email, why] of [
      ['alice@evil.test', 'no confirmed address of theirs that the template there fits'],
      ['bob@acme.test', 'shares a Kubernetes user with somebody'],
    ] as const) {
      await slack.world.changePerson('U0ALICE', { email });
      // The bot forgets what it knew when Slack tells it of the change.
      await story.until(`Alice to read: ${why}`, async () => {
        await slack.as('U0ALICE').command(typed('5s'));
        return story.answerTo('U0ALICE').includes(why);
      });
    }
    await slack.world.changePerson('U0ALICE', { email: 'alice@acme.test' });
  });

  it('gets nothing where their address is another by the time that it is applied', async () => {
    const { slack } = company();
    let id: Awaited<ReturnType<typeof story.ask>> | undefined;
    await story.until('Alice to be known again', async () => {
      id = await story.ask(typed('5s', '')).catch(() => undefined);
      return id !== undefined;
    });
    if (id === undefined) throw new Error('Nothing was filed');
    await story.click('U0BOB', id, 'Approve');
    Object.assign(slack.state.people.get('U0ALICE') ?? {}, { email: 'ally@acme.test' });
    await story.click('U0DAN', id, 'Approve');
    await story.reaches(id, 'lapsed');
    expect(await story.inCluster(id)).toEqual([]);
  });
});
