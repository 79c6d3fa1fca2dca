import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiClient, createApiClient } from '#local/parts/api-client.ts';
import { type ControlPlane, startControlPlane } from '#local/parts/control-plane.ts';
import { freePort } from '#local/parts/daemon.ts';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { type LocalRedis, startRedis } from '#local/parts/redis.ts';
import { install } from '#local/shop/install.ts';
import { shopObjects } from '#local/shop/objects.ts';
import { shopUsers } from '#local/shop/people.ts';
import { writeShopPolicy } from '#local/shop/policy.ts';
import { demoSeed } from '#local/slack/seed.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { overSocket } from '#local/ways-in.ts';
import { imageCommand, type PodRunner, startPodRunner } from '#test/stories/parts/pod-runner.ts';
import { oneYes } from './change-story.ts';
import { named } from './story.ts';

/** What docs/install.md has one type, in order; but for what one does by hand there. */
const blocks = [
  ...readFileSync('docs/install.md', 'utf8').matchAll(/(<!-- by hand[^>]*-->\n)?```sh\n([\s\S]*?)```/g),
].flatMap(([, byHand, text = '']) => (byHand === undefined ? [text] : []));

/** The block in which this is typed. */
const typing = (words: string): string => {
  const found = blocks.filter((block) => block.includes(words));
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} blocks type "${words}"`);
  return found[0];
};

const folder = mkdtempSync(join(tmpdir(), 'hallpass-install-'));
const clone = join(folder, 'clone');
const stops: (() => Promise<unknown>)[] = [];
let plane: ControlPlane;
let admin: ApiClient;
let redis: LocalRedis;
let redisAt: string;
let slack: Workspace;
let slackUrl: string;
let runner: PodRunner;
const environment: Record<string, string> = {};

/** Runs what is typed, in the clone; what it printed. */
const typed = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', text], {
      cwd: clone,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    child.stderr.on('data', (chunk) => {
      printed += chunk;
    });
    child.on('close', (code) => {
      if (code === 0) return resolve(printed);
      const pods = runner?.printed('hallpass-').slice(-6_000);
      reject(new Error(`${text}\nended with ${code}:\n${printed}\nThe pods printed:\n${pods}`));
    });
  });

/** An edit that the page has one make by hand. */
const edit = (file: string, from: string | RegExp, to: string): void => {
  const before = readFileSync(join(clone, file), 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${file} has no ${from}`);
  writeFileSync(join(clone, file), after);
};

beforeAll(async () => {
  const { kubectl, kustomize } = await ensureParts(['kubectl', 'kustomize']);
  // A clone after "npm ci".
  mkdirSync(clone);
  for (const name of ['src', 'manifests', 'package.json']) cpSync(name, join(clone, name), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(clone, 'node_modules'));

  plane = await startControlPlane({ users: shopUsers, controllerManager: true });
  stops.push(plane.stop);
  admin = createApiClient({ url: plane.url, caPem: plane.caPem, token: plane.adminToken });
  stops.push(() => admin.close());
  await install(admin, shopObjects);
  redisAt = `redis://127.0.0.1:${await freePort()}`;
  slack = createWorkspace({ seed: demoSeed(), rates: 'off' });
  const way = await overSocket(slack);
  slackUrl = way.link.slackApiUrl;
  stops.push(way.stop);

  const programs = join(folder, 'programs');
  mkdirSync(programs);
  // What a kubectl as new as the page wants does itself, for one that is as old as its API server: overlays are built by kustomize, and
  // Jobs are made of a CronJob of that time.
  const shim = `#!/bin/bash
set -o pipefail
if [ "$1 $2" = "apply -k" ]; then
  "${kustomize}" build "$3" | "${kubectl}" apply -f -
elif [ "$3 $4" = "create job" ]; then
  "${kubectl}" -n "$2" get "\${5#--from=}" -o json |
    node -e 'const {spec} = JSON.parse(require("fs").readFileSync(0)).spec.jobTemplate; console.log(JSON.stringify({apiVersion: "batch/v1", kind: "Job", metadata: {name: process.argv[1]}, spec}))' "$6" |
    "${kubectl}" -n "$2" create -f -
else
  exec "${kubectl}" "$@"
fi
`;
  // npx would have npm link this copy into its cache, where npm is not asked for anything else.
  const npx = '#!/bin/bash\n[ "$1" = hallpass ] && shift && exec node src/cli.ts "$@"\n';
  for (const [name, text] of Object.entries({ kubectl: shim, npx })) {
    writeFileSync(join(programs, name), text);
    chmodSync(join(programs, name), 0o755);
  }
  const kubeconfig = join(folder, 'admin.kubeconfig');
  writeFileSync(kubeconfig, plane.kubeconfig('admin'), { mode: 0o600 });
  Object.assign(environment, {
    PATH: `${programs}:${join(process.cwd(), 'node_modules/.bin')}:${process.env.PATH}`,
    HOME: folder,
    KUBECONFIG: kubeconfig,
    SLACK_BOT_TOKEN: slack.state.app.token,
    SLACK_APP_TOKEN: slack.state.app.appToken,
  });
  const server = new URL(plane.url);
  runner = startPodRunner({
    admin,
    namespace: 'hallpass',
    server: [server.hostname, server.port],
    app: process.cwd(),
    command: imageCommand('Dockerfile'),
    folder: join(folder, 'pods'),
  });
  stops.push(runner.stop);
}, 180_000);

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const overlay = 'install/manifests/overlays/single/kustomization.yaml';
const path = '/apis/networking.k8s.io/v1/namespaces/shop-payments/ingresses/ledger';
const ingress = async (): Promise<string> => JSON.stringify((await admin.send('GET', path)).body);

describe('the installation, as its page has one type it', () => {
  it('makes policy, keys, users of Redis and manifests', async () => {
    await typed(typing('cp -r manifests/policy policy'));
    // One's own people, groups and channels.
    await writeShopPolicy(join(clone, 'policy'), false);
    writeFileSync(join(clone, 'policy/rules.yaml'), oneYes);
    rmSync(join(clone, 'policy/tests.yaml'));
    expect(await typed(typing('hallpass policy check'))).toContain('Slack');
    expect(await typed(typing('hallpass keys generate'))).toContain('bot.key');

    const users = await typed(typing('hallpass redis users').replace('rediss://redis.example.com:6379', redisAt));
    for (const process of ['bot', 'worker']) {
      const url = new RegExp(`REDIS_URL of the ${process}: (\\S+)`).exec(users)?.[1];
      environment[`${process.toUpperCase()}_REDIS_URL`] = url ?? '';
      expect(url, users).toContain(`hallpass-${process}`);
    }
    redis = await startRedis({ port: Number(new URL(redisAt).port), aclFile: join(clone, 'users.acl') });
    stops.push(redis.stop);
    expect(redis.url).toBe(redisAt);

    expect(await typed(typing('hallpass manifests policy install'))).toContain(overlay);
    expect(await typed(typing('hallpass manifests policy install'))).toContain('is yours, and stays');
    // Where this workspace is, which is no Slack; and what an API server as old as this one wants.
    edit(overlay, '      - HALLPASS_CLUSTERS=prod=in-cluster', `$&\n      - SLACK_API_URL=${slackUrl}`);
    if (Number(plane.version.split('.')[1]) < 21)
      edit(overlay, '  # - ../../components/before-1.21', '  - ../../components/before-1.21');
  }, 60_000);

  it('starts two bots and two workers under the rights, settings and files of the manifests', async () => {
    await typed(typing('create secret generic hallpass-bot '));
    await typed(typing('rollout status deployment/hallpass-bot'));
    expect(runner.pods().filter((name) => /^hallpass-(bot|worker)-/.test(name)).length).toBeGreaterThanOrEqual(4);
    expect(runner.printed('hallpass-')).not.toContain('"level":"error"');
  }, 240_000);

  it('finds nothing wrong by its doctor, run as each of the two', async () => {
    await typed(typing('create job --from=cronjob/hallpass-doctor-bot'));
    for (const process of ['bot', 'worker']) {
      const said = runner.printed(`doctor-${process}`);
      expect(said).toContain(`✔ Keys: /etc/hallpass/keys has the keys of the ${process}`);
      expect(said).toContain('0 problems (✘)');
    }
    await typed(typing('delete job doctor-bot'));
  }, 180_000);

  it('brings a first change: asked for in Slack, approved, live, and taken back', async () => {
    const before = await ingress();
    expect(before).not.toContain('/beta');
    await slack
      .as('U0ALICE')
      .command(
        '/jit request change add pay.acme.test/beta=ledger:80 shop-payments/ledger for 8s because QA wants to try it',
      );
    const card = await slack.until(
      () =>
        slack
          .as('U0BOB')
          .readChannel('approvals')
          .find(({ metadata }) => metadata?.event_type === 'hallpass_card'),
      { milliseconds: 20_000, what: 'the card' },
    );
    expect(named(card.shown)).toContain('/beta');
    await slack.as('U0BOB').click(card, 'Approve', { confirm: true });
    await expect.poll(ingress, { timeout: 15_000, interval: 100 }).toContain('/beta');
    await expect.poll(ingress, { timeout: 25_000, interval: 200 }).not.toContain('/beta');
  }, 90_000);

  it('is taken out again, and leaves nothing of Hallpass behind', async () => {
    const taken = await typed('npx hallpass uninstall --kubeconfig "$KUBECONFIG" --yes');
    expect(taken).toContain('Namespace "hallpass" is going, with all that is in it.');
    const left = async (): Promise<string> => {
      const sorts =
        'namespaces,roles,rolebindings,clusterroles,clusterrolebindings,cronjobs,deployments,networkpolicies';
      return typed(`kubectl get ${sorts} -A -o name | grep hallpass || true`);
    };
    await expect.poll(left, { timeout: 60_000, interval: 1_000 }).toBe('');
  }, 120_000);
});
