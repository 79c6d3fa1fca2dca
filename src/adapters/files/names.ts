import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { type PersonId, personId } from '#domain/ids.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { readText } from './policy-files.ts';
import { parseYaml } from './yaml-file.ts';

/** `U02ABCDEF: Ann Smith`, a line for each; or `identities.yaml` of a policy folder, whose users of the cluster are the names then. */
const file = z.union([
  z
    .looseObject({
      people: z.array(z.looseObject({ slack: personId, kubernetes: z.looseObject({ user: z.string() }) })),
    })
    .transform(({ people }) => people.map(({ slack, kubernetes }) => [slack, kubernetes.user] as const)),
  z
    .record(personId, z.string().min(1).max(200))
    .transform((names) => Object.entries(names).map(([id, name]) => [personId.parse(id), name] as const)),
]);

/** Reads how people are called, by their ids. The log holds no names: whoever wants them printed brings them along. */
export const readNames = async (path: string): Promise<Result<ReadonlyMap<PersonId, string>, readonly string[]>> => {
  const read = parseYaml(await readText(dirname(path), basename(path)));
  if (read.problems.length > 0)
    return err(read.problems.map((problem) => problem.replace(' Every policy folder has one.', '')));
  const parsed = file.safeParse(read.value);
  return parsed.success
    ? ok(new Map(parsed.data))
    : err([
        `${path} does not say how people are called. Write a line for each, like "U02ABCDEF: Ann Smith", or name identities.yaml of a policy folder.`,
      ]);
};
