import { describe, expect, it } from 'vitest';
import type { ReadMessage } from '#local/slack/reading.ts';
import type { Workspace } from '#local/slack/workspace.ts';
import type { Way } from '#local/ways-in.ts';
import { companyFor } from './company.ts';

const ledger = '/apis/networking.k8s.io/v1/namespaces/shop-payments/ingresses/ledger';
const typed = (duration: string) =>
  `/jit request access ingress-edit shop-payments/ledger for ${duration} because checkout 502s`;

/** The story of temporary access, told over one way into Slack. */
export const tellAccessStories = (name: string, wayInto: (slack: Workspace) => Way | Promise<Way>): void => {
  describe(`temporary access, ${name}`, () => {
    const company = companyFor(wayInto);
    const cards = (person = 'U0BOB'): readonly ReadMessage[] => company().slack.as(person).readChannel('approvals');
    const cardOf = (id: string): ReadMessage | undefined => cards().find(({ shown }) => shown.includes(id));

    const ask = async (line: string): Promise<string> => {
      const { slack } = company();
      await slack.as('U0ALICE').command(line);
      const answer = slack.as('U0ALICE').ephemerals().at(-1)?.shown ?? '';
      const id = /[2-9a-z]{4}-[2-9a-z]{2}/.exec(answer)?.[0];
      if (id === undefined) throw new Error(`No request was filed: ${answer}`);
      return id;
    };
    const approve = async (person: string, id: string): Promise<void> => {
      const { slack } = company();
      const card = await slack.until(() => cardOf(id), { milliseconds: 10_000 });
      await slack.as(person).click(card, 'Approve', { confirm: true });
    };
    const shows = (id: string, words: string) =>
      company().slack.until(() => cardOf(id)?.shown.includes(words), {
        milliseconds: 10_000,
        what: `"${words}" on the card of ${id}, which reads:\n${cardOf(id)?.shown}`,
      });

    it('is asked for, approved by two people, works, and ends on time with proof', async () => {
      const { tries } = company();
      expect(await tries('requester', 'GET', ledger)).toBe(403);
      const id = await ask(typed('6s'));
      await approve('U0BOB', id);
      expect(await tries('requester', 'GET', ledger)).toBe(403);
      await approve('U0DAN', id);
      await company().slack.until(async () => (await tries('requester', 'GET', ledger)) === 200, {
        milliseconds: 5_000,
      });
      await shows(id, 'Active');
      await company().slack.until(async () => (await tries('requester', 'GET', ledger)) === 403, {
        milliseconds: 8_000,
      });
      await shows(id, 'Ended');
    });

    it('beside it a change is shown as a diff, applied exactly, and taken back on time', async () => {
      const { stand } = company();
      const specNow = async (): Promise<string> => JSON.stringify((await stand.admin.send('GET', ledger)).body);
      expect(await specNow()).not.toContain('/refunds');
      const id = await ask(
        '/jit request change add pay.acme.test/refunds=ledger:80 shop-payments/ledger for 6s because refunds fail',
      );
      await company().slack.until(() => cardOf(id)?.shown.includes('+'), { milliseconds: 10_000 });
      expect(cardOf(id)?.shown).toContain('/refunds');
      await approve('U0BOB', id);
      expect(await specNow()).not.toContain('/refunds');
      await approve('U0DAN', id);
      await company().slack.until(async () => (await specNow()).includes('/refunds'), { milliseconds: 5_000 });
      await shows(id, 'Active');
      await company().slack.until(async () => !(await specNow()).includes('/refunds'), { milliseconds: 9_000 });
      await shows(id, 'Ended');
      expect(await specNow()).toContain('/webhooks');
    });
  });
};
