import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { type PersonId, personId } from '#domain/ids.ts';
import type { GroupSource } from '#domain/policy/policy.ts';
import { problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { readText } from './policy-files.ts';
import { parseYaml } from './yaml-file.ts';

const file = z.record(z.string(), z.array(personId));

/**
 * Reads who was in groups of Slack's: `engineers: [U0000000ANN]`, by the group's name in this policy or by its id in Slack.
 * Answers with people by the groups' ids.
 */
export const readToldGroups = async (
  path: string,
  groups: ReadonlyMap<string, GroupSource>,
): Promise<Result<ReadonlyMap<string, ReadonlySet<PersonId>>, readonly string[]>> => {
  const read = parseYaml(await readText(dirname(path), basename(path)));
  if (read.problems.length > 0)
    return err(read.problems.map((problem) => problem.replace(' Every policy folder has one.', '')));
  const parsed = file.safeParse(read.value);
  if (!parsed.success)
    return err(
      parsed.error.issues
        .flatMap(problemsOfIssue)
        .map(({ path: at, message }) => `${read.where(at)}: ${message}. Write it like "engineers: [U0000000ANN]".`),
    );
  const told = new Map<string, ReadonlySet<PersonId>>();
  for (const [name, people] of Object.entries(parsed.data)) {
    const where = read.where([name]);
    const id = idOf(name, groups);
    if (!id.ok) return err([`${where}: ${id.error}`]);
    if (told.has(id.value))
      return err([`${where}: "${name}" is ${id.value}, which stands there already. Say it once.`]);
    told.set(id.value, new Set(people));
  }
  return ok(told);
};

const idOf = (name: string, groups: ReadonlyMap<string, GroupSource>): Result<string, string> => {
  const group = groups.get(name);
  if (group?.type === 'slack-group') return ok(group.id);
  if (group !== undefined) return err(`who is in "${name}" stands in rules.yaml. Take it out here.`);
  if (/^S[A-Z0-9]{2,}$/.test(name)) return ok(name);
  const slack = [...groups].flatMap(([one, { type }]) => (type === 'slack-group' ? [one] : []));
  return err(`the policy has no group "${name}". Groups of Slack’s in it: ${slack.join(', ') || 'none'}.`);
};
