import { Environment } from '@marcbachmann/cel-js';
import { nothingReached, type Radius } from '#domain/radius/radius.ts';
import { seenRules } from '#domain/radius/seen-rules.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { findingChanges, severities } from '#domain/risk/finding.ts';
import { rules } from '#domain/risk/rules.ts';
import { sources } from '#domain/source.ts';
import { compilePattern } from './pattern.ts';
import { type Answer, type Condition, type Facts, type Found, risks } from './policy.ts';

/** What an expression may be made of, and how deep; far more than anybody can read. */
const limits = { maxAstNodes: 2_000, maxDepth: 60, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 16 };

/** `matches` of the library takes JavaScript's expressions, some of which take for ever: ours stands in its place. */
const linear = 'matchesInLinearTime';
const patterns = new Map<string, ReturnType<typeof compilePattern>>();
const mostPatterns = 500;

const matchesPattern = (text: string, pattern: string): boolean => {
  const compiled = patterns.get(pattern) ?? compilePattern(pattern);
  if (patterns.size < mostPatterns) patterns.set(pattern, compiled);
  if (!compiled.ok) throw new NotAPattern(compiled.error);
  return compiled.value.matches(text);
};
class NotAPattern extends Error {
  readonly code = 'not_a_regular_expression';
}

const environment = new Environment({ limits })
  .registerType('Finding', { fields: { rule: 'string', severity: 'string', change: 'string', object: 'string' } })
  .registerVariable({
    name: 'request',
    schema: {
      kind: 'string',
      cluster: 'string',
      namespace: 'string',
      namespaceLabels: 'map<string, string>',
      profiles: 'list<string>',
      objects: 'list<string>',
      seconds: 'int',
      reason: 'string',
      subject: 'string',
      breakGlass: 'bool',
      source: 'string',
      caller: 'string',
    },
  })
  .registerVariable({ name: 'requester', schema: { id: 'string', groups: 'list<string>' } })
  .registerVariable('before', 'list<dyn>')
  .registerVariable('after', 'list<dyn>')
  .registerVariable({ name: 'risk', schema: { level: 'string', findings: 'list<Finding>' } })
  .registerVariable({
    name: 'radius',
    schema: {
      hosts: 'list<string>',
      paths: 'int',
      backends: 'list<string>',
      unready: 'list<string>',
      elsewhere: 'list<string>',
      opened: 'int',
      closed: 'int',
      fromOutside: 'bool',
      fromEverywhere: 'bool',
      toOutside: 'bool',
      toEverywhere: 'bool',
      fromNamespaces: 'list<string>',
      ports: 'list<string>',
      notIsolated: 'int',
      gains: 'list<string>',
    } satisfies Record<keyof Radius, string>,
  })
  .registerVariable('now', 'google.protobuf.Timestamp')
  .registerFunction(`string.${linear}(string): bool`, matchesPattern);

const toTimestamp = new Environment().registerVariable('text', 'string').parse('timestamp(text)');

/** Checks an expression of CEL against the types of what it may speak of. `err` says what is wrong, and where. */
export const compileCondition = (text: string): Result<Condition, string> => {
  try {
    const expression = environment.parse(text);
    const problem = lookThrough(expression.ast);
    if (problem !== undefined) return err(problem);
    const checked = expression.check();
    if (!checked.valid) return err(checked.error?.message ?? 'it cannot be understood');
    if (checked.type !== 'bool') return err(`it says ${checked.type ?? 'nothing'}, not yes or no (bool)`);
    const speaksOf: Condition['speaksOf'] = (what) =>
      new RegExp(`\\b${what.replace('.', '\\s*\\.\\s*')}\\b`).test(text);
    const needed = { labels: speaksOf('namespaceLabels'), groups: speaksOf('groups'), radius: speaksOf('radius') };
    return ok({
      text,
      speaksOf,
      holds: (facts, found) => unknownIn(facts, found, needed) ?? answer(() => expression(variables(facts, found))),
    });
  } catch (cause) {
    return err(cause instanceof Error ? cause.message : String(cause));
  }
};

/** What could not be looked up, of what is spoken of: whatever the rest says, there is no answer. */
const unknownIn = (
  { request, requester: { unknown = [] } }: Facts,
  { radius }: Found,
  needed: { readonly labels: boolean; readonly groups: boolean; readonly radius: boolean },
): Answer | undefined => {
  if (needed.groups && unknown.length > 0)
    return { type: 'failed', why: `who is in ${unknown.join(', ')} could not be looked up` };
  if (needed.radius && radius === undefined)
    return { type: 'failed', why: 'not all of what it would reach could be seen' };
  return needed.labels && request.namespaceLabels === undefined
    ? { type: 'failed', why: 'the labels of the namespace could not be looked up' }
    : undefined;
};

/** Only a true is a yes, and only a false is a no. What is wrong is said by its kind: an object's values are not everybody's. */
const answer = (evaluate: () => unknown): Answer => {
  try {
    const value = evaluate();
    if (value === true) return { type: 'yes' };
    return value === false ? { type: 'no' } : { type: 'failed', why: 'it said neither yes nor no' };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it cannot be answered';
    return { type: 'failed', why: code.replaceAll('_', ' ') };
  }
};

/** Hundreds of conditions are asked about the same facts, one after the other. */
const variables = (facts: Facts, found: Found) => {
  const known = latest.get(facts);
  if (known?.found === found) return known.variables;
  const {
    request,
    requester: { id, groups },
    now,
  } = facts;
  const { risk, radius = nothingReached, before, after } = found;
  const made = {
    before,
    after,
    risk,
    radius: whole(radius),
    request: { ...request, caller: request.caller ?? '', seconds: BigInt(request.seconds ?? 0) },
    requester: { id, groups },
    now: toTimestamp({ text: now }),
  };
  latest.set(facts, { found, variables: made });
  return made;
};

/** CEL counts with integers of its own. */
const whole = ({ paths, opened, closed, notIsolated, ...rest }: Radius) => ({
  ...rest,
  paths: BigInt(paths),
  opened: BigInt(opened),
  closed: BigInt(closed),
  notIsolated: BigInt(notIsolated),
});
const latest = new WeakMap<Facts, { readonly found: Found; readonly variables: Readonly<Record<string, unknown>> }>();

type Node = { readonly op: string; args: unknown };
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'op' in value && typeof value.op === 'string' && 'args' in value;
const writtenIn = (node: unknown): unknown => (isNode(node) && node.op === 'value' ? node.args : undefined);

/** Puts our `matches` into the tree itself, which nothing writes out and reads anew; says what the types cannot. */
const lookThrough = (node: unknown): string | undefined => {
  if (Array.isArray(node)) return firstOf(node);
  if (!isNode(node) || node.op === 'value' || node.op === 'id') return undefined;
  const { op, args } = node;
  if (!Array.isArray(args)) return lookThrough(args);
  if (op === 'rcall') {
    const [name, , given] = args;
    if (name === linear) return `there is no function "${linear}". Write "matches".`;
    if (name === 'matches') {
      args[0] = linear;
      const written = Array.isArray(given) ? writtenIn(given[0]) : undefined;
      const pattern = typeof written === 'string' ? compilePattern(written) : undefined;
      if (pattern?.ok === false) return `${JSON.stringify(written)} is not a regular expression: ${pattern.error}`;
    }
  }
  return misspelt(op, args) ?? firstOf(args);
};

const firstOf = (nodes: readonly unknown[]): string | undefined => {
  for (const one of nodes) {
    const found = lookThrough(one);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** What has a few values only. One that is misspelt would never hold. */
const named: readonly {
  readonly what: string;
  readonly is: (node: unknown) => boolean;
  readonly values: readonly string[];
}[] = [
  { what: 'risk', is: (node) => isField(node, 'risk', 'level'), values: risks },
  { what: 'source', is: (node) => isField(node, 'request', 'source'), values: sources },
  { what: 'severity of a finding', is: (node) => isOfElement(node, 'severity'), values: severities },
  { what: 'change of a finding', is: (node) => isOfElement(node, 'change'), values: findingChanges },
  {
    what: 'rule of risk',
    is: (node) => isOfElement(node, 'rule'),
    values: [...rules.map(({ name }) => name), ...seenRules],
  },
];

/** A field of what goes through a list, as `f.rule`: no object of Kubernetes has such a one at its top. */
const isOfElement = (node: unknown, field: string): boolean =>
  isNode(node) &&
  node.op === '.' &&
  Array.isArray(node.args) &&
  isNode(node.args[0]) &&
  node.args[0].op === 'id' &&
  !['request', 'requester', 'radius', 'risk'].includes(String(node.args[0].args)) &&
  node.args[1] === field;

const isId = (node: unknown, name: string): boolean => isNode(node) && node.op === 'id' && node.args === name;

const isField = (node: unknown, of: string, field: string): boolean =>
  isNode(node) && node.op === '.' && Array.isArray(node.args) && isId(node.args[0], of) && node.args[1] === field;

const misspelt = (op: string, args: readonly unknown[]): string | undefined => {
  if (!['==', '!=', 'in'].includes(op)) return undefined;
  if (args.some((node) => isId(node, 'risk'))) return 'a risk has a level and findings. Write "risk.level".';
  const one = named.find(({ is }) => args.some(is));
  if (one === undefined) return undefined;
  const others = args.flatMap((each) => (isNode(each) && each.op === 'list' ? each.args : each));
  const strange = others.map(writtenIn).find((each) => typeof each === 'string' && !one.values.includes(each));
  return strange === undefined
    ? undefined
    : `there is no ${one.what} ${JSON.stringify(strange)}. There are: ${one.values.join(', ')}.`;
};
