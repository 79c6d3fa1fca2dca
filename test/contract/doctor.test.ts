import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { noPassword, redisAcl } from '#adapters/redis/acl.ts';
import { prepareAudit } from '#local/audit.ts';
import { freePort } from '#local/parts/daemon.ts';
import { type LocalRedis, startRedis } from '#local/parts/redis.ts';
import { install, readManifests } from '#local/shop/install.ts';
import { demoSeed } from '#local/slack/seed.ts';
import { createSocketLink, type SocketLink } from '#local/slack/socket-link.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { type Stand, startStand } from '#local/stand.ts';
import { checkAll } from '#src/commands/check-all.ts';
import { doctor } from '#src/commands/doctor.ts';
import { environmentFor, runCli } from '#test/contract/parts/operator.ts';

const routes = 'httproutes.gateway.networking.k8s.io';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
/** What the policy lets people change beside what Kubernetes has by itself: as much of Gateway API as it takes to be there. */
const gatewayRoutes = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: routes, annotations: { 'api-approved.kubernetes.io': 'unapproved, as much as a test wants' } },
  spec: {
    group: 'gateway.networking.k8s.io',
    scope: 'Namespaced',
    names: { plural: 'httproutes', singular: 'httproute', kind: 'HTTPRoute', listKind: 'HTTPRouteList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const hash = (password: string): string => createHash('sha256').update(password).digest('hex');
const password = 'a-password-of-the-bot';

let stand: Stand;
let slack: Workspace;
let link: SocketLink;
let guarded: LocalRedis;
let folder: string;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-doctor-'));
  const aclFile = join(folder, 'users.acl');
  const lesser = redisAcl({ bot: hash(password), worker: noPassword, guard: noPassword, watcher: noPassword })
    .split('\n')
    .filter((line) => line.startsWith('user hallpass-bot'))
    .join('')
    .replace('hallpass-bot', 'lesser')
    .replaceAll('+xadd', '');
  writeFileSync(
    aclFile,
    `${redisAcl({ bot: hash(password), worker: hash(password), guard: noPassword, watcher: hash(password) })}user admin on nopass ~* &* +@all\n${lesser}\n`,
  );
  [stand, guarded] = await Promise.all([startStand(), startRedis({ aclFile })]);
  await install(stand.admin, [gatewayRoutes]);
  slack = createWorkspace({ seed: demoSeed(), rates: 'off' });
  link = await createSocketLink(slack);
  const inbound = { type: 'socket', appToken: slack.state.app.appToken } as const;
  const config = stand.config('all', { apiUrl: link.slackApiUrl, port: 3_000, inbound });
  environment = { ...environmentFor(config), REDIS_URL: as('hallpass-bot') };
}, 90_000);
afterAll(async () => {
  await link?.stop();
  await Promise.all([stand?.stop(), guarded?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** What the guarded Redis says to one command of its administrator, as it comes. */
const redisSays = (...words: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(guarded.port, '127.0.0.1', () =>
      socket.write(`AUTH admin any\r\n${words.join(' ')}\r\nQUIT\r\n`),
    );
    let text = '';
    socket.on('error', reject);
    socket.on('data', (data) => {
      text += data.toString();
    });
    // The first +OK is of AUTH, the last of QUIT.
    socket.on('close', () => resolve(text.split('\r\n').slice(1, -2).join('\r\n')));
  });

const watching = '{hallpass}:watching:shop';
/** As a watcher of the cluster says, to which events come. */
beforeEach(async () => {
  await redisSays('SET', watching, String(Date.now()));
});

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0)) await one();
});

const as = (user: string, secret = password): string => `redis://${user}:${secret}@127.0.0.1:${guarded.port}`;
const isOldCluster = (): boolean => Number(stand.plane.version.split('.')[1]) < 25;

/** That a cluster is old is so on every machine that can only have an old one; and the bot's user may not see `appendfsync`. */
const always = /^(It runs Kubernetes|appendfsync is not for this user to see)/;

/** What is not as it should be, but for that. */
const found = async (changed: Readonly<Record<string, string>> = {}): Promise<readonly string[]> =>
  (await checkAll({ ...environment, ...changed }))
    .filter(({ finding }) => finding.type !== 'fine' && !always.test(finding.text))
    .map(({ about, finding }) => `${finding.type} ${about}: ${finding.text}`);

const wrongs = async (changed: Readonly<Record<string, string>> = {}): Promise<readonly string[]> =>
  (await found(changed)).filter((line) => line.startsWith('wrong'));

describe('where everything is as the manual says', () => {
  it('nothing is found, and everything has been looked at', async () => {
    expect(await found()).toEqual([]);
    const said = (await checkAll(environment)).map(({ about, finding }) => `${about}: ${finding.text}`).join('\n');
    for (const part of [
      'Settings: All are there. Role: all; clusters: shop; managed namespaces: shop-front, shop-payments, shop-dev, ingress-nginx.',
      'Policy: ',
      'has the keys of the bot and the worker',
      'Redis: Redis ',
      'It lets this user do all that the bot needs.',
      'SLACK_BOT_TOKEN is of the bot @hallpass (U0HALLPASS) in the workspace',
      'It has the 12 scopes that the bot needs, and no more.',
      'Channel C0APPROVALS is there, and Hallpass is in it.',
      'Group "platform" has ',
      'SLACK_APP_TOKEN opens connections',
      'Cluster shop, worker: There are the namespaces "hallpass", "hallpass-markers", "shop-front", "shop-payments", "shop-dev", "ingress-nginx".',
      'Cluster shop, worker: It holds all rights that it needs in the whole cluster (3), in "hallpass-markers" (10), in "shop-front" (69),',
      'Cluster shop, bot: Its clock agrees',
      'Audit events: They come from cluster shop: the use of grants is watched there.',
    ])
      expect(said).toContain(part);
  });

  it('it is so for each role by itself, which looks only at what is its own', async () => {
    const worker = await checkAll({ ...environment, HALLPASS_ROLE: 'worker', REDIS_URL: as('hallpass-worker') });
    expect(worker.filter(({ finding }) => finding.type === 'wrong')).toEqual([]);
    expect(worker.map(({ about }) => about)).not.toContain('Slack');
    const bot = await checkAll({ ...environment, HALLPASS_ROLE: 'bot' });
    expect(bot.filter(({ finding }) => finding.type === 'wrong')).toEqual([]);
    expect(bot.map(({ about }) => about)).not.toContain('Cluster shop, worker');
  });

  it('it is so with signed HTTP, of which it is said that it cannot be tried', async () => {
    const { SLACK_APP_TOKEN: _, ...others } = environment;
    const said = await checkAll({ ...others, SLACK_SIGNING_SECRET: slack.state.app.signingSecret });
    expect(said.filter(({ finding }) => finding.type === 'wrong')).toEqual([]);
    expect(said.map(({ finding }) => finding.text)).toContainEqual(
      expect.stringContaining('Slack sends signed HTTP. Whether it reaches the bot'),
    );
  });

  it('nothing is left behind in Redis', async () => {
    await redisSays('DEL', watching);
    await found();
    expect(await redisSays('DBSIZE')).toBe(':0');
  });
});

const setRedis = async (name: string, value: string, before: string): Promise<void> => {
  expect(await redisSays('CONFIG', 'SET', name, value)).toBe('+OK');
  undo.push(() => redisSays('CONFIG', 'SET', name, before));
};

describe('Redis', () => {
  it.each([
    ['maxmemory-policy', 'allkeys-lru', 'noeviction', 'wrong', 'Set "maxmemory-policy noeviction"'],
    ['appendonly', 'no', 'yes', 'wrong', 'Set "appendonly yes"'],
    ['hz', '10', '100', 'caution', 'Set "hz 100"'],
  ])('with %s %s is found', async (name, bad, good, type, remedy) => {
    await setRedis(name, bad, good);
    expect(await found()).toEqual([expect.stringMatching(new RegExp(`^${type} Redis: .*${remedy}`))]);
  });

  it('whose memory is nearly full, or quite, is found', async () => {
    const used = Number(/used_memory:(\d+)/.exec(await redisSays('INFO', 'memory'))?.[1]);
    await setRedis('maxmemory', String(Math.round(used * 1.2)), '0');
    expect(await found()).toEqual([expect.stringMatching(/^caution Redis: Redis uses .* \(maxmemory\)/)]);
    await setRedis('maxmemory', String(Math.round(used / 2)), '0');
    expect(await found()).toContainEqual(expect.stringMatching(/^wrong Redis: Redis has no memory left/));
  });

  it('with a user that may do anything shows how often it writes, and that is too much', async () => {
    await setRedis('appendfsync', 'everysec', 'always');
    expect(await found({ REDIS_URL: as('admin', 'any') })).toEqual([
      expect.stringContaining('appendfsync is "everysec"'),
      expect.stringContaining('Give each process a user that can do what it needs and no more'),
    ]);
  });

  it('with a user that lacks a right names the command and its key', async () => {
    expect(await found({ REDIS_URL: as('lesser') })).toEqual([
      expect.stringMatching(
        /^wrong Redis: Redis refuses its user what the bot needs: xadd \{hallpass\}:audit, xadd \{hallpass\}:cluster:\*, .*hallpass-bot/,
      ),
    ]);
    expect(await found({ REDIS_URL: as('hallpass-worker') })).toEqual([
      expect.stringMatching(/xgroup\|create \{hallpass\}:intake.* and \d+ more/),
    ]);
  });

  it('that goes away in the middle has nothing done to it', async () => {
    const proxy = createServer((client) => {
      const server = connect(guarded.port, '127.0.0.1');
      client.on('error', () => {}).on('close', () => server.destroy());
      server.on('error', () => {}).on('close', () => client.destroy());
      client.pipe(server);
      server.on('data', (data) => {
        client.write(data);
        if (data.includes('+QUEUED')) client.destroy();
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    undo.push(() => proxy.close());
    const { port } = proxy.address() as AddressInfo;
    expect(await found({ REDIS_URL: as('hallpass-bot').replace(/\d+$/, String(port)) })).toEqual([
      expect.stringMatching(/^wrong Redis: There was no answer at /),
    ]);
    expect(await redisSays('DBSIZE')).toBe(':1');
  });

  it.each([
    ['the wrong password', () => as('hallpass-bot', 'another-password'), 'WRONGPASS'],
    ['nobody there', () => `redis://hallpass-bot:${password}@127.0.0.1:1`, 'ECONNREFUSED'],
  ])('with %s is found, and no password is told', async (_, url, why) => {
    const [line = '', ...others] = await found({ REDIS_URL: url() });
    expect(others).toEqual([]);
    expect(line).toMatch(/^wrong Redis: .* at 127\.0\.0\.1:\d+ /);
    expect(line).toContain(why);
    expect(line).not.toContain('password@');
  });
});

describe('audit events', () => {
  it('that do not come, or no longer, are a caution with what to do; so is a sign that nobody can read', async () => {
    await redisSays('DEL', watching);
    expect(await found()).toEqual([
      'caution Audit events: No audit events come from cluster shop: the use of grants is not watched there. Run a watcher for it and have its API server send to it (docs/setup.md, "The watcher"). A managed API server cannot; then this stays so.',
    ]);
    await redisSays('SET', watching, String(Date.now() - 3_600_000));
    expect(await found()).toEqual([
      expect.stringMatching(/^caution Audit events: No audit events come .* The last came 1h\w* ago\. Look whether/),
    ]);
    await redisSays('SET', watching, 'soon');
    expect(await found()).toEqual([
      expect.stringMatching(
        /^caution Audit events: Whether audit events come from cluster shop cannot be told\. .*soon/,
      ),
    ]);
  });

  it('are told of by worker and bot, and not where Redis says nothing', async () => {
    const worker = await checkAll({ ...environment, HALLPASS_ROLE: 'worker', REDIS_URL: as('hallpass-worker') });
    const bot = await checkAll({ ...environment, HALLPASS_ROLE: 'bot' });
    for (const checked of [worker, bot])
      expect(checked.filter(({ about }) => about === 'Audit events')).toEqual([
        { about: 'Audit events', finding: { type: 'fine', text: expect.stringContaining('cluster shop') } },
      ]);
    const away = await checkAll({ ...environment, REDIS_URL: 'redis://127.0.0.1:1' });
    expect(away.map(({ about }) => about)).not.toContain('Audit events');
  });
});

describe('a watcher', () => {
  const its = async (): Promise<Record<string, string>> => {
    const keys = join(folder, 'watcher-keys');
    cpSync(stand.config('watcher').keys, keys, { recursive: true, dereference: true });
    for (const file of ['guard.key', 'shared']) rmSync(join(keys, file), { recursive: true });
    const { watcher } = await prepareAudit(folder, 'shop', 8_444);
    return {
      ...environment,
      HALLPASS_ROLE: 'watcher',
      HALLPASS_KEYS: keys,
      REDIS_URL: as('hallpass-watcher'),
      HALLPASS_AUDIT_CLUSTER: watcher.cluster,
      HALLPASS_AUDIT_CERTIFICATE: watcher.certificate,
      HALLPASS_AUDIT_TOKEN_FILE: watcher.tokenFile ?? '',
    };
  };

  it('with everything in its place has all looked at that is its own, and nothing else', async () => {
    const checked = await checkAll(await its());
    expect(checked.filter(({ finding }) => finding.type !== 'fine' && !always.test(finding.text))).toEqual([]);
    expect([...new Set(checked.map(({ about }) => about))]).toEqual([
      'Settings',
      'Policy',
      'Keys',
      'Redis',
      'Audit webhook',
    ]);
    const said = checked.map(({ about, finding }) => `${about}: ${finding.text}`).join('\n');
    expect(said).toContain('Role: watcher; audit events of cluster shop come to port 8444.');
    expect(said).toContain('has the keys of the watcher, and whom to trust.');
    expect(said).toContain('It lets this user do all that the watcher needs.');
    expect(said).toContain('The certificate is good for 29 days more, and for 127.0.0.1');
  });

  it('of another’s rights, with others’ keys, or with nothing set is told each thing', async () => {
    const own = await its();
    expect(await found({ ...own, REDIS_URL: as('hallpass-worker') })).toEqual([
      expect.stringMatching(/^wrong Redis: Redis refuses its user what the watcher needs: .*hallpass-watcher\.$/),
    ]);
    expect(await found({ ...own, HALLPASS_AUDIT_CLUSTER: 'stage' })).toEqual([
      expect.stringMatching(/^wrong Keys: This watcher is for cluster "stage", and its key \w+ is good for shop alone/),
    ]);
    const all = join(folder, 'all-keys');
    for (const from of [environment.HALLPASS_KEYS ?? '', own.HALLPASS_KEYS ?? ''])
      cpSync(from, all, { recursive: true });
    expect(await found({ ...own, HALLPASS_KEYS: all })).toEqual(
      ['bot.key', 'worker.key', 'secrets.key'].map((file) => expect.stringContaining(`${file}" belongs to the other`)),
    );
    const { HALLPASS_AUDIT_CERTIFICATE: _, HALLPASS_AUDIT_TOKEN_FILE: __, ...none } = own;
    expect((await checkAll(none)).filter(({ finding }) => finding.type === 'wrong')).toEqual([
      {
        about: 'Settings',
        finding: expect.objectContaining({ text: expect.stringContaining('TOKEN_FILE is not set') }),
      },
      {
        about: 'Settings',
        finding: expect.objectContaining({ text: expect.stringContaining('CERTIFICATE is not set') }),
      },
    ]);
  });
});

describe('Slack', () => {
  it('that does not take the token, or the app’s', async () => {
    expect(await found({ SLACK_BOT_TOKEN: 'xoxb-of-another' })).toEqual([
      expect.stringMatching(/^wrong Slack: Slack does not take SLACK_BOT_TOKEN at .*invalid_auth.*OAuth & Permissions/),
    ]);
    expect(await found({ SLACK_APP_TOKEN: 'xapp-of-another' })).toEqual([
      expect.stringMatching(/^wrong Slack: Slack does not take SLACK_APP_TOKEN .*invalid_auth.*connections:write/),
    ]);
  });

  it('that gives a scope too few, or one too many', async () => {
    const { scopes } = slack.state.app;
    undo.push(() => slack.world.setScopes(scopes));
    slack.world.setScopes(scopes.filter((one) => one !== 'files:write'));
    expect(await found()).toEqual([
      expect.stringMatching(/^wrong Slack: The bot's token lacks the scopes files:write\./),
    ]);
    slack.world.setScopes([...scopes, 'channels:join']);
    expect(await found()).toEqual([
      expect.stringMatching(/^caution Slack: .*more scopes than it needs: channels:join\./),
    ]);
  });

  it('that is to tell addresses for a template, which bot and worker need a scope for', async () => {
    const { scopes } = slack.state.app;
    undo.push(() => slack.world.setScopes(scopes));
    const policy = join(folder, 'with-template');
    cpSync(environment.HALLPASS_POLICY ?? '', policy, { recursive: true });
    const template = { domain: 'acme.test', user: '{local}@acme.test', trustSlackAddresses: true };
    writeFileSync(join(policy, 'identities.yaml'), stringify({ people: [], template }));
    const templated = { HALLPASS_POLICY: policy };
    expect(await found(templated)).toEqual([
      expect.stringMatching(/^wrong Slack: The bot's token lacks the scopes users:read\.email\./),
      expect.stringMatching(
        /^wrong Slack: identities\.yaml: "template": Slack does not tell addresses \(missing_scope\)/,
      ),
    ]);
    slack.world.setScopes([...scopes, 'users:read.email']);
    expect(await found(templated)).toEqual([]);
    expect(await found()).toEqual([
      expect.stringMatching(/^caution Slack: .*more scopes than it needs: users:read\.email/),
    ]);
    const worker = { ...templated, HALLPASS_ROLE: 'worker', REDIS_URL: as('hallpass-worker') };
    expect(await wrongs(worker)).toEqual([
      expect.stringMatching(/^wrong Slack, worker: identities\.yaml has a template, and SLACK_LOOKUP_TOKEN is not set/),
    ]);
    expect((await found({ ...worker, SLACK_LOOKUP_TOKEN: 'xoxb-of-another' })).join()).toContain(
      'Slack does not take SLACK_LOOKUP_TOKEN',
    );
    const lookup = { ...worker, SLACK_LOOKUP_TOKEN: slack.state.app.token };
    expect((await found(lookup)).filter((line) => line.includes('Slack'))).toEqual([
      expect.stringMatching(
        /^caution Slack, worker: SLACK_LOOKUP_TOKEN may do more than look up addresses: .*chat:write/,
      ),
    ]);
    slack.world.setScopes(['users:read']);
    expect((await wrongs(lookup)).join()).toContain('SLACK_LOOKUP_TOKEN lacks the scopes users:read.email.');
    slack.world.setScopes(['users:read', 'users:read.email']);
    expect((await found(lookup)).filter((line) => line.includes('Slack'))).toEqual([]);
  });

  it('with a channel that the bot is not in, or that is archived, where the policy names it', async () => {
    await slack.world.removeFromChannel('C0AUDIT', 'U0HALLPASS');
    undo.push(() => slack.world.addToChannel('C0AUDIT', 'U0HALLPASS'));
    expect(await found()).toEqual([
      expect.stringMatching(/^wrong Slack: rules\.yaml: "adminChannel": Hallpass is not in .*Invite it there/),
    ]);
    await slack.world.changeChannel('C0APPROVALS', { isArchived: true });
    undo.push(() => slack.world.changeChannel('C0APPROVALS', { isArchived: false }));
    expect(await found()).toContainEqual(expect.stringMatching(/rules\.yaml:\d+.*is archived/));
  });

  it('with a group that nobody is in', async () => {
    const members = [...(slack.state.groups.get('S0PLATFORM')?.memberIds ?? [])];
    await slack.world.setGroupMembers('S0PLATFORM', []);
    undo.push(() => slack.world.setGroupMembers('S0PLATFORM', members));
    expect(await found()).toEqual([expect.stringMatching(/^wrong Slack: .*group "platform" has nobody in it/)]);
  });

  it('that is not there', async () => {
    const away = await found({ SLACK_API_URL: `http://127.0.0.1:${await freePort()}/api/` });
    expect(away).toEqual([
      expect.stringMatching(/^wrong Slack: Slack does not answer .*SLACK_BOT_TOKEN could not be tried \(ECONNREFUSED/),
      expect.stringMatching(/^wrong Slack: Slack does not answer .*SLACK_APP_TOKEN could not be tried \(ECONNREFUSED/),
    ]);
  });
});

describe('a cluster', () => {
  const binding = (namespace: string): string =>
    `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings/hallpass-worker`;

  it('in which the worker lacks rights: they are named, with the manifest that gives them', async () => {
    const { body } = await stand.admin.send('GET', binding('shop-payments'));
    await stand.admin.send('DELETE', binding('shop-payments'));
    const { roleRef, subjects } = body as { roleRef: object; subjects: object[] };
    undo.push(() =>
      install(stand.admin, [
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: { name: 'hallpass-worker', namespace: 'shop-payments' },
          ...JSON.parse(JSON.stringify({ roleRef, subjects })),
        },
      ]),
    );
    await expect
      .poll(() => found())
      .toEqual([
        expect.stringMatching(
          /^wrong Cluster shop, worker: It lacks \d+ of \d+ rights in "shop-payments": get rolebindings\.rbac.* and \d+ more\. Give them: apply your overlay, which has them in base\/worker\/clusterrole\.yaml and managed\/namespace-shop-payments\.yaml; .*npx hallpass manifests/,
        ),
      ]);
  });

  it('in which the worker may do more than it must: the API server would stop it from nothing', async () => {
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/too-much';
    await install(stand.admin, [
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'too-much' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', name: 'hallpass-worker', namespace: 'hallpass' }],
      },
    ]);
    undo.push(() => stand.admin.send('DELETE', path));
    const excess = ['escalate clusterroles', 'bind clusterroles', 'impersonate users', '* *'];
    await expect
      .poll(() => found())
      .toEqual(
        excess.map((power) =>
          expect.stringContaining(`Cluster shop, worker: Cluster "shop": Hallpass holds "${power}"`),
        ),
      );
  });

  it('in which the rights for the whole cluster are off: that is as it should be, unless somebody asks for them', async () => {
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/hallpass-worker-cluster-wide';
    await stand.admin.send('DELETE', path);
    undo.push(async () => install(stand.admin, await readManifests('components/cluster-wide/clusterrole.yaml')));
    await expect
      .poll(() => found())
      .toEqual([
        expect.stringMatching(
          /^caution Cluster shop, worker: It lacks 14 of 14 rights in the whole cluster: .*only if cluster-wide profiles are wanted: add components\/cluster-wide to your overlay/,
        ),
      ]);
  });

  it('in whose controller’s namespace people may ask for more than profiles name there', async () => {
    const policy = join(folder, 'policy');
    cpSync(environment.HALLPASS_POLICY ?? '', policy, { recursive: true });
    const rules = readFileSync(join(policy, 'rules.yaml'), 'utf8');
    writeFileSync(join(policy, 'rules.yaml'), rules.replace("namespaces: ['shop-*']", "namespaces: ['*']"));
    expect(await found({ HALLPASS_POLICY: policy })).toEqual([
      expect.stringMatching(
        /^caution Cluster shop, worker: It lacks \d+ of \d+ rights in "ingress-nginx": .* and managed\/namespace-ingress-nginx\.yaml;/,
      ),
    ]);
  });

  it('in which a managed namespace is not there, or is Hallpass’s own', async () => {
    const lines = await wrongs({ HALLPASS_MANAGED_NAMESPACES: 'shop-front,nowhere,hallpass,ingress-nginx' });
    expect(lines).toContainEqual(expect.stringContaining('There is no namespace "nowhere"'));
    expect(lines).toContainEqual(expect.stringMatching(/^wrong Settings: .*"hallpass", which is Hallpass's own/));
  });

  it('whose controller’s namespace is not managed, though profiles reach into it', async () => {
    expect(await found({ HALLPASS_MANAGED_NAMESPACES: 'shop-front' })).toEqual([
      expect.stringMatching(/^caution Cluster shop, worker: Profiles reach into "ingress-nginx"/),
    ]);
  });

  it('that is not there, or is called with credentials that it does not know', async () => {
    const file = join(folder, 'dead.kubeconfig');
    writeFileSync(file, stand.plane.kubeconfig().replace(/server: .*/, 'server: https://127.0.0.1:1'), { mode: 0o600 });
    expect(await found({ HALLPASS_CLUSTERS: `shop=${file}` })).toEqual([
      expect.stringMatching(/^wrong Cluster shop, bot: .*no connection \(ECONNREFUSED\)\. Nothing else/),
    ]);
    writeFileSync(file, stand.plane.kubeconfig().replace(/token: .*/, 'token: of-nobody'), { mode: 0o600 });
    expect(await found({ HALLPASS_CLUSTERS: `shop=${file}` })).toEqual([
      expect.stringMatching(/^wrong Cluster shop, bot: .*does not accept Hallpass's credentials \(401\)/),
    ]);
  });

  it('that lacks sorts of objects which may be asked for there: each is named, with what to do', async () => {
    const policy = join(folder, 'misspelt');
    cpSync(environment.HALLPASS_POLICY ?? '', policy, { recursive: true });
    const replace = (file: string, from: string, to: string): void => {
      const text = readFileSync(join(policy, file), 'utf8');
      expect(text).toContain(from);
      writeFileSync(join(policy, file), text.replace(from, to));
    };
    replace('profiles.yaml', 'resources: [ingresses]', 'resources: [ingreses]');
    replace('changes.yaml', 'resource: configmaps', 'resource: configmap');
    replace('changes.yaml', '    group: apps\n    version: v1', '    group: apps\n    version: v2');
    const here = async (): Promise<readonly string[]> =>
      (await found({ HALLPASS_POLICY: policy })).filter((line) => line.includes('Policy in'));
    const misspelt = [
      /^caution Policy in shop: profiles\.yaml:\d+: "ingress-view": networking\.k8s\.io has no "ingreses" .* Is it "ingresses" that you mean\?$/,
      /^caution Policy in shop: changes\.yaml:\d+: "configmaps": the core group has no "configmap" .* Is it "configmaps" that you mean\?$/,
      /^caution Policy in shop: changes\.yaml:\d+: "deployments": apps has deployments in v1, and not in v2\. Write one of these/,
    ].map((words) => expect.stringMatching(words));
    expect(await here()).toEqual(misspelt);
    await stand.admin.send('DELETE', `${crds}/${routes}`);
    undo.push(() => install(stand.admin, [gatewayRoutes]));
    await expect
      .poll(here, { timeout: 20_000 })
      .toEqual([
        ...misspelt,
        expect.stringMatching(
          /^caution Policy in shop: changes\.yaml:\d+: "httproutes": there is no API group "gateway\.networking\.k8s\.io" in this cluster\. Install what brings it \(its CustomResourceDefinitions\), or take it out\.$/,
        ),
      ]);
    // What nobody may ask for in this cluster it need not have.
    writeFileSync(
      join(policy, 'rules.yaml'),
      readFileSync(join(policy, 'rules.yaml'), 'utf8')
        .replace(/match: *\{/g, 'match: { clusters: [stage],')
        .replace(/match:\n {6}/g, 'match:\n      clusters: [stage]\n      '),
    );
    expect(await here()).toEqual([]);
  });

  it('in which bot and worker are the same', async () => {
    const { HALLPASS_WORKER_CLUSTERS: _, ...one } = environment;
    const lines = await checkAll({ ...one, HALLPASS_CLUSTERS: environment.HALLPASS_WORKER_CLUSTERS });
    expect(lines.map(({ finding }) => finding.text)).toContainEqual(
      expect.stringContaining('Bot and worker have the same credentials'),
    );
  });
});

describe('files', () => {
  it('of keys that others could read or add to', async () => {
    const keys = join(folder, 'keys');
    cpSync(environment.HALLPASS_KEYS ?? '', keys, { recursive: true });
    chmodSync(join(keys, 'bot.key'), 0o644);
    chmodSync(join(keys, 'trusted'), 0o777);
    expect(await found({ HALLPASS_KEYS: keys })).toEqual([
      expect.stringMatching(/^caution Keys: Key file ".*bot\.key" is open to others \(mode 644\): chmod 600 /),
      expect.stringMatching(/^caution Keys: Others may write to ".*trusted" \(mode 777\)/),
    ]);
    expect(await found({ HALLPASS_KEYS: keys, HALLPASS_ROLE: 'bot' })).toContainEqual(
      expect.stringMatching(/^caution Keys: Key file ".*worker\.key" belongs to the other process/),
    );
  });

  it('that are not there: everything else is looked at all the same', async () => {
    const lines = await found({ HALLPASS_KEYS: '/nowhere', HALLPASS_POLICY: '/nowhere', REDIS_URL: 'x' });
    const about = new Set(lines.map((line) => line.replace(/^(\w+ [\w ,]+): .*/, '$1')));
    expect([...about].sort()).toEqual([
      'caution Cluster shop, bot',
      'caution Cluster shop, worker',
      'caution Slack',
      'wrong Keys',
      'wrong Policy',
      'wrong Settings',
    ]);
  });
});

describe('a policy', () => {
  const changed = (change: (policy: string) => void): Record<string, string> => {
    const policy = mkdtempSync(join(folder, 'policy-'));
    cpSync(environment.HALLPASS_POLICY ?? '', policy, { recursive: true });
    change(policy);
    return { HALLPASS_POLICY: policy };
  };
  const oneCase = (expected: string): string =>
    stringify({
      cases: [
        {
          name: 'who edits Ingresses asks the platform',
          by: 'U0ALICE',
          kind: 'access',
          profiles: ['ingress-edit'],
          cluster: 'shop',
          namespace: 'shop-front',
          expect: { rule: expected },
        },
      ],
    });

  it('that is probably a mistake somewhere is cautioned of, as "policy check" says it', async () => {
    const idle = changed((policy) => {
      const rules = readFileSync(join(policy, 'rules.yaml'), 'utf8');
      writeFileSync(join(policy, 'rules.yaml'), rules.replace('groups:\n', 'groups:\n  idle: [U0BOB]\n'));
    });
    expect(await found(idle)).toEqual([
      expect.stringMatching(
        /^caution Policy: rules\.yaml:\d+: nothing names the group "idle"\. Use it in a rule, or take it out\.$/,
      ),
    ]);
  });

  it('that comes to something else than its tests.yaml says is wrong; one whose tests cannot be read is cautioned of', async () => {
    const having = (text: string) => changed((policy) => writeFileSync(join(policy, 'tests.yaml'), text));
    expect(await found(having(oneCase('sensitive')))).toEqual([
      expect.stringMatching(
        /^wrong Policy: tests\.yaml:\d+: "who edits Ingresses asks the platform": it expects a rule "sensitive"/,
      ),
    ]);
    expect(await found(having('cases: 7'))).toEqual([
      expect.stringMatching(/^caution Policy: tests\.yaml:1: "cases": /),
    ]);
    const rules = readFileSync(join(environment.HALLPASS_POLICY ?? '', 'rules.yaml'), 'utf8');
    const last = [...rules.matchAll(/- name: ([\w-]+)/g)].at(-1)?.[1] ?? '';
    expect(await found(having(oneCase(last)))).toEqual([]);
  });
});

describe('the command line', () => {
  it('prints a line for each, and ends with 0 when nothing is wrong', async () => {
    const ran = await runCli(['doctor'], environment);
    expect(ran).toMatchObject({ status: 0, errors: '' });
    const lines = ran.out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^✔ Node: It is 26\./);
    expect(lines.slice(0, -2).every((line) => /^[✔⚠] [\w ,]+: /.test(line))).toBe(true);
    expect(lines.at(-1)).toBe(`0 problems (✘), ${isOldCluster() ? '3 cautions' : '1 caution'} (⚠).`);
  });

  it('is JSON for machines, ends with 1 when something is wrong, and never tells a secret', async () => {
    const changed = {
      ...environment,
      SLACK_BOT_TOKEN: 'xoxb-secret-of-another',
      REDIS_URL: as('hallpass-bot', 'another-secret'),
    };
    const ran = await runCli(['doctor', '--output', 'json'], changed);
    expect(ran).toMatchObject({ status: 1, errors: '' });
    const { schema, healthy, problems, cautions, findings } = JSON.parse(ran.out);
    expect({ schema, healthy, problems }).toEqual({ schema: 1, healthy: false, problems: 2 });
    expect(cautions).toBe(findings.filter(({ type }: { type: string }) => type === 'caution').length);
    // As it was said before.
    expect(Object.keys(JSON.parse((await runCli(['doctor', '--json'], changed)).out))).toEqual(
      Object.keys(JSON.parse(ran.out)),
    );
    expect(
      findings.filter(({ type }: { type: string }) => type === 'wrong').map(({ about }: { about: string }) => about),
    ).toEqual(['Redis', 'Slack']);
    for (const secret of ['secret-of-another', 'another-secret', environment.SLACK_APP_TOKEN ?? ''])
      expect(ran.out).not.toContain(secret);
  });

  it('reads a file .env where it runs, which gives way to the environment', async () => {
    const place = mkdtempSync(join(folder, 'env-'));
    const { REDIS_URL: _, HALLPASS_ROLE: __, ...others } = environment;
    writeFileSync(join(place, '.env'), `HALLPASS_ROLE=worker\nREDIS_URL=redis://127.0.0.1:1\n`);
    const ran = await runCli(['doctor'], { ...others, REDIS_URL: as('hallpass-worker') }, { cwd: place });
    expect(ran.out).toContain('Role: worker');
    expect(ran.status).toBe(0);
  });

  it('looks at everything with no settings at all, with a .env that cannot be read, and where nothing is as it should be', async () => {
    const place = mkdtempSync(join(folder, 'bare-'));
    const bare = await runCli(['doctor'], {}, { cwd: place });
    expect(bare).toMatchObject({ status: 1, errors: '' });
    for (const name of ['SLACK_BOT_TOKEN', 'HALLPASS_CLUSTERS', 'HALLPASS_POLICY', 'HALLPASS_KEYS'])
      expect(bare.out).toMatch(new RegExp(`^✘ Settings: ${name} is not set\\. Set it to`, 'm'));
    mkdirSync(join(place, '.env'));
    const files = ['HALLPASS_POLICY', 'HALLPASS_KEYS', 'HALLPASS_GUARD_CERTIFICATE', 'HALLPASS_GUARD_CLIENT_CA'];
    const nowhere = {
      HALLPASS_ROLE: 'guard',
      HALLPASS_CLUSTERS: 'shop=/nowhere,stage=/nowhere',
      ...Object.fromEntries(files.map((name) => [name, '/nowhere'])),
    };
    const lost = await runCli(['doctor'], nowhere, { cwd: place });
    expect(lost).toMatchObject({ status: 1, errors: '' });
    expect(lost.out).toMatch(/^✘ Settings: The file \.env cannot be read/m);
    expect(lost.out).toMatch(/^✘ Settings: A guard is for one cluster, and HALLPASS_CLUSTERS names several/m);
    const about = lost.out.split('\n').flatMap((line) => /^[✘⚠] ([\w ,]+):/.exec(line)?.[1] ?? []);
    expect([...new Set(about)]).toEqual([
      'Settings',
      'Policy',
      'Keys',
      'Redis',
      'Guard',
      'Cluster shop, guard',
      'Cluster stage, guard',
      'Guard of shop',
      'Guard of stage',
    ]);
    expect(`${bare.out}${lost.out}`).not.toMatch(/^ +at /m);
  });

  it('says what to do where its own packages are not there', async () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const place = mkdtempSync(join(folder, 'no-packages-'));
    for (const name of ['src', 'package.json']) cpSync(join(root, name), join(place, name), { recursive: true });
    const { status, out, errors } = await promisify(execFile)(process.execPath, ['src/cli.ts', 'doctor'], {
      cwd: place,
    }).then(
      ({ stdout, stderr }) => ({ status: 0, out: stdout, errors: stderr }),
      (cause: { code: number; stdout: string; stderr: string }) => ({
        status: cause.code,
        out: cause.stdout,
        errors: cause.stderr,
      }),
    );
    expect({ status, errors }).toEqual({ status: 1, errors: '' });
    expect(out).toMatch(/^✔ Node: .*\n✘ Packages: Cannot find package .* Run "npm ci", or take the image as it is\./);
  });

  it('finds a clock that is ahead', async () => {
    const shifted = { cwd: folder, preload: ['test/stories/parts/clock-shifted.ts'] };
    const ran = await runCli(['doctor'], { ...environment, CLOCK_AHEAD: '60000' }, shifted);
    expect(ran.out).toMatch(/⚠ Redis: Its clock is (60\.\d|59\.9) s behind this machine's\. Let both keep time/);
    expect(ran.out).toMatch(/⚠ Cluster shop, bot: Its clock is \d\d\.\d s away/);
    expect(ran.status).toBe(0);
  });

  it('answers within seconds when Redis, Slack and the cluster take connections and say nothing', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket.on('error', () => {})));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    undo.push(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    const file = join(folder, 'silent.kubeconfig');
    writeFileSync(file, stand.plane.kubeconfig().replace(/server: .*/, `server: https://127.0.0.1:${port}`), {
      mode: 0o600,
    });
    const from = performance.now();
    const ran = await runCli(['doctor'], {
      ...environment,
      REDIS_URL: `redis://127.0.0.1:${port}`,
      SLACK_API_URL: `http://127.0.0.1:${port}/api/`,
      HALLPASS_CLUSTERS: `shop=${file}`,
      HALLPASS_WORKER_CLUSTERS: `shop=${file}`,
    });
    // Each waits for 5 s, and all at once; where one retried as it does by itself, it would be minutes.
    expect(performance.now() - from).toBeLessThan(20_000);
    expect(ran.status).toBe(1);
    const wrong = ran.out.split('\n').filter((line) => line.startsWith('✘'));
    expect(wrong.map((line) => line.split(':')[0])).toEqual([
      '✘ Redis',
      '✘ Slack',
      '✘ Slack',
      '✘ Cluster shop, bot',
      '✘ Cluster shop, worker',
    ]);
  });

  it('does not wait for a plug-in that hangs', async () => {
    const file = join(folder, 'hanging.kubeconfig');
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sleep', args: ['60'] };
    const users = stringify({ users: [{ name: 'admin', user: { exec } }] });
    writeFileSync(file, stand.plane.kubeconfig().replace(/users:\n(.*\n)*?(?=\S)/, users), { mode: 0o600 });
    const from = performance.now();
    const ran = await runCli(['doctor'], { ...environment, HALLPASS_CLUSTERS: `shop=${file}` });
    expect(performance.now() - from).toBeLessThan(30_000);
    expect(ran.status).toBe(1);
    expect(ran.out).toMatch(/✘ Cluster shop, bot: .*no answer within 5000 ms/);
  });

  it('says of a Node that is too old what it lacks, and nothing else', async () => {
    const { status, out } = await doctor([], environment, '22.11.0');
    expect(status).toBe(1);
    expect(out?.[0]).toMatch(/^✘ Node: It is 22\.11\.0, which is too old\. Take version 26 or later/);
    expect(out).toHaveLength(3);
  });

  it('does not understand what is not there', async () => {
    expect(await runCli(['doctor', '--fix'])).toMatchObject({
      status: 2,
      out: '',
      errors: expect.stringContaining('--json'),
    });
    for (const [words, why] of [
      [['--output', 'yaml'], '--output "yaml" is not understood. Write text or json.'],
      [['--json', '--output', 'text'], 'do not go together'],
      [['--output'], '--output lacks its value'],
      [['now'], '"now" is not understood'],
    ] as const)
      expect(await runCli(['doctor', ...words])).toMatchObject({
        status: 2,
        out: '',
        errors: expect.stringContaining(why),
      });
    expect(await runCli(['doctors'])).toMatchObject({
      status: 2,
      errors: expect.stringContaining('doctor [--output text|json]'),
    });
    expect(await runCli(['help'])).toMatchObject({ status: 0, errors: '' });
  });
});
