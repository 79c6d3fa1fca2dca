import { WebClient } from '@slack/web-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { keys } from '#adapters/redis/keys.ts';
import { tokenFor } from '#local/shop/install.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import { inMemory } from '#local/ways-in.ts';
import { companyFor } from './company.ts';
import { front, frontIngress, type Hands, handsOf, heldAs } from './guard-story.ts';
import { named, storyOf } from './story.ts';

const at = (name: string): string => `${front}/${name}`;
const rbac = '/apis/rbac.authorization.k8s.io/v1';

describe('a direct write to something protected', () => {
  const company = companyFor(inMemory, { guard: true });
  const story = storyOf(company);
  const alice = handsOf(company, 'local-alice@acme.test');
  const bob = handsOf(company, 'local-bob@acme.test');
  let token = '';
  const flux = handsOf(company, () => token);
  const admin = () => company().stand.admin;

  /** Somebody may write Ingresses of the shop's front by themselves. */
  const letWrite = async (name: string, subject: object): Promise<void> => {
    await admin().send('POST', `${rbac}/namespaces/shop-front/rolebindings`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name, namespace: 'shop-front' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'ingress-editors' },
      subjects: [subject],
    });
  };

  beforeAll(async () => {
    await admin().send('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'flux-system' },
    });
    await admin().send('POST', '/api/v1/namespaces/flux-system/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'kustomize-controller', namespace: 'flux-system' },
    });
    token = await tokenFor(admin(), 'flux-system', 'kustomize-controller');
    await letWrite('bob', { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob@acme.test' });
    await letWrite('flux', { kind: 'ServiceAccount', name: 'kustomize-controller', namespace: 'flux-system' });
    // The API server learns of its webhooks a moment after they are there, and of the guard's certificate.
    await story.until('the guard to be asked', async () => {
      const { message } = await alice('PATCH', at('shop'), { spec: { tls: null } }, 'merge');
      return message.includes('Hallpass');
    });
  });

  /** There before anything is protected: made by an administrator with the guard's leave. */
  const make = async (name: string, paths?: readonly string[]): Promise<void> => {
    const written = await alice('POST', front, frontIngress(name, paths));
    const id = heldAs(written);
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    expect((await alice('POST', front, frontIngress(name, paths))).status).toBe(201);
    await story.reaches(id, 'completed');
  };
  const live = async (name: string): Promise<string> => (await alice('GET', at(name))).text;
  const addPath = (hands: Hands, name: string, path: string) =>
    hands(
      'PATCH',
      at(name),
      [
        {
          op: 'add',
          path: '/spec/rules/0/http/paths/-',
          value: { path, pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
        },
      ],
      'json-patch',
    );

  // First: Slack takes a post a second, and each story leaves some.
  it('that a grant covers goes through, and its thread says so', async () => {
    await make('granted');
    const id = await story.ask('/jit request access ingress-edit shop-front/granted for 10m because checkout 502s');
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'active');
    const through = await addPath(alice, 'granted', '/beta');
    expect(through.message).toBe('');
    expect(through.warnings.join()).toContain(`request ${id}`);
    await story.until('the thread to say so', () =>
      story.thread(id).some(({ shown }) => shown.includes('changed Ingress shop-front/granted directly')),
    );
    await story.press('U0ALICE', 'done', id);
    await story.reaches(id, 'revoked');
    expect(heldAs(await addPath(alice, 'granted', '/gamma'))).toBeDefined();
  });

  it('that is worse than the card of its grant is refused and ends the grant, and everybody concerned is told', async () => {
    await make('abused');
    const id = await story.ask('/jit request access ingress-edit shop-front/abused for 10m because checkout 502s');
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'active');
    expect((await story.inCluster(id)).length).toBeGreaterThan(0);
    expect((await addPath(alice, 'abused', '/beta')).warnings.join()).toContain(`request ${id}`);
    const snippet = {
      metadata: { annotations: { 'nginx.ingress.kubernetes.io/configuration-snippet': 'return 200;' } },
    };
    const dry = await alice('PATCH', `${at('abused')}?dryRun=All`, snippet, 'merge');
    expect(dry.warnings.join()).toContain(`would end your access by request ${id}`);
    const worse = await alice('PATCH', at('abused'), snippet, 'merge');
    expect(worse.message).toContain(`Your access by request ${id} does not cover it: this is CRITICAL`);
    expect(worse.message).toContain('The access is ended for that.');
    expect(heldAs({ ...worse, message: worse.message.split('\n').slice(1).join('\n') })).not.toBe(id);
    const { lagMilliseconds, cause } = await story.reaches(id, 'revoked');
    expect(cause).toBe('misused');
    expect(lagMilliseconds).toBeLessThan(5_000);
    expect(await story.inCluster(id)).toEqual([]);
    expect(await live('abused')).not.toContain('snippet');
    // The same again is only held, and what was harmless before is too.
    expect((await alice('PATCH', at('abused'), snippet, 'merge')).message).toMatch(/Hallpass holds this write/);
    expect(heldAs(await addPath(alice, 'abused', '/gamma'))).toBeDefined();
    await story.shows(id, 'ended early: used for something worse than its card showed');
    await story.until('the thread to say why', () =>
      story.thread(id).some(({ shown }) => named(shown).includes('@U0ALICE tried to change Ingress shop-front/abused')),
    );
    const told = (person: string, words: string) =>
      story.until(
        `${person} to be told`,
        () =>
          company()
            .slack.as(person)
            .dms()
            .some(({ shown }) => shown.includes(words) && shown.includes(id)),
        60_000,
      );
    await told('U0ALICE', `/jit again ${id}`);
    await told('U0BOB', 'What you approved');
    const again = await story.ask(`/jit again ${id} because I know by now what I did`);
    expect((await story.chain(again)).request).toMatchObject({
      state: { status: 'pending' },
      asked: { follows: { request: id, ended: true }, approval: { quorum: [{ from: 'platform', count: 1 }] } },
    });
    await story.press('U0ALICE', 'withdraw', again);
  });

  it('is held with its diff, approved, let through when it is made again, and then done', async () => {
    await make('whole');
    const first = await addPath(alice, 'whole', '/beta');
    expect(first).toMatchObject({ status: 403 });
    expect(first.message).toContain('Hallpass holds this write to Ingress shop-front/whole');
    const id = heldAs(first);
    const card = await story.card(id);
    expect(card.shown).toContain('wrote this directly, and it was held · with their own tools');
    expect(card.shown).toContain('+        path: /beta');
    expect(card.shown).toContain('not said with the write');
    expect(await live('whole')).not.toContain('/beta');
    const { slack } = company();
    const told = await story.until(
      'Alice to be asked why',
      () =>
        slack
          .as('U0ALICE')
          .dms()
          .find(({ shown }) => shown.includes(id) && shown.includes('Say why')),
      60_000,
    );
    await slack.as('U0ALICE').click(told, 'Say why');
    await slack.as('U0ALICE').fillAndSubmit({ Why: 'QA wants to try the beta' });
    await story.shows(id, 'QA wants to try the beta');
    await story.click('U0BOB', id, 'Approve');
    await story.shows(id, 'waits for the write to be done again');
    const again = await addPath(alice, 'whole', '/beta');
    expect(again.status).toBe(200);
    expect(again.warnings.join()).toContain(`approved as request ${id}`);
    await story.reaches(id, 'completed');
    await story.shows(id, 'Done for good');
    expect(await live('whole')).toContain('/beta');
    // It was used up when it was seen: the same from the same state is asked for anew.
    expect((await alice('PUT', at('whole'), JSON.parse(await live('whole')))).status).toBe(200);
  });

  it('is one request however it is made and however often, and its card counts', async () => {
    await make('often');
    const wanted = frontIngress('often', ['/', '/beta']);
    const put = async () => {
      const now = JSON.parse(await live('often'));
      return alice('PUT', at('often'), { ...now, spec: wanted.spec });
    };
    const apply = (hands: Hands) => hands('PATCH', `${at('often')}?fieldManager=kubectl&force=true`, wanted, 'apply');
    const id = heldAs(await put());
    for (const again of [await put(), await apply(alice), await addPath(alice, 'often', '/beta'), await apply(alice)])
      expect(heldAs(again)).toBe(id);
    const both = await Promise.all([put(), put(), apply(alice), apply(bob)]);
    expect(new Set(both.map(heldAs))).toEqual(new Set([id]));
    await story.shows(id, 'times, last by');
    expect(await story.events(id)).toEqual(['submitted']);
    const cards = company().slack.as('U0BOB').readChannel('approvals');
    expect(cards.filter(({ shown }) => shown.includes(id))).toHaveLength(1);
    // Only whoever wrote it: Bob may not ride on what he approves of Alice's.
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    const others = await apply(bob);
    expect(others.message).toContain('which somebody else wrote');
    expect((await apply(alice)).status).toBe(200);
    await story.reaches(id, 'completed');
  });

  it('is something else with one character more', async () => {
    await make('other');
    const id = heldAs(await addPath(alice, 'other', '/beta'));
    const longer = heldAs(await addPath(alice, 'other', '/betas'));
    expect(longer).not.toBe(id);
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    expect(heldAs(await addPath(alice, 'other', '/betas'))).toBe(longer);
    expect(await live('other')).not.toContain('/beta');
  });

  it('stays denied, as its author is told, until somebody asks anew', async () => {
    await make('denied');
    const id = heldAs(await addPath(alice, 'denied', '/beta'));
    await story.click('U0BOB', id, 'Deny');
    await company().slack.as('U0BOB').fillAndSubmit({ Why: 'not before the release' });
    await story.reaches(id, 'denied');
    const refused = await addPath(alice, 'denied', '/beta');
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.message).toContain('not before the release');
    expect(refused.message).toContain(`/jit again ${id}`);
    await story.until(
      'Alice to be told',
      () =>
        company()
          .slack.as('U0ALICE')
          .dms()
          .some(({ shown }) => shown.includes(id) && shown.includes('denied')),
      60_000,
    );
    await company().slack.as('U0ALICE').command(`/jit again ${id} because the release is out`);
    const anew = heldAs(await addPath(alice, 'denied', '/beta'));
    expect(anew).not.toBe(id);
    await story.approve(anew, ['U0BOB']);
    await story.reaches(anew, 'approved');
    expect((await addPath(alice, 'denied', '/beta')).status).toBe(200);
  });

  it('is made by Hallpass once its author says that it is theirs, and may be refused by them', async () => {
    await make('mine');
    const { slack } = company();
    const id = heldAs(await addPath(alice, 'mine', '/beta'));
    await story.approve(id, ['U0BOB']);
    const told = await story.until(
      'Alice to be asked',
      () =>
        slack
          .as('U0ALICE')
          .dms()
          .find(({ shown }) => shown.includes(id) && shown.includes('It is mine: apply it')),
      60_000,
    );
    await slack.as('U0ALICE').click(told, 'It is mine: apply it');
    const answered = () =>
      slack.as('U0ALICE').ephemerals().at(-1)?.shown.includes('Hallpass makes it now') || undefined;
    await story.until('an answer', answered);
    await story.reaches(id, 'completed');
    expect(await live('mine')).toContain('/beta');
    expect(await story.events(id)).toEqual(['submitted', 'voted', 'approved', 'confirmed', 'completed']);

    const not = heldAs(await addPath(alice, 'mine', '/gamma'));
    await story.approve(not, ['U0BOB']);
    await story.reaches(not, 'approved');
    await story.press('U0BOB', 'own', not);
    expect(await story.events(not)).not.toContain('confirmed');
    await story.press('U0ALICE', 'disown', not);
    await story.reaches(not, 'lapsed');
    expect(heldAs(await addPath(alice, 'mine', '/gamma'))).not.toBe(not);
  });

  it('is not made by a click on a message that somebody has drawn anew, but from the window over the log', async () => {
    await make('faked');
    const { slack } = company();
    const { fetch } = createInMemoryLink(slack);
    const thief = new WebClient(slack.state.app.token, { fetch, retryConfig: { retries: 0 } });
    const id = heldAs(await addPath(alice, 'faked', '/beta'));
    await story.approve(id, ['U0BOB']);
    const asked = () =>
      slack
        .as('U0ALICE')
        .dms()
        .find(({ shown, buttons }) => shown.includes(id) && buttons.some(({ text }) => text.startsWith('It is mine')));
    const { channelId, ts, blocks } = await story.until('Alice to be asked', asked, 60_000);
    const harmless = [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [] }] }];
    await thief.chat.update({ channel: channelId, ts, text: 'x', blocks: [...harmless, blocks[1]] as never });
    await slack.as('U0ALICE').click({ channelId, ts }, 'It is mine: apply it');
    await story.until('the window', () => slack.as('U0ALICE').view()?.shown.includes(`Request ${id}`));
    expect(await story.events(id)).not.toContain('confirmed');
    await slack.as('U0ALICE').submit();
    await story.reaches(id, 'completed');
    expect(await live('faked')).toContain('/beta');
  });

  it('is nothing where nothing that counts changes: a status, an owner of fields, an annotation of a pipeline', async () => {
    await make('same');
    const annotate = (key: string, value: string) =>
      alice('PATCH', at('same'), { metadata: { annotations: { [key]: value } } }, 'merge');
    expect((await annotate('acme.test/commit', 'abc123')).status).toBe(200);
    expect((await annotate('intent.hallpass.dev/ticket', 'OPS-1')).status).toBe(200);
    expect(heldAs(await annotate('nginx.ingress.kubernetes.io/proxy-body-size', '8m'))).toBeDefined();
    const now = JSON.parse(await live('same'));
    expect((await alice('PUT', at('same'), now)).status).toBe(200);
    const status = { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } };
    const through = await admin().send('PUT', `${at('same')}/status`, { ...JSON.parse(await live('same')), status });
    expect(through.status).toBe(200);
    const around = { ...JSON.parse(await live('same')), status: {} };
    around.metadata.labels = { smuggled: 'yes' };
    const smuggled = await admin().send('PUT', `${at('same')}/status`, around);
    // 1.20 lets a status write change labels: the guard does not.
    expect(smuggled.status === 403 || !(await live('same')).includes('smuggled')).toBe(true);
  });

  it('of a dry run is never refused, files nothing and uses nothing up', async () => {
    await make('dry');
    const pending = () => story.redis().zcard(keys.status('pending'));
    const before = await pending();
    const tried = await alice(
      'PATCH',
      `${at('dry')}?dryRun=All&fieldManager=kustomize&force=true`,
      frontIngress('dry', ['/', '/beta']),
      'apply',
    );
    expect(tried.status).toBe(200);
    expect(tried.warnings.join()).toContain('would be held until somebody agrees');
    expect(await pending()).toBe(before);
    const id = heldAs(await addPath(alice, 'dry', '/beta'));
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    for (let times = 0; times < 3; times += 1)
      expect(
        (
          await alice(
            'PATCH',
            `${at('dry')}?dryRun=All&fieldManager=me&force=true`,
            frontIngress('dry', ['/', '/beta']),
            'apply',
          )
        ).status,
      ).toBe(200);
    expect((await addPath(alice, 'dry', '/beta')).status).toBe(200);
    await story.reaches(id, 'completed');
  });

  it('of a controller is held like any other: Flux tries without doing, does, and does again', async () => {
    await make('gitops');
    const wanted = frontIngress('gitops', ['/', '/beta']);
    const path = `${at('gitops')}?fieldManager=kustomize-controller&force=true`;
    expect((await flux('PATCH', `${path}&dryRun=All`, wanted, 'apply')).status).toBe(200);
    const first = await flux('PATCH', path, wanted, 'apply');
    const id = heldAs(first);
    // Flux deletes and makes anew what it cannot change; these words would tell it to.
    expect(first.message).not.toMatch(/immutable/i);
    const card = await story.card(id);
    expect(card.shown).toContain('Flux wrote this, for which');
    expect(card.shown).toContain('puts back what others change here');
    // Carol answers for it, so she does not decide, though she is of the platform team or not.
    await story.press('U0CAROL', 'approve', id);
    expect((await story.events(id)).filter((type) => type === 'voted')).toEqual([]);
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    await story.press('U0CAROL', 'own', id);
    expect(await story.events(id)).not.toContain('confirmed');
    expect((await flux('PATCH', path, wanted, 'apply')).status).toBe(200);
    await story.reaches(id, 'completed');
  });

  it('of self-healing every moment is one request, and other content replaces what waited', async () => {
    await make('healed');
    const path = `${at('healed')}?fieldManager=kustomize-controller&force=true`;
    const write = (one: string) => flux('PATCH', path, frontIngress('healed', ['/', one]), 'apply');
    const ids: string[] = [];
    for (let times = 0; times < 10; times += 1) ids.push(heldAs(await write('/v1')));
    expect(new Set(ids).size).toBe(1);
    const next = heldAs(await write('/v2'));
    expect(next).not.toBe(ids[0]);
    await story.until('the earlier one to be withdrawn', async () => (await story.events(next)).length > 0);
    const [earlier] = ids;
    await story.reaches(heldAs({ status: 403, message: `request ${earlier}`, text: '', warnings: [] }), 'withdrawn');
  });

  it('of somebody whom nobody knows in Slack, or that no rule allows, is refused with what to do', async () => {
    await make('nobody');
    await letWrite('frank', { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'frank@acme.test' });
    const frank = handsOf(company, 'local-frank@acme.test');
    const refused = await story.until('the policy’s answer', async () => {
      const { message } = await addPath(frank, 'nobody', '/beta');
      return message.includes('cannot be asked for') && message;
    });
    expect(refused).toContain('The policy does not let you ask for this here');
    await admin().send('POST', '/api/v1/namespaces/shop-front/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'stranger', namespace: 'shop-front' },
    });
    await letWrite('stranger', { kind: 'ServiceAccount', name: 'stranger', namespace: 'shop-front' });
    const stranger = await tokenFor(admin(), 'shop-front', 'stranger');
    const unknown = await story.until('what is wrong', async () => {
      const { message } = await addPath(handsOf(company, stranger), 'nobody', '/beta');
      return message.includes('nobody knows') && message;
    });
    expect(unknown).toContain('identities.yaml');
  });

  it('that deletes, one by one, all at once, by force or with the namespace, is held too', async () => {
    await make('gone');
    const id = heldAs(await alice('DELETE', at('gone')));
    expect((await story.card(id)).shown).toContain('Deletes Ingress gone');
    const all = await admin().send('DELETE', `${front}?fieldSelector=metadata.name=gone`);
    expect(all.status).toBe(403);
    const space = await admin().send('DELETE', '/api/v1/namespaces/shop-front');
    expect(space.status).toBe(403);
    expect(JSON.stringify(space.body)).toContain('holds objects that Hallpass protects');
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'approved');
    expect((await alice('DELETE', at('gone'))).status).toBe(200);
    await story.reaches(id, 'completed');
  });

  it('in an older version of its API is the same write', async () => {
    await make('older');
    const id = heldAs(await addPath(alice, 'older', '/beta'));
    const older = '/apis/networking.k8s.io/v1beta1/namespaces/shop-front/ingresses/older';
    const patch = [
      {
        op: 'add',
        path: '/spec/rules/0/http/paths/-',
        value: { path: '/beta', pathType: 'Prefix', backend: { serviceName: 'web', servicePort: 80 } },
      },
    ];
    expect(heldAs(await alice('PATCH', older, patch, 'json-patch'))).toBe(id);
  });

  it('by Hallpass itself passes: a temporary change of the same object is made and taken back', async () => {
    await make('ours');
    const id = await story.ask(
      '/jit request change add ours.acme.test/beta=web:80 shop-front/ours for 5s because QA tries it',
    );
    await story.approve(id, ['U0BOB']);
    await story.reaches(id, 'active');
    expect(await live('ours')).toContain('/beta');
    await story.reaches(id, 'revoked');
    expect(await live('ours')).not.toContain('/beta');
    const left = await admin().send('GET', '/api/v1/namespaces/hallpass-markers/configmaps');
    expect(JSON.stringify(left.body)).not.toContain('"pass-');
  });
});
