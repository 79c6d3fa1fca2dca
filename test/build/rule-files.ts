import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Rule } from '#domain/risk/rule.ts';

/** A file with rules, as in `ingress/snippet.ts`, and whether a test is beside it. */
export type RuleFile = { readonly file: string; readonly rules: readonly Rule[]; readonly isTested: boolean };

/** All files with rules that there are, read from their folders. */
export const readRuleFiles = async (): Promise<readonly RuleFile[]> => {
  const root = join(import.meta.dirname, '../../src/domain/risk');
  const folders = readdirSync(root, { withFileTypes: true }).filter((one) => one.isDirectory());
  const files = folders
    .flatMap(({ name }) => readdirSync(join(root, name)).map((file) => `${name}/${file}`))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort();
  const read = files.map(async (file) => {
    const exported: Record<string, unknown> = await import(join(root, file));
    const isTested = existsSync(join(root, file.replace(/\.ts$/, '.test.ts')));
    return { file, rules: Object.values(exported).filter(isRule), isTested };
  });
  return (await Promise.all(read)).filter(({ rules }) => rules.length > 0);
};

const isRule = (value: unknown): value is Rule =>
  typeof value === 'object' && value !== null && ('inside' in value || 'between' in value);
