import { Environment } from '@marcbachmann/cel-js';
import { serialize } from '@marcbachmann/cel-js/serialize';
import type { Answer, Condition, Facts, Found } from '#domain/policy/policy.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { compilePattern } from './pattern.ts';

/** What an expression may be made of, and how deep; far more than anybody can read. */
const limits = { maxAstNodes: 2_000, maxDepth: 60, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 16 };

/** `matches` of the library takes JavaScript's expressions, some of which take for ever: ours stands in its place. */
const linear = 'matchesInLinearTime';
const patterns = new Map<string, ReturnType<typeof compilePattern>>();
const mostPatterns = 500;

const matchesPattern = (text: string, pattern: string): boolean => {
  const compiled = patterns.get(pattern) ?? compilePattern(pattern);
  if (patterns.size < mostPatterns) patterns.set(pattern, compiled);
  if (!compiled.ok) throw new Error(`${JSON.stringify(pattern)} is not a regular expression: ${compiled.error}`);
  return compiled.value.matches(text);
};

const environment = new Environment({ limits })
  .registerVariable({
    name: 'request',
    schema: {
      kind: 'string',
      cluster: 'string',
      namespace: 'string',
      profiles: 'list<string>',
      objects: 'list<string>',
      seconds: 'int',
      reason: 'string',
    },
  })
  .registerVariable({ name: 'requester', schema: { id: 'string', groups: 'list<string>' } })
  .registerVariable('before', 'list<dyn>')
  .registerVariable('after', 'list<dyn>')
  .registerVariable('risk', 'string')
  .registerVariable('now', 'google.protobuf.Timestamp')
  .registerFunction(`string.${linear}(string): bool`, matchesPattern);

/** Checks an expression of CEL against the types of what it may speak of. `err` says what is wrong, and where. */
export const compileCondition = (text: string): Result<Condition, string> => {
  try {
    const expression = environment.parse(serialize(inLinearTime(environment.parse(text).ast) as never));
    const checked = expression.check();
    if (!checked.valid) return err(checked.error?.message ?? 'it cannot be understood');
    if (checked.type !== 'bool') return err(`it says ${checked.type ?? 'nothing'}, not yes or no (bool)`);
    return ok({ text, holds: (facts, found) => answer(() => expression(variables(facts, found))) });
  } catch (cause) {
    return err(messageOf(cause));
  }
};

/** Only a true is a yes, and only a false is a no. */
const answer = (evaluate: () => unknown): Answer => {
  try {
    const value = evaluate();
    if (value === true) return { type: 'yes' };
    return value === false ? { type: 'no' } : { type: 'failed', why: 'it said neither yes nor no' };
  } catch (cause) {
    return { type: 'failed', why: messageOf(cause).split('\n')[0] ?? '' };
  }
};

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const variables = ({ request, requester, now }: Facts, { risk, before, after }: Found) => ({
  request: { ...request, seconds: BigInt(request.seconds ?? 0) },
  requester,
  before,
  after,
  risk,
  now: new Date(now),
});

/** The same expression with our `matches`. A pattern that is written out is checked here. */
const inLinearTime = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(inLinearTime);
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return node;
  const { op, args } = node;
  if (op === 'value' || op === 'id') return { op, args };
  if (op !== 'rcall' || !Array.isArray(args)) return { op, args: inLinearTime(args) };
  const [name, receiver, given] = args;
  if (name === linear) throw new Error(`There is no function "${linear}". Write "matches".`);
  if (name !== 'matches') return { op, args: [name, inLinearTime(receiver), inLinearTime(given)] };
  for (const one of Array.isArray(given) ? given : [])
    if (one?.op === 'value' && typeof one.args === 'string') matchesPattern('', one.args);
  return { op, args: [linear, inLinearTime(receiver), inLinearTime(given)] };
};
