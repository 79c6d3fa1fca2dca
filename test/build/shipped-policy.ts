import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files of the policy to start from, but its rules and their cases. */
export const filesBesideRules = Object.fromEntries(
  [
    'identities.yaml',
    'profiles.yaml',
    'changes.yaml',
    'open.yaml',
    'delete-pod.yaml',
    'debug.yaml',
    'restart.yaml',
    'scale.yaml',
    'rollback.yaml',
  ].map((name) => [name, readFileSync(join(root, 'manifests/policy', name), 'utf8')]),
);
