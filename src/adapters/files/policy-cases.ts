import { z } from 'zod';
import { parseDuration } from '#domain/duration.ts';
import { personId } from '#domain/ids.ts';
import { risks } from '#domain/policy/policy.ts';
import { problemsOfIssue } from '#domain/problem.ts';
import { radius } from '#domain/radius/radius.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { sources } from '#domain/source.ts';
import type { PolicyCase } from '#use-cases/policy-case.ts';
import { readText } from './policy-files.ts';
import { parseYaml } from './yaml-file.ts';

const instant = z.string().transform((text, context) => {
  try {
    return Temporal.Instant.from(text);
  } catch {
    const message = 'not an instant. Write it like "2026-11-26T10:00:00+01:00".';
    context.issues.push({ code: 'custom', input: text, message });
    return z.NEVER;
  }
});

const length = z.string().transform((text, context) => {
  if (text === 'good') return 0;
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.value.total('seconds');
  context.issues.push({ code: 'custom', input: text, message: parsed.error });
  return z.NEVER;
});

const expected = z
  .strictObject({
    rule: z.string().optional(),
    auto: z.boolean().optional(),
    refused: z.string().optional(),
    failed: z.string().optional(),
    nobody: z.literal(true).optional(),
  })
  .refine(
    ({ rule, refused, failed, nobody }) =>
      [rule, refused, failed, nobody].filter((one) => one !== undefined).length === 1,
    {
      error: 'say one of "rule", "refused", "failed" (each with a rule’s name) and "nobody: true"',
    },
  );

const policyCase = z.strictObject({
  name: z.string().trim().min(1),
  by: personId,
  groups: z.array(z.string()).default([]),
  breakGlass: z.boolean().default(false),
  kind: z.string(),
  profiles: z.array(z.string()).min(1),
  cluster: z.string(),
  namespace: z.string(),
  namespaceLabels: z
    .record(z.string(), z.string({ error: 'not a text. Write it in quotes, like "true".' }))
    .default({}),
  source: z.enum(sources, { error: `not a source of requests. Write one of ${sources.join(', ')}.` }).default('slack'),
  caller: z.string().min(1).optional(),
  objects: z.array(z.string()).default([]),
  for: length.optional(),
  reason: z.string().optional(),
  at: instant.optional(),
  risk: z.enum(risks, { error: `not a risk. Write one of ${risks.join(', ')}.` }).optional(),
  findings: z.array(z.string()).optional(),
  radius: radius.optional(),
  before: z.array(z.json()).default([]),
  after: z.array(z.json()).default([]),
  expect: expected.optional(),
});

export const casesFile = z.strictObject({ cases: z.array(policyCase).min(1, 'there are no cases') });

export const casesName = 'tests.yaml';

/** A case with where it stands in its file. */
export type WrittenCase = PolicyCase & { readonly where: string };

/** Reads the cases of a file beside a policy, or elsewhere. Every problem is named with file, line and remedy. */
export const readPolicyCases = async (
  folder: string,
  name = casesName,
): Promise<Result<readonly WrittenCase[], readonly string[]>> => {
  const file = parseYaml(await readText(folder, name));
  if (file.problems.length > 0) return err(file.problems);
  const parsed = casesFile.safeParse(file.value);
  if (!parsed.success)
    return err(
      parsed.error.issues
        .flatMap(problemsOfIssue)
        .map(
          ({ path, message }) => `${file.where(path)}: ${path.length === 0 ? '' : `"${path.join('.')}": `}${message}`,
        ),
    );
  return ok(
    parsed.data.cases.map(({ for: seconds, expect, at, risk, findings, radius: reached, reason, ...rest }, index) => ({
      ...rest,
      ...(findings === undefined ? {} : { findings }),
      ...(reached === undefined ? {} : { radius: reached }),
      ...(risk === undefined ? {} : { risk }),
      ...(reason === undefined ? {} : { reason }),
      ...(seconds === undefined ? {} : { seconds }),
      ...(expect === undefined ? {} : { expect }),
      ...(at === undefined ? {} : { at }),
      where: file.where(['cases', index]),
    })),
  );
};
