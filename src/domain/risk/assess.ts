import { type Manifest, sayTarget, targetOf } from '#domain/plan.ts';
import type { Risk } from '#domain/policy/policy.ts';
import { type Finding, severities, worstFirst } from './finding.ts';
import type { Danger, Loss, Rule } from './rule.ts';
import { rules } from './rules.ts';

/** One object before and after; without `before` it is a creation, without `after` a deletion. */
export type Change = { readonly before: Manifest | undefined; readonly after: Manifest | undefined };

/** What the rules find in changes that are made together, what is new and worst first; the same of an object once. */
export const findingsIn = (changes: readonly Change[]): readonly Finding[] => {
  const found = new Map<string, Finding>();
  for (const change of changes)
    for (const rule of rules)
      for (const one of judged(rule, change)) {
        const key = `${one.change} ${one.object} ${rule.name} ${one.says}`;
        if (!found.has(key)) found.set(key, one);
      }
  return worstFirst([...found.values()]);
};

/** The worst that is introduced. */
export const levelOf = (findings: readonly Finding[]): Risk =>
  severities.find((severity) => findings.some((one) => one.change === 'introduces' && one.severity === severity)) ??
  'none';

const judged = (rule: Rule, { before, after }: Change): readonly Finding[] => {
  const one = after ?? before;
  if (one === undefined) return [];
  const object = sayTarget(targetOf(one));
  const { name, severity, sources } = rule;
  const say = (change: Finding['change'], { says, path }: Loss): Finding => ({
    rule: name,
    severity,
    change,
    says,
    object,
    path: [...path],
    sources: [...sources],
  });
  if ('between' in rule)
    return before === undefined ? [] : rule.between(before, after).map((loss) => say('introduces', loss));
  const [was, is] = [insideOf(rule, before), insideOf(rule, after)];
  return [
    ...[...is].map(([key, danger]) => say(isAmong(was, key, danger) ? 'keeps' : 'introduces', danger)),
    ...[...was].filter(([key]) => !is.has(key)).map(([, danger]) => say('removes', danger)),
  ];
};

const isAmong = (was: ReadonlyMap<string, Danger>, key: string, { wider = [] }: Danger): boolean =>
  was.has(key) || wider.some((one) => was.has(one));

const insideOf = (
  rule: Extract<Rule, { inside: unknown }>,
  object: Manifest | undefined,
): ReadonlyMap<string, Danger> => {
  const all = new Map<string, Danger>();
  for (const danger of object === undefined ? [] : rule.inside(object))
    if (!all.has(danger.key)) all.set(danger.key, danger);
  return all;
};
