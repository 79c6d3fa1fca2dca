import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { allComponents, kustomized } from '#test/build/kustomized.ts';
import { type RealWorld, startWorld } from './kubernetes-world.ts';

let real: RealWorld;
let kubectl: string;
/** Whether the API server is so old that it knows two sorts in an older version alone. */
let isOld: boolean;
beforeAll(async () => {
  kubectl = (await ensureParts(['kubectl'], () => {})).kubectl;
  real = await startWorld([]);
  isOld = Number(real.plane.version.split('.')[1]) < 21;
  for (const name of ['shop', 'ingress-nginx'])
    await real.setUp('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
});
afterAll(() => real?.close());

/** As an administrator does it; kubectl holds every field against what the API server says that there is. */
const apply = (text: string, ...flags: readonly string[]) => {
  const kubeconfig = real.file('administrator.kubeconfig', real.plane.kubeconfig('admin'));
  const words = ['--kubeconfig', kubeconfig, 'apply', '--validate=true', ...flags, '-f', '-'];
  const { status, stdout, stderr } = spawnSync(kubectl, words, { input: text, encoding: 'utf8' });
  return { status, lines: stdout.trim().split('\n'), stderr };
};

const fitting = () => allComponents.filter((name) => isOld || name !== 'components/before-1.21');

const sortsOf = (objects: readonly { apiVersion: string; kind: string; metadata: { name: string } }[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.name.replace(/-[a-z0-9]{10}$/, '')}`).sort();

describe('the manifests, as kustomize makes them', () => {
  it('are applied whole, twice with the same outcome, and hold no field that the API server does not know', async () => {
    const { text, objects } = await kustomized(fitting(), ['shop', 'ingress-nginx']);
    expect(objects.length).toBeGreaterThan(50);
    const first = apply(text);
    expect(first.stderr).toBe('');
    expect(first).toMatchObject({ status: 0 });
    expect(first.lines).toHaveLength(objects.length);
    const again = apply(text);
    expect(again.status).toBe(0);
    // The API server completes what a StatefulSet claims, within a list: kubectl takes that for a difference.
    const changed = again.lines.filter((line) => !line.endsWith(' unchanged') && !line.startsWith('statefulset.apps/'));
    expect(changed).toEqual([]);
  });

  it('are refused where a field of theirs is misspelt', async () => {
    const { text } = await kustomized(fitting(), ['shop', 'ingress-nginx']);
    const wrong = text.replace('readOnlyRootFilesystem', 'readOnlyRootFileSystem');
    expect(wrong).not.toBe(text);
    expect(apply(wrong, '--dry-run=client')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('readOnlyRootFileSystem'),
    });
  });

  it.each(['single', 'own-redis', 'hub', 'spoke', 'before-1.21'])('make the overlay %s', async (overlay) => {
    const { text, objects } = await kustomized(overlay, ['shop', 'ingress-nginx']);
    const [from, to] = isOld ? ['v1', 'v1beta1'] : ['v1beta1', 'v1'];
    const known = text
      .replaceAll(new RegExp(`apiVersion: (policy|batch)/${from}\n`, 'g'), `apiVersion: $1/${to}\n`)
      .replaceAll(isOld ? / *unhealthyPodEvictionPolicy: AlwaysAllow\n/g : /$^/g, '');
    const applied = apply(known, '--dry-run=server');
    expect(applied.stderr).toBe('');
    expect(applied.lines).toHaveLength(objects.length);
    expect(known === text).toBe((overlay === 'before-1.21') === isOld);
  });

  it('are the same with and without what is for older API servers', async () => {
    const newest = allComponents.filter((name) => name !== 'components/before-1.21');
    const [one, other] = [await kustomized(newest, ['shop']), await kustomized(allComponents, ['shop'])];
    expect(sortsOf(one.objects)).toEqual(sortsOf(other.objects));
  });

  it('leave a cluster that is reached from a hub without bot and worker, and with their rights', async () => {
    const { objects } = await kustomized('spoke', ['shop']);
    const named = sortsOf(objects);
    expect(named).toContain('Deployment hallpass-guard');
    expect(named.filter((name) => /^(Deployment|CronJob|PodDisruptionBudget) .*(bot|worker)/.test(name))).toEqual([]);
    expect(named).toEqual(
      expect.arrayContaining([
        'ServiceAccount hallpass-bot',
        'ServiceAccount hallpass-worker',
        'ClusterRoleBinding hallpass-worker-guard',
        'RoleBinding hallpass-worker',
        'Secret hallpass-worker-token',
      ]),
    );
  });
});
