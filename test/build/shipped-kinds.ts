import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { kindModules } from '#kinds/index.ts';
import type { Kind } from '#kinds/kind.ts';
import { root } from './shipped-policy.ts';

/** The kinds as the policy to start from sets them up. */
export const shippedKinds = (): readonly Kind[] =>
  kindModules.map((module) => {
    const kind = module.configure(parse(readFileSync(join(root, 'manifests/policy', module.settingsFile), 'utf8')));
    if (!kind.ok) throw new Error(kind.error.map(({ message }) => message).join('; '));
    return kind.value;
  });
