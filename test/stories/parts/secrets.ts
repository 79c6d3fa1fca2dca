import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readPolicyFolder } from '#adapters/files/policy-folder.ts';
import { workerRules } from '#adapters/kubernetes/manifests-rules.ts';
import { ensureParts } from '#local/parts/ensure-parts.ts';
import type { Stand } from '#local/stand.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';

export const secretOf = (name: string, stringData: Readonly<Record<string, string>>, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'shop-front', ...more },
  type: 'Opaque',
  stringData,
});

const replaceIn = async (file: string, from: string, to: string): Promise<void> => {
  const text = await readFile(file, 'utf8');
  expect(text).toContain(from);
  await writeFile(file, text.replace(from, to));
};

/** As an administrator who wants Secrets held: the policy names them, and the worker gets what that needs. */
export const holdSecrets = async ({ folder, admin }: Stand): Promise<void> => {
  const policy = join(folder, 'policy');
  await replaceIn(
    join(policy, 'changes.yaml'),
    '\nheld:\n',
    "\nheld:\n  - { name: secrets, title: Secrets, group: '', version: v1, resource: secrets, kind: Secret }\n",
  );
  await replaceIn(join(policy, 'rules.yaml'), 'resources: [ingresses]', 'resources: [secrets]');
  const read = await readPolicyFolder(policy);
  if (!read.ok) throw new Error(read.error.join('\n'));
  const rules = workerRules.namespaced(read.value.settings.kinds);
  expect(rules).toContainEqual({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] });
  await admin.send('PATCH', `${rbac}/clusterroles/hallpass-worker-namespaced`, { rules });
  await admin.send('POST', `${rbac}/namespaces/shop-front/rolebindings`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'alice', namespace: 'shop-front' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice@acme.test' }],
  });
};

/** As Alice would type it; what it printed. */
export const kubectl = async (stand: Stand, words: readonly string[]) => {
  const { kubectl: program } = await ensureParts(['kubectl'], () => {});
  const child = spawn(program, ['--kubeconfig', stand.kubeconfig('requester'), ...words]);
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => void printed.push(String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, printed: printed.join('') };
};
