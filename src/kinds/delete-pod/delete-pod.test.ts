import { describe, expect, test } from 'vitest';
import { requestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import { deletePodOver, podOf, podSecret } from '#test/build/pods.ts';
import { deletePod } from './delete-pod.ts';

const kind = deletePodOver();
const made = '2026-11-20T10:00:05Z';
const live = (name: string, parts: Parameters<typeof podOf>[1] = {}): Manifest =>
  podOf(name, { ...parts, metadata: { uid: `uid of ${name}`, creationTimestamp: made, ...parts.metadata } });

const words = (typed: readonly string[], objects: readonly string[], over = kind): Json => {
  const read = over.fromWords(typed, objects);
  if (!read.ok) throw new Error(read.error);
  return read.value;
};
const plan = (ask: Json, cluster: readonly Manifest[]) => {
  const looks = kind.look(ask, 'shop');
  if (!looks.ok) throw new Error(looks.error);
  const seen = looks.value.map((look) =>
    look.type === 'list' ? cluster : cluster.filter(({ metadata }) => metadata.name === look.target.name),
  );
  const request = requestId.parse('k7m2-qx');
  return kind.plan(ask, { request, namespace: 'shop', identity: { user: '', groups: [] }, seen });
};
const planned = (ask: Json, cluster: readonly Manifest[]) => {
  const made = plan(ask, cluster);
  if (!made.ok) throw new Error(made.error);
  return made.value;
};
const one = { profile: 'pods', pods: ['web-0'] };

describe('asked for', () => {
  test('names pods behind the namespace, each once and in order', () => {
    expect(words([], ['web-1', 'web-0', 'web-1'])).toEqual({ profile: 'pods', pods: ['web-0', 'web-1'] });
    expect(words(['pods'], ['web-0'])).toEqual(one);
  });

  test.each([
    [[], [], 'Say which pods, behind their namespace: shop-front/web-0,web-1.'],
    [['now', 'please'], ['web-0'], 'Say which pods'],
    [['nodes'], ['web-0'], 'There is no profile "nodes".'],
    [[], ['Web_0'], '"Web_0" is not the name of a pod'],
    [[], Array.from({ length: 21 }, (_, index) => `web-${index}`), 'at most 20 pods; split it'],
  ])('refuses the words %j with the pods %j', (typed, objects, says) => {
    expect(kind.fromWords(typed, objects)).toMatchObject({ error: expect.stringContaining(says) });
  });

  test('by its form, which offers no names: the bot lists no pods', () => {
    const fields = kind.fields({}, ['pods']);
    expect(fields.map(({ name, input }) => [name, input.type])).toEqual([
      ['profile', 'choice'],
      ['pods', 'names'],
    ]);
    expect(kind.fromForm({ profile: ['pods'], pods: ['web-0, web-1'] })).toEqual({
      ok: true,
      value: { profile: 'pods', pods: ['web-0', 'web-1'] },
    });
    expect(kind.fromForm({ profile: ['pods'] })).toMatchObject({ error: expect.stringContaining('at least one pod') });
  });

  test('for those alone that were made before a moment', () => {
    const ended = Temporal.Instant.from('2026-11-20T12:00:00.75Z');
    expect(kind.endsPods?.(['web-1', 'web-0', 'web-1'], ended)).toEqual({
      asks: [
        {
          pods: ['web-0', 'web-1'],
          ask: { profile: 'pods', pods: ['web-0', 'web-1'], madeBefore: '2026-11-20T12:00:00Z' },
        },
      ],
      leftOut: [],
    });
    expect(kind.describe({ ...one, madeBefore: 'noon' })).toMatchObject({
      error: expect.stringContaining('not a moment'),
    });
  });
});

test('pods that are too many for one ask are not refused: they are in as many as it takes', () => {
  const names = Array.from({ length: 41 }, (_, index) => `web-${index}`);
  const { asks = [], leftOut } = kind.endsPods?.([...names, 'No_Pod'], Temporal.Instant.from(made)) ?? {};
  expect(asks.map(({ pods }) => pods.length)).toEqual([20, 20, 1]);
  expect(asks.flatMap(({ pods }) => pods).sort()).toEqual(names.sort());
  for (const { ask } of asks) expect(kind.describe(ask)).toMatchObject({ ok: true });
  expect(leftOut).toEqual(['No_Pod']);
});

describe('described', () => {
  test('says what it does, and what does not hold it back', () => {
    expect(kind.describe(one)).toMatchObject({
      value: {
        profiles: ['pods'],
        title: 'Delete pod web-0',
        objects: ['web-0'],
        powers: ['End pod web-0, with whatever is open in it'],
        cautions: [expect.stringContaining('PodDisruptionBudget'), expect.stringContaining('its own time to end')],
      },
    });
    const two = { profile: 'pods', pods: ['a', 'b'] };
    expect(kind.describe(two)).toMatchObject({ value: { title: 'Delete 2 pods' } });
    expect(kind.describe({ ...two, madeBefore: '2026-11-20T12:00:00Z' })).toMatchObject({
      value: {
        title: 'Delete up to 2 pods',
        powers: [
          'End pods a, b, with whatever is open in them',
          'No pod that was made after 2026-11-20 12:00:00 UTC, whatever its name',
        ],
      },
    });
  });
});

/** As a kubelet writes down what it runs by itself. */
const mirrorOf = (name: string, owner?: string): Manifest =>
  live(name, {
    ...(owner === undefined ? {} : { owner }),
    metadata: { annotations: { 'kubernetes.io/config.mirror': '5d41402abc4b2a76b9719d911017c592' } },
  });

describe('planned', () => {
  test('says of each pod how it is and what makes it again, and how many are left', () => {
    const cluster = [
      live('web-0', { owner: 'StatefulSet/web', grace: 600 }),
      live('web-1', { owner: 'StatefulSet/web' }),
      live('web-2', { owner: 'StatefulSet/web', ready: false }),
      live('api-x', { owner: 'ReplicaSet/api' }),
    ];
    const { edits, notes, cautions, create } = planned(one, cluster);
    expect(create).toEqual([]);
    expect(edits).toEqual([
      { op: 'delete', target: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-0' } },
    ]);
    expect(notes).toEqual([
      'web-0: Running, ready, on node-1, since 2026-11-20 10:00:05 UTC, has 10m to end. StatefulSet web makes another one of its name.',
      '1 of the 2 ready pods of StatefulSet web is left until another one is ready.',
    ]);
    expect(cautions).toEqual([]);
  });

  test('warns where nothing makes it again, and where no ready one is left', () => {
    const cluster = [live('alone', { node: '' }), live('web-0', { owner: 'ReplicaSet/web' })];
    const { notes, cautions } = planned({ profile: 'pods', pods: ['alone', 'web-0'] }, cluster);
    expect(notes).toContain(
      'alone: Running, ready, on no node yet, since 2026-11-20 10:00:05 UTC. Nothing makes it again: it is gone.',
    );
    expect(cautions).toEqual([
      'Nothing makes pod alone again: whoever needs it has to make it anew.',
      'No ready pod of ReplicaSet web is left: what it does is down until another one is ready.',
    ]);
  });

  test.each([
    ['DaemonSet/agent', 'DaemonSet agent makes another one on the same node.'],
    ['Job/import', 'Job import makes another one, unless it is done.'],
    ['Rollout/web', 'Rollout web has it, and may make another one.'],
    ['all is fine:/go "on".', '"all is fine:" "go ’’on’’." has it, and may make another one.'],
  ])('of %s', (owner, says) => {
    expect(planned(one, [live('web-0', { owner })]).notes[0]).toContain(says);
  });

  test.each([
    ['is not there', [], 'There is no pod web-0 in shop. Check the name and the namespace.'],
    ['is going', [live('web-0', { metadata: { deletionTimestamp: made } })], 'is being deleted already. Leave it out.'],
    ['is its node’s own', [mirrorOf('web-0', 'Node/node-1')], 'deleting it here ends nothing'],
    ['is its node’s own, as old ones say it', [mirrorOf('web-0')], 'deleting it here ends nothing'],
    ['cannot be read', [{ ...live('web-0'), spec: 'odd' }], 'Pod web-0 cannot be read'],
  ])('refuses a pod that %s', (_, cluster, says) => {
    expect(plan(one, cluster)).toMatchObject({ error: expect.stringContaining(says) });
  });

  test('leaves out what is not meant any more, and refuses where nothing is left', () => {
    const ask = { profile: 'pods', pods: ['going', 'gone', 'new', 'old'], madeBefore: '2026-11-20T12:00:00Z' };
    const others = [
      live('going', { metadata: { deletionTimestamp: made } }),
      live('new', { owner: 'StatefulSet/new', metadata: { creationTimestamp: '2026-11-20T12:00:00Z' } }),
    ];
    const { edits, notes } = planned(ask, [...others, live('old', { owner: 'StatefulSet/old' })]);
    expect(edits).toMatchObject([{ target: { name: 'old' } }]);
    const spared = [
      'Pod going is being deleted already.',
      'Pod gone is gone.',
      'Pod new was made anew since: it is another one.',
    ];
    expect(notes.slice(-3)).toEqual(spared);
    expect(plan(ask, others)).toEqual({
      ok: false,
      error: `Nothing is open in these pods any more. ${spared.join(' ')} Pod old is gone.`,
    });
  });

  test('takes no pod for its node’s own by its owner alone, which whoever makes a pod may write', () => {
    const { edits, notes } = planned(one, [live('web-0', { owner: 'Node/node-1' })]);
    expect(edits).toHaveLength(1);
    expect(notes[0]).toContain('Node node-1 has it, and may make another one.');
  });

  test('does not say that nothing is open in a pod that is being deleted and has long to end', () => {
    const ask = { profile: 'pods', pods: ['web-0'], madeBefore: '2026-11-20T12:00:00Z' };
    // As `kubectl delete pod --grace-period=1000000` leaves it, with any shell in it open.
    const going = (deletionGracePeriodSeconds?: number) =>
      live('web-0', {
        grace: 600,
        metadata: {
          deletionTimestamp: made,
          ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
        },
      });
    const left =
      'Pod web-0 is being deleted already, and has 11d13h46m40s to end: what is open in it may go on until then.';
    expect(plan(ask, [going(1_000_000)])).toEqual({ ok: false, error: `Nothing is left to be deleted. ${left}` });
    expect(plan(one, [going(1_000_000)])).toEqual({ ok: false, error: `${left} Leave it out.` });
    expect(plan(ask, [going(2 ** 63)])).toMatchObject({ error: expect.stringContaining('may go on until then') });
    expect(plan(ask, [going()])).toMatchObject({ error: expect.stringContaining('and has 10m to end') });
    expect(plan(ask, [going(30)])).toEqual({
      ok: false,
      error: 'Nothing is open in these pods any more. Pod web-0 is being deleted already.',
    });
  });

  test('looks at pods that are not to be written, so that no number in one keeps it from being deleted', () => {
    expect(kind.look(one, 'shop')).toMatchObject({ value: [{ type: 'list' }, { type: 'object', onlyToLook: true }] });
  });

  test('one pod with no end of time to end keeps nobody from deleting others', () => {
    // As JavaScript reads 9223372036854775807, which an API server takes (seen on 1.20.2).
    const cluster = [live('web-0'), live('endless', { grace: 2 ** 63 })];
    expect(planned(one, cluster).notes).toEqual([expect.stringContaining('web-0: Running')]);
    expect(planned({ profile: 'pods', pods: ['endless'] }, cluster).notes[0]).toMatch(/has 104249991374d\S+ to end/);
  });

  test('tells nothing of what a pod runs', () => {
    expect(JSON.stringify(planned(one, [live('web-0')]))).not.toContain(podSecret);
  });
});

describe('configured', () => {
  test('by at least one profile, each with a name of its own', () => {
    expect(deletePod.configure({ profiles: [] }).ok).toBe(false);
    const twice = [1, 2].map((nth) => ({ name: 'pods', title: `Pods ${nth}` }));
    expect(deletePod.configure({ profiles: twice })).toMatchObject({
      error: [{ path: ['profiles', 1, 'name'], message: expect.stringContaining('there twice') }],
    });
  });

  test('lets the worker make and change no pod', () => {
    expect(kind.permissions.namespaced).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'delete'] },
    ]);
  });
});
