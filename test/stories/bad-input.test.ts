import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { keys } from '#adapters/redis/keys.ts';
import { personId } from '#domain/ids.ts';
import type { Delivery } from '#local/slack/delivery.ts';
import { overHttp } from '#local/ways-in.ts';
import { clickOf } from './clicks.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';

const alice = personId.parse('U0ALICE');
const basics = clickOf('U0BOB', 'hallpass_approve', '2222-22.1');
const { actions: _, ...withoutActions } = basics;

/** A form as Slack would send it, with anything in it. */
const form = (view: Record<string, unknown>): Record<string, unknown> => ({
  ...withoutActions,
  type: 'view_submission',
  view: { id: 'V0FORGED', type: 'modal', state: { values: {} }, private_metadata: '', ...view },
});

describe('what nobody’s Slack client would send, over signed HTTP', () => {
  const company = companyFor((slack) => overHttp(slack));
  const story = storyOf(company);
  const filed = () => story.redis().zcard(keys.person(alice));
  const stillWorks = async (): Promise<void> => {
    await company().slack.as('U0ALICE').command('/jit list');
    expect(story.answerTo('U0ALICE')).not.toBe('');
  };

  it('is answered without a crash, and files, decides and grants nothing', async () => {
    const { slack } = company();
    const id = await story.ask(typed('5m'));
    const before = await filed();
    const approve = `${id}.1`;
    const payloads: Record<string, unknown>[] = [
      clickOf('U0BOB', 'hallpass_nothing', approve),
      clickOf('U0BOB', 'hallpass_approve', ''),
      clickOf('U0BOB', 'hallpass_approve', 'x'.repeat(90_000)),
      clickOf('U0BOB', 'hallpass_approve', `${id}.2`),
      clickOf('U0BOB', 'hallpass_approve', `${id}.1e0`),
      clickOf('U0BOB', 'hallpass_approve', `${id}.1.1`),
      clickOf('U0BOB', 'hallpass_approve', '__proto__.1'),
      clickOf('bob; DROP', 'hallpass_approve', approve),
      clickOf('', 'hallpass_approve', approve),
      clickOf('U0NOBODY', 'hallpass_approve', approve),
      { ...clickOf('U0TESS', 'hallpass_approve', approve), team: { id: 'T0PARTNER', domain: 'partner' } },
      { ...clickOf('U0SAM', 'hallpass_approve', approve), user: { id: 'U0SAM', team_id: 'T0HALLPASS' } },
      { ...basics, actions: [] },
      { ...basics, user: null },
      { ...basics, actions: [{ type: 'button', action_id: 'hallpass_approve', value: { id } }] },
      { type: 'block_actions' },
      { type: 'no_such_type', user: { id: 'U0BOB' } },
      {},
      form({ callback_id: 'somebody_elses_form' }),
      form({ callback_id: 'hallpass_ask_form' }),
      form({ callback_id: 'hallpass_ask_form', private_metadata: '{"kind":"access","cluster":"elsewhere"}' }),
      form({ callback_id: 'hallpass_why_form', private_metadata: 'not JSON' }),
      form({ callback_id: 'hallpass_why_form', private_metadata: '{"act":"approve","value":"x"}' }),
      form({ callback_id: 'hallpass_why_form', private_metadata: '{"act":"deny","value":"2222-22.1"}' }),
      form({ callback_id: 'hallpass_why_form', state: null }),
      { ...withoutActions, type: 'block_suggestion', action_id: 'hallpass_field_namespace', block_id: '', value: 7 },
    ];
    const answers = await Promise.all(payloads.map((payload) => slack.sendRaw(payload)));
    for (const [index, { status }] of answers.entries())
      expect(status, JSON.stringify(payloads[index]).slice(0, 200)).not.toBe('unreachable');
    const commands = ['request', 'request access', '\u0000', '`<!channel>`', 'x'.repeat(9_000), 'show ../../etc'];
    const fields = {
      command: '/jit',
      user_id: 'U0BOB',
      trigger_id: '1.2',
      team_id: 'T0HALLPASS',
      channel_id: 'C0GENERAL',
    };
    for (const text of commands) {
      const { status } = await slack.sendRaw({ ...fields, text }, { type: 'slash_commands' });
      expect(status, text.slice(0, 50)).not.toBe('unreachable');
    }
    expect(await story.events(id)).toEqual(['submitted']);
    expect(await filed()).toBe(before);
    expect(await story.inCluster()).toEqual([]);
    await stillWorks();
  });

  it('a wrong signature, an old or a future timestamp, and no signature at all are refused with 401', async () => {
    const { slack } = company();
    const id = await story.ask(typed('5m'));
    const payload = clickOf('U0BOB', 'hallpass_approve', `${id}.1`);
    const now = Math.floor(Temporal.Now.instant().epochMilliseconds / 1_000);
    const forgeries = [
      { signature: `v0=${'0'.repeat(64)}` },
      { signature: '' },
      { signature: 'v1=abc' },
      { timestamp: now - 600 },
      { timestamp: now + 600 },
      { timestamp: now + 90 },
      { headers: { 'x-slack-request-timestamp': 'soon' } },
      { headers: { 'x-slack-request-timestamp': '' } },
    ];
    for (const forgery of forgeries) {
      const { status, httpStatus } = await slack.sendRaw(payload, forgery);
      expect({ status, httpStatus }, JSON.stringify(forgery)).toEqual({ status: 'refused', httpStatus: 401 });
    }
    expect(await story.events(id)).toEqual(['submitted']);
    await stillWorks();
  });

  it('the same bytes sent again file, vote and end nothing twice', async () => {
    const { slack } = company();
    const sentAs = (type: string): Delivery => {
      const found = slack.deliveries.findLast(
        ({ envelope }) => envelope.payload.type === type || envelope.type === type,
      );
      if (found === undefined) throw new Error(`Nothing of type ${type} was sent.`);
      return found;
    };
    const before = await filed();
    const id = await story.ask(typed('5m'));
    const command = sentAs('slash_commands');
    expect((await slack.replay(command)).status).toBe('acknowledged');
    expect(await filed()).toBe(before + 1);

    await slack.as('U0ALICE').command('/jit');
    await story.until('the form', () => slack.as('U0ALICE').view());
    await slack.as('U0ALICE').fill({ Namespace: 'shop-payments' });
    await slack.as('U0ALICE').fillAndSubmit({ 'What for': 'ingress-view', 'For how long': '5m', Why: 'checkout 502s' });
    await story.until('the form to be filed', async () => (await filed()) === before + 2);
    const again = await slack.replay(sentAs('view_submission'));
    expect(again.status).toBe('acknowledged');
    expect(await filed()).toBe(before + 2);

    const vote = await story.press('U0BOB', 'approve', id);
    await Promise.all(Array.from({ length: 5 }, () => slack.replay(vote)));
    expect(await story.events(id)).toEqual(['submitted', 'voted']);
    await story.press('U0DAN', 'approve', id);
    await story.reaches(id, 'active');
    const done = await story.press('U0ALICE', 'done', id);
    await Promise.all(Array.from({ length: 5 }, () => slack.replay(done)));
    await story.reaches(id, 'revoked');
    await slack.replay(vote);
    await pause(500);
    const events = await story.events(id);
    expect(events.slice(-3)).toEqual(['activated', 'end-requested', 'ended']);
    expect(await story.inCluster(id)).toEqual([]);
  });
});
