import { describe, expect, it } from 'vitest';
import { keys } from '#adapters/redis/keys.ts';
import { personId, type RequestId } from '#domain/ids.ts';
import { overHttp } from '#local/ways-in.ts';
import { changeStoryOf, core, ingressNamed, oneYes } from './change-story.ts';
import { clickOf } from './clicks.ts';
import { companyFor } from './company.ts';
import { storyOf, writeRules } from './story.ts';

const alice = personId.parse('U0ALICE');
/** Nine levels, nine of the level below in each: a billion when written out. */
const bomb = `a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n${Array.from(
  { length: 9 },
  (_, level) => `a${level + 1}: &a${level + 1} [${Array.from({ length: 9 }, () => `*a${level}`).join(', ')}]`,
).join('\n')}\n`;

describe('what nobody’s Slack client would send about changes, over signed HTTP', () => {
  const company = companyFor((slack) => overHttp(slack), { prepare: (stand) => writeRules(stand, oneYes) });
  const story = storyOf(company);
  const { text, ingress, add, backend, edit, sendForm } = changeStoryOf(company, story);
  const filed = () => story.redis().zcard(keys.person(alice));

  const why = (person: string, act: string, value: string, reason = 'because'): Record<string, unknown> => {
    const { actions: _, ...basics } = clickOf(person, 'none', 'none');
    return {
      ...basics,
      type: 'view_submission',
      view: {
        id: `V0${person}${act}`,
        type: 'modal',
        callback_id: 'hallpass_why_form',
        private_metadata: JSON.stringify({ act, value }),
        state: { values: { 'reason|': { hallpass_field_reason: { value: reason } } } },
      },
    };
  };

  it('forms with manifests and patches that nobody should try are refused with a reason, and file nothing', async () => {
    const path = await ingress('form');
    const before = [await text(path), await filed()];
    const manifests = (count: number, name = (index: number) => `many-${index}`): string =>
      Array.from({ length: count }, (_, index) => JSON.stringify(ingressNamed(name(index)))).join('\n---\n');
    const patched = (patch: unknown) => ({
      profile: 'ingresses',
      edit: 'patch',
      object: 'form',
      patch: typeof patch === 'string' ? patch : JSON.stringify(patch),
    });
    const manifest = (written: string) => ({ profile: '+', edit: 'manifest', manifest: written });
    const elsewhere = ingressNamed('elsewhere');
    const forms: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['a hundred documents', manifest(manifests(100))],
      ['the same object twice', manifest(manifests(2, () => 'twice'))],
      ['a bomb', manifest(bomb)],
      ['a bomb as a patch', patched(bomb)],
      ['nested too deeply', manifest(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)],
      ['far too long', manifest(`a: "${'x'.repeat(200_000)}"`)],
      ['a tag', manifest('!!js/function "function () {}"')],
      ['a prototype', patched('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}')],
      [
        'another namespace',
        manifest(JSON.stringify({ ...elsewhere, metadata: { name: 'x', namespace: 'kube-system' } })),
      ],
      ['a Secret', manifest('{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}')],
      [
        'a ClusterRole',
        manifest('{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "x"}}'),
      ],
      [
        'a field that the API server does not know, beside one that it does',
        patched({ metadata: { labels: { a: 'b' } }, spec: { ingresClassName: 'nginx' } }),
      ],
      ['its uid', patched([{ op: 'replace', path: '/metadata/uid', value: '00000000-0000-4000-8000-000000000000' }])],
      ['its name', patched([{ op: 'replace', path: '/metadata/name', value: 'other' }])],
      ['its namespace', patched({ metadata: { namespace: 'kube-system' } })],
      ['its version', patched([{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }])],
      ['its owners', patched({ metadata: { managedFields: [{}] } })],
      ['its finalizers', patched({ metadata: { finalizers: ['acme.test/held'] } })],
      [
        'a copy of itself',
        patched(Array.from({ length: 500 }, () => ({ op: 'copy', from: '', path: '/metadata/annotations' }))),
      ],
      ['our labels', patched({ metadata: { labels: { 'app.kubernetes.io/managed-by': 'hallpass' } } })],
      ['no patch', patched('')],
      ['no object', { profile: 'ingresses', edit: 'patch', object: '../../x', patch: '{}' }],
      ['no such sort', { profile: 'secrets', edit: 'delete', object: 'form' }],
      ['no such edit', { profile: 'ingresses', edit: 'constructor', object: 'form' }],
      [
        'a port that is none',
        {
          profile: 'ingresses',
          edit: 'add-path',
          object: 'form',
          host: 'a',
          path: '/',
          service: 'x',
          port: '99999999',
        },
      ],
    ];
    for (const [name, fields] of forms) {
      const { status, ack, milliseconds } = await sendForm(fields);
      expect(status, name).toBe('acknowledged');
      expect(milliseconds, name).toBeLessThan(3_000);
      const { response_action: action, errors } = ack as { response_action: string; errors: Record<string, string> };
      expect(action, `${name}: ${JSON.stringify(ack)}`).toBe('errors');
      for (const said of Object.values(errors)) {
        expect(said.length, name).toBeGreaterThan(15);
        expect(said, name).not.toMatch(/something on our side|undefined|\[object/);
      }
    }
    expect([await text(path), await filed()]).toEqual(before);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(await text(`${core}/events`)).not.toContain('many-');
  });

  it('looks at all of it with a strange value, or by a stranger, show nothing and count for nothing', async () => {
    await ingress('looked-at');
    const id = await add('looked-at', '10m');
    const { slack } = company();
    const values = ['', 'x', '2222-22.1', `${id}.0`, `${id}.2`, `${id}.999999`, `${id}.1.1`, `${id}`, '__proto__.1'];
    for (const value of values)
      for (const person of ['U0BOB', 'U0FRANK', 'U0TESS', 'U0NOBODY'])
        expect((await slack.sendRaw(clickOf(person, 'hallpass_whole', value))).status).not.toBe('unreachable');
    for (const page of ['1', '999999', '-1', '1e3', 'x'])
      for (const metadata of ['', '{}', JSON.stringify({ id, revision: 1, page: 7 }), '[]', 'null']) {
        const { status } = await slack.sendRaw({
          ...clickOf('U0FRANK', 'hallpass_next_page', page),
          view: { id: 'V0FORGED', private_metadata: metadata },
        });
        expect(status).not.toBe('unreachable');
      }
    expect(await story.events(id)).toEqual(['submitted']);
    // An outsider who opens the real card's diff is told what somebody is told who asks for what is not there.
    await slack.as('U0FRANK').command(`/jit show ${id}`);
    expect(story.answerTo('U0FRANK')).toContain('no request');
    expect(story.answerTo('U0FRANK')).not.toContain('looked-at');
  });

  it('settling by the requester, by an outsider, or where there is nothing to settle records nothing', async () => {
    const { slack } = company();
    const path = await ingress('settled');
    const id = await backend('settled', 'postgres', '4s');
    const others = ['U0ALICE', 'U0FRANK', 'U0TESS', 'U0NOBODY', 'U0DAN', ''];
    const othersTry = () =>
      Promise.all(
        others.flatMap((person) =>
          ['keep', 'restore', 'approve', 'settle', '__proto__'].map((act) =>
            slack.sendRaw(why(person, act, `${id}.1`)),
          ),
        ),
      );
    const bobTries = async (): Promise<void> => {
      for (const act of ['keep', 'restore']) {
        const { ack } = await slack.sendRaw(why('U0BOB', act, `${id}.1`));
        expect(JSON.stringify(ack)).toContain('errors');
      }
    };
    await othersTry();
    await bobTries();
    expect(await story.events(id)).toEqual(['submitted']);
    await story.press('U0BOB', 'approve', id);
    await story.reaches(id, 'active');
    await othersTry();
    await bobTries();
    expect(await story.events(id)).toEqual(['submitted', 'voted', 'approved', 'activated']);
    await edit(path, (body) => body.replaceAll('"name":"postgres"', '"name":"third"'));
    const isInConflict = async (which: RequestId) => 'conflict' in (await story.chain(which)).request.state;
    await story.until('a conflict', () => isInConflict(id));
    const events = await story.events(id);
    await othersTry();
    await slack.sendRaw(why('U0BOB', 'keep', `${id}.1`, '   '));
    await slack.sendRaw(why('U0BOB', 'keep', `${id}.1`, 'x'.repeat(100_000)));
    await slack.sendRaw(why('U0BOB', 'keep', '2222-22.1'));
    expect(await story.events(id)).toEqual(events);
    expect(await text(path)).toContain('"third"');
    // Twice at once is once.
    await Promise.all(['keep', 'restore', 'keep'].map((act) => slack.sendRaw(why('U0BOB', act, `${id}.1`))));
    await story.reaches(id, 'revoked');
    expect((await story.events(id)).filter((type) => type === 'settled')).toHaveLength(1);
  });
});
