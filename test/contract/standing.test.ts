import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeys } from '#adapters/keys/keys.ts';
import { personId, requestId } from '#domain/ids.ts';
import type { Manifest } from '#domain/plan.ts';
import { type Stamp, stamped } from '#domain/request/stamp.ts';
import { install } from '#local/shop/install.ts';
import { type Stand, startStand } from '#local/stand.ts';
import { standing } from '#src/commands/standing.ts';
import { environmentFor, runCli } from '#test/contract/parts/operator.ts';

const rbac = 'rbac.authorization.k8s.io/v1';
const object = (kind: string, name: string, namespace: string | undefined, rest: object): Manifest => ({
  apiVersion: rbac,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  ...rest,
});
const binding = (name: string, namespace: string | undefined, role: [kind: string, name: string], subject: object) =>
  object(namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding', name, namespace, {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role[0], name: role[1] },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', ...subject }],
  });
const user = (name: string) => ({ kind: 'User', name });

const stampFor = (until: string): Stamp => ({
  cluster: 'shop',
  request: requestId.parse('k7m2-qx'),
  revision: 1,
  requester: personId.parse('U0ALICE'),
  approvers: [personId.parse('U0BOB')],
  startedAt: Temporal.Instant.from('2026-03-02T12:00:00Z'),
  expiresAt: Temporal.Instant.from(until),
  seal: 's',
});

let stand: Stand;
let environment: Record<string, string>;
const admin = (): string => `--kubeconfig=${stand.kubeconfig('admin')}`;

beforeAll(async () => {
  stand = await startStand();
  environment = environmentFor(stand.config('worker'));
  const keys = createKeys(stand.config('worker').keys, ['worker']);
  if (!keys.ok) throw new Error(keys.error.join('\n'));
  const grant = binding('hallpass-k7m2-qx-0', 'shop-front', ['ClusterRole', 'ingress-all'], user('gina@acme.test'));
  const ingressRules = (verbs: string[], resourceNames?: string[]) => ({
    rules: [
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs, ...(resourceNames && { resourceNames }) },
    ],
  });
  await install(stand.admin, [
    object('ClusterRole', 'ingress-all', undefined, ingressRules(['*'])),
    object('Role', 'one-ingress', 'shop-front', ingressRules(['get', 'update'], ['shop'])),
    binding('platform-ingress', undefined, ['ClusterRole', 'ingress-all'], { kind: 'Group', name: 'platform' }),
    binding('bob-ingress', 'shop-front', ['ClusterRole', 'ingress-all'], user('bob@acme.test')),
    binding('bob-ingress', 'shop-payments', ['ClusterRole', 'ingress-all'], user('bob@acme.test')),
    binding('dan-one', 'shop-front', ['Role', 'one-ingress'], user('dan@acme.test')),
    binding('nothing', 'shop-front', ['Role', 'gone'], user('frank@acme.test')),
    binding('escape', 'shop-front', ['ClusterRole', 'ingress-all'], user('eve\u001b[2J\nFAKE')),
    stamped(grant, stampFor('2036-03-02T13:00:00Z'), keys.value.signer('worker')),
    stamped(
      binding('hallpass-k7m2-qx-1', 'shop-payments', ['ClusterRole', 'ingress-all'], user('gina@acme.test')),
      stampFor('2026-03-02T13:00:00Z'),
      keys.value.signer('worker'),
    ),
    {
      ...binding('forged', 'shop-front', ['ClusterRole', 'ingress-all'], user('frank@acme.test')),
      metadata: { name: 'forged', namespace: 'shop-front', labels: { 'app.kubernetes.io/managed-by': 'hallpass' } },
    },
  ]);
}, 60_000);
afterAll(() => stand?.stop());

const lines = async (...words: string[]): Promise<readonly string[]> => {
  const answer = await standing([admin(), ...words], environment);
  expect(answer.errors ?? []).toEqual([]);
  expect(answer.status).toBe(0);
  return answer.out ?? [];
};
const cells = (found: readonly string[]): readonly (readonly string[])[] =>
  found.filter((line) => /^(all|\d+ of \d+) /.test(line)).map((line) => line.split(/ {2,}/));

describe('who holds what without asking', () => {
  it('stands in a table, the most first, with the binding that gives it', async () => {
    const found = cells(await lines('--profile=ingress-view'));
    expect(found).toEqual([
      [
        'all',
        'ingress-view',
        'Group platform',
        'any namespace',
        'ClusterRoleBinding platform-ingress (ClusterRole ingress-all)',
      ],
      [
        'all',
        'ingress-view',
        'User bob@acme.test',
        'shop-front, shop-payments',
        'RoleBinding bob-ingress (ClusterRole ingress-all)',
      ],
      [
        'all',
        'ingress-view',
        'User alice@acme.test',
        'shop-front',
        'RoleBinding ingress-editors (Role ingress-editors)',
      ],
      ['all', 'ingress-view', 'User eve[U+001B][2J FAKE', 'shop-front', 'RoleBinding escape (ClusterRole ingress-all)'],
      ['all', 'ingress-view', 'User frank@acme.test', 'shop-front', 'RoleBinding forged (ClusterRole ingress-all)'],
      [
        '1 of 2',
        'ingress-view',
        'User dan@acme.test',
        'shop-front',
        'RoleBinding dan-one (Role one-ingress); has only: get ingresses.networking.k8s.io only of shop',
      ],
    ]);
  });

  it('is what the authorizer says', async () => {
    for (const { binding: name, subject } of [
      { binding: 'bob-ingress', subject: 'bob@acme.test' },
      { binding: 'nothing', subject: 'nobody@acme.test' },
    ]) {
      const { body } = await stand.admin.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: {
          user: subject,
          resourceAttributes: {
            verb: 'update',
            group: 'networking.k8s.io',
            resource: 'ingresses',
            namespace: 'shop-payments',
          },
        },
      });
      const holds = cells(await lines('--profile=ingress-edit', '--namespace=shop-payments')).some(
        (row) => row[2] === `User ${subject}` && row[4]?.includes(name),
      );
      expect(body).toMatchObject({ status: { allowed: holds } });
    }
  });

  it('leaves grants apart that Hallpass ends, but only those that it made', async () => {
    const found = await lines();
    expect(found).toContain(
      '  k7m2-qx: User gina@acme.test by RoleBinding shop-front/hallpass-k7m2-qx-0 until 2036-03-02T13:00:00Z',
    );
    expect(found).toContainEqual(
      expect.stringMatching(/hallpass-k7m2-qx-1 over since 2026-03-02T13:00:00Z, but still there/),
    );
    expect(cells(found).some((row) => row[2] === 'User gina@acme.test')).toBe(false);
    expect(found.join('\n')).toMatch(/no stamp of a trusted worker’s key.*\n {2}RoleBinding shop-front\/forged/);
    const { HALLPASS_KEYS: _, ...keyless } = environment;
    const untold = (await standing([admin()], keyless)).out?.join('\n') ?? '';
    expect(untold).toContain('cannot be told without its keys and the cluster’s name');
    expect(untold).toMatch(/all +ingress-view +User gina@acme\.test/);
  });

  it('folds what the cluster itself and Hallpass hold into one line, unless all is wanted', async () => {
    const folded = await lines();
    expect(folded.filter((line) => line.includes('Group system:masters'))).toHaveLength(1);
    expect(cells(folded).some((row) => row[2]?.includes('system:'))).toBe(false);
    const whole = await lines('--all');
    expect(cells(whole).some((row) => row[2] === 'Group system:masters' && row[0] === 'all')).toBe(true);
    expect(cells(whole).some((row) => row[2] === 'ServiceAccount hallpass/hallpass-worker')).toBe(true);
  });

  it('is JSON for machines, with what is missing', async () => {
    const { clusters } = JSON.parse(
      (await lines('--json', '--profile=ingress-edit', '--namespace=shop-front')).join(''),
    );
    const dan = clusters[0].holdings.find((one: { subject: { name: string } }) => one.subject.name === 'dan@acme.test');
    expect(dan).toMatchObject({ extent: 'part', system: false, by: [{ binding: 'RoleBinding dan-one' }] });
    expect(dan.held).toContainEqual({ right: 'update ingresses.networking.k8s.io', in: 'requested', names: ['shop'] });
    expect(dan.missing).toContainEqual({ right: 'delete ingresses.networking.k8s.io', in: 'requested' });
    expect(clusters[0].grants).toEqual([
      {
        binding: 'RoleBinding shop-front/hallpass-k7m2-qx-0',
        subjects: ['User gina@acme.test'],
        request: 'k7m2-qx',
        expiresAt: '2036-03-02T13:00:00Z',
      },
    ]);
  });
});

describe('what is asked wrongly', () => {
  const says = async (words: readonly string[], changed: Readonly<Record<string, string>> = {}) => {
    const { status, errors } = await standing(words, { ...environment, ...changed });
    return { status, errors: errors?.join('\n') };
  };

  it.each([
    ['an unknown flag', ['--whose'], 'There is no flag "--whose". Flags: --cluster <value>'],
    ['a flag without its value', ['--namespace'], '--namespace lacks its value'],
    ['a value for a switch', ['--json=yes'], '--json takes no value'],
    ['a flag twice', ['--profile=a', '--profile=b'], '--profile is there twice'],
    ['a word', ['everything'], '"everything" is not understood'],
  ])('%s is not understood', async (_, words, why) => {
    expect(await says(words)).toEqual({ status: 2, errors: expect.stringContaining(why) });
  });

  it.each([
    ['a profile that is not there', ['--profile=root'], 'There is no access profile "root".'],
    ['a profile of another kind', ['--profile=deployments'], 'There is no access profile "deployments".'],
    ['a cluster that is not there', ['--cluster=prod'], 'There is no cluster "prod". HALLPASS_CLUSTERS names shop.'],
    ['a kubeconfig that is not there', ['--kubeconfig=/nowhere'], 'no usable credentials: ENOENT'],
  ])('%s is a problem', async (_, words, why) => {
    expect(await says(words)).toEqual({ status: 1, errors: expect.stringContaining(why) });
  });

  it('a namespace or a context that is not there is a problem', async () => {
    expect(await says([admin(), '--namespace=nowhere'])).toEqual({
      status: 1,
      errors: 'Cluster "shop" has no namespace "nowhere".',
    });
    expect((await says([`${admin()}#elsewhere`])).errors).toContain(
      'has no context "elsewhere". It has: "hallpass-local"',
    );
  });

  it('whoever may not list roles and bindings is told which, and what to do', async () => {
    const { status, errors } = await says([], {
      HALLPASS_ROLE: 'bot',
      HALLPASS_WORKER_CLUSTERS: environment.HALLPASS_CLUSTERS ?? '',
    });
    expect(status).toBe(1);
    expect(errors).toContain('clusterrolebindings, clusterroles, rolebindings, roles');
    expect(errors).toContain('--kubeconfig <path>[#context]');
  });

  it('a kubeconfig is enough beside the policy; without a policy that is said', async () => {
    const { HALLPASS_POLICY = '' } = environment;
    const alone = await standing([admin(), '--profile=ingress-view'], { HALLPASS_POLICY });
    expect(alone.errors).toEqual([]);
    // Without a name of the cluster no stamp can be believed, whatever the keys.
    const { HALLPASS_KEYS = '' } = environment;
    const nameless = (await standing([admin()], { HALLPASS_POLICY, HALLPASS_KEYS })).out?.join('\n');
    expect(nameless).toContain('cannot be told without its keys and the cluster’s name');
    const named = (await standing([admin(), '--cluster=shop'], { HALLPASS_POLICY, HALLPASS_KEYS })).out?.join('\n');
    expect(named).toContain('k7m2-qx: User gina@acme.test by RoleBinding shop-front/hallpass-k7m2-qx-0');
    expect(cells(alone.out ?? []).length).toBeGreaterThan(3);
    expect((await standing([admin()], {})).errors?.join()).toContain('HALLPASS_POLICY is not set.');
    expect((await standing([], { HALLPASS_POLICY })).errors?.join()).toMatch(
      /^HALLPASS_CLUSTERS is not set.*--kubeconfig/,
    );
  });

  it('a cluster that does not answer is said within seconds, beside what the others say', async () => {
    const dead = stand.plane.kubeconfig().replace(/server: .*/, 'server: https://127.0.0.1:1');
    writeFileSync(`${stand.folder}/dead.kubeconfig`, dead);
    const both = `shop=${stand.kubeconfig('admin')},dead=${stand.folder}/dead.kubeconfig`;
    const answer = await standing([], { ...environment, HALLPASS_CLUSTERS: both, HALLPASS_WORKER_CLUSTERS: both });
    expect(answer.status).toBe(1);
    expect(answer.errors).toEqual([expect.stringContaining('Cluster "dead" could not list')]);
    expect(cells(answer.out ?? []).length).toBeGreaterThan(3);
    expect((await says([admin()], { HALLPASS_CLUSTERS: both, HALLPASS_WORKER_CLUSTERS: both })).errors).toContain(
      'Say with --cluster which',
    );
  });
});

it('the command line answers as a process', async () => {
  const { HALLPASS_POLICY = '' } = environment;
  const ran = await runCli(['standing', admin(), '--profile', 'ingress-view'], { HALLPASS_POLICY });
  expect(ran).toMatchObject({ status: 0, errors: '' });
  expect(ran.out).toContain('User bob@acme.test');
  expect(await runCli(['standing', '--what'])).toMatchObject({ status: 2, out: '' });
});
