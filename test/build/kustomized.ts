import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { renderManifests } from '#adapters/kubernetes/manifests.ts';
import { overlayFiles } from '#adapters/kubernetes/manifests-overlays.ts';
import type { Manifest } from '#domain/plan.ts';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import { shippedKinds } from './shipped-kinds.ts';

const run = promisify(execFile);

export type Kustomized = { readonly text: string; readonly objects: readonly Manifest[] };

/** What can be added, but what wants sorts of objects that come with somebody else's operator. */
export const allComponents = [
  'managed',
  'components/network-policies',
  'components/redis',
  'components/doctor',
  'components/guard',
  'components/watcher',
  'components/api',
  'components/cluster-wide',
  'components/before-1.21',
] as const;

/** What kustomize makes of the manifests for these namespaces: of a shipped overlay, or of the base with these components. */
export const kustomized = async (
  wanted: string | readonly string[],
  namespaces: readonly string[],
): Promise<Kustomized> => {
  const { kustomize } = await ensureParts(['kustomize'], () => {});
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-manifests-'));
  try {
    const files = new Map([...renderManifests(shippedKinds(), namespaces), ...overlayFiles(namespaces)]);
    if (typeof wanted !== 'string') files.set('manifests/overlays/wanted/kustomization.yaml', overlayOf(wanted));
    for (const [name, text] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const overlay = join(folder, 'manifests/overlays', typeof wanted === 'string' ? wanted : 'wanted');
    const { stdout: text } = await run(kustomize, ['build', overlay], { maxBuffer: 16 * 1024 * 1024 });
    return { text, objects: parseAllDocuments(text).map((document): Manifest => document.toJS()) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const overlayOf = (components: readonly string[]): string =>
  JSON.stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['../../base'],
    components: components.map((one) => `../../${one}`),
  });
