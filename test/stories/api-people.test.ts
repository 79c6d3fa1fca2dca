import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, SignJWT } from 'jose';
import { request as send } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { inMemory } from '#local/ways-in.ts';
import { issuing, type Pair } from '#test/build/oidc-issuer.ts';
import { companyFor } from './company.ts';
import { storyOf, typed } from './story.ts';
import { worksWithoutSlack } from './without-slack.ts';

type Line = { slack: string; oidc?: unknown };
type Rule = { name: string; stepUp?: true };

describe('people who decide outside of Slack', () => {
  const issuer = issuing();
  let pair: Pair;
  beforeAll(async () => {
    pair = await generateKeyPair('ES256');
    issuer.published.set('one', pair);
  });
  afterAll(() => new Promise((done) => issuer.server.close(done)));
  const company = companyFor(inMemory, {
    api: true,
    prepare: async ({ folder }) => {
      await new Promise<void>((ready) => issuer.server.listen(0, '127.0.0.1', ready));
      const policy = join(folder, 'policy');
      const edit = async (name: string, change: (content: never) => unknown): Promise<void> => {
        const file = join(policy, name);
        await writeFile(file, stringify(change(parse(await readFile(file, 'utf8')) as never)));
      };
      const mayDecide = ['U0BOB', 'U0DAN', 'U0ALICE'];
      await edit('identities.yaml', ({ people, ...others }: { people: Line[] }) => ({
        ...others,
        people: people.map((line) => ({
          ...line,
          oidc: {
            issuer: issuer.at(),
            subject: `of ${line.slack}`,
            ...(mayDecide.includes(line.slack) ? { mayDecide: true } : {}),
          },
        })),
      }));
      await edit('rules.yaml', ({ rules, ...others }: { rules: Rule[] }) => ({
        ...others,
        slackAway: { lastKnownFor: '1h' },
        rules: rules.map((rule) => (rule.name === 'shop' ? { ...rule, stepUp: true } : rule)),
      }));
    },
  });
  const story = storyOf(company);

  /** Somebody calls with a token that their issuer has given them so many seconds ago. */
  const call = async (person: string, path: string, body?: unknown, ago = 1) => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: issuer.at(),
      aud: 'hallpass',
      sub: `of ${person}`,
      iat: now,
      exp: now + 300,
      auth_time: now - ago,
    };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(pair.privateKey);
    const { api } = company().stand.config('bot');
    const answer = await send(`http://${api?.host}:${api?.port}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: answer.statusCode, body: await answer.body.json() };
  };
  const revision = { revision: 1 };

  it('approve while Slack is away, under the same quorum, and the thread is complete once it is back', async () => {
    const { slack } = company();
    const id = await story.ask(typed('8s'));
    await story.card(id);
    // Slack has been asked who they are.
    for (const person of ['U0ALICE', 'U0BOB', 'U0DAN']) await slack.as(person).command('/jit list');
    slack.faults.down();
    // What an approver is shown: without Slack, too.
    expect(await call('U0BOB', `/v1/requests/${id}/diff`)).toMatchObject({ status: 200, body: { revision: 1 } });
    expect(await call('U0ALICE', `/v1/requests/${id}/approve`, revision)).toMatchObject({
      status: 403,
      body: { type: 'urn:hallpass:problem:own-request' },
    });
    expect(await call('U0BOB', `/v1/requests/${id}/approve`, revision)).toMatchObject({
      status: 200,
      body: { status: 'pending', votes: ['U0BOB'] },
    });
    expect(await call('U0BOB', `/v1/requests/${id}/approve`, revision)).toMatchObject({
      status: 409,
      body: { type: 'urn:hallpass:problem:already-voted' },
    });
    expect(await call('U0DAN', `/v1/requests/${id}/approve`, { revision: 2 })).toMatchObject({ status: 409 });
    expect(await call('U0DAN', `/v1/requests/${id}/approve`, revision)).toMatchObject({
      status: 200,
      body: { status: 'approved', decidedBy: ['U0BOB', 'U0DAN'] },
    });
    await worksWithoutSlack(company, story, id);
  });

  it('are nobody in particular who are not told of, and may not decide without a word of the policy', async () => {
    const id = await story.ask(typed('5m'));
    expect(await call('U0NOBODY', `/v1/requests/${id}`)).toMatchObject({ status: 401 });
    // Frank is an administrator of the workspace, and has nothing to do with it.
    expect(await call('U0FRANK', `/v1/requests/${id}`)).toMatchObject({ status: 404 });
    expect(await call('U0FRANK', `/v1/requests/${id}/approve`, revision)).toMatchObject({
      status: 403,
      body: { type: 'urn:hallpass:problem:may-not-decide' },
    });
    for (const body of [revision, { ...revision, reason: ' ' }, { reason: 'not now' }])
      expect(await call('U0DAN', `/v1/requests/${id}/deny`, body)).toMatchObject({ status: 422 });
    expect(await call('U0DAN', `/v1/requests/${id}/approve`, { ...revision, reason: 'fine' })).toMatchObject({
      status: 422,
    });
    expect(await call('U0DAN', `/v1/requests/${id}/deny`, { ...revision, reason: 'not now' })).toMatchObject({
      status: 200,
      body: { status: 'denied', why: 'not now', decidedBy: ['U0DAN'] },
    });
  });

  it('have to, where the rule wants more than a click, and lately', async () => {
    const id = await story.ask('/jit request access networkpolicy-edit shop-front/web for 1m because the release');
    await story.shows(id, `hallpass approve ${id}`);
    await story.click('U0BOB', id, 'Approve');
    await story.until('Bob to read why not', () => story.answerTo('U0BOB').includes('a click in Slack does not count'));
    expect((await story.chain(id)).request.state.status).toBe('pending');
    expect(await call('U0BOB', `/v1/requests/${id}/approve`, revision, 3_600)).toMatchObject({
      status: 409,
      body: { type: 'urn:hallpass:problem:not-confirmed' },
    });
    expect(await call('U0BOB', `/v1/requests/${id}/approve`, revision)).toMatchObject({ status: 200 });
    await story.reaches(id, 'active');
    expect(await call('U0ALICE', `/v1/requests/${id}/done`, {})).toMatchObject({ status: 200 });
    await story.reaches(id, 'revoked');
    expect(await call('U0ALICE', `/v1/requests/${id}/done`, {})).toMatchObject({
      status: 200,
      body: { status: 'revoked', why: 'done' },
    });
    expect(await call('U0BOB', `/v1/requests/${id}/revoke`, { reason: 'it is over' })).toMatchObject({ status: 409 });
  });
});
