import { z } from 'zod';
import type { Problem } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { cut, oneLine } from '#domain/text.ts';
import { type WorkKind, workKindIn, workKinds } from './sorts.ts';

/** How a settings file writes one sort of workloads of those that an operation is for. */
export const profileOf = <K extends WorkKind>(kinds: readonly [K, ...K[]]) =>
  z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'not a name; names are in lower case, with - between')
      .describe('What rules name under match.profiles, and what people type.'),
    title: z.string().min(1).max(70).describe('What the form offers.'),
    kind: z.enum(kinds).describe('The sort of workload, of apps/v1.'),
  });

export type Profile = { readonly name: string; readonly title: string; readonly kind: WorkKind };

export const allKinds = workKinds;
/** Those of which somebody says how many pods there are. */
export const scalable = ['Deployment', 'StatefulSet'] as const;

/** What the schema cannot see. Under two names a sort would have two rules. */
export const problemsOf = (profiles: readonly Profile[]): readonly Problem[] =>
  profiles.flatMap(({ name, kind }, index) => {
    const earlier = profiles.slice(0, index);
    const same = earlier.find((other) => other.kind === kind);
    return [
      ...(earlier.some((other) => other.name === name)
        ? [{ path: ['profiles', index, 'name'], message: `profile "${name}" is there twice; give each its own name` }]
        : []),
      ...(same === undefined
        ? []
        : [
            {
              path: ['profiles', index, 'kind'],
              message: `${kind} is there already, as "${same.name}"; name each sort once`,
            },
          ]),
    ];
  });

export const kindsOf = (profiles: readonly Profile[]): readonly WorkKind[] => profiles.map(({ kind }) => kind);

/** By its name, or by what kubectl calls its sort; without a word the first is meant. */
export const profileNamed = <P extends Profile>(profiles: readonly P[], word: string | undefined): P | undefined => {
  if (word === undefined) return profiles[0];
  const kind = workKindIn(word);
  return profiles.find(({ name }) => name === word) ?? profiles.find((one) => one.kind === kind);
};

/** That of an ask, which has it by its name. What there is, is shown to those who may ask for it only. */
export const profileFor = <P extends Profile>(profiles: readonly P[], name: string): Result<P, string> => {
  const found = profiles.find((one) => one.name === name);
  if (found !== undefined) return ok(found);
  const said = JSON.stringify(cut(oneLine(name), 80));
  return err(`There is no profile ${said}. The form behind /jit shows what you may ask for.`);
};
