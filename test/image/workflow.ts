import { z } from 'zod';

const step = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  id: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  with: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).optional(),
});
const job = z.looseObject({
  uses: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write'])).optional(),
  'timeout-minutes': z.number().optional(),
  steps: z.array(step).default([]),
});
export const workflow = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()).optional(),
  env: z.record(z.string(), z.string()).default({}),
  jobs: z.record(z.string(), job),
});
export type Workflow = z.infer<typeof workflow>;

/** Whose actions are let in, by a version that names all of what it is, or a commit. */
const owners = ['actions', 'docker', 'sigstore'];
const pinned = /^([\w-]+)\/[\w-]+@(v\d+(\.\d+\.\d+)?|[0-9a-f]{40})$/;

/** What a workflow of GitHub must not do, whatever it is for; each in words. */
export const problemsOfWorkflow = (text: unknown): readonly string[] => {
  const read = workflow.safeParse(text);
  if (!read.success) return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const { on, permissions, jobs } = read.data;
  return [
    ...('pull_request_target' in on ? ['runs what others wrote with the rights of this repository'] : []),
    ...(permissions === undefined || Object.keys(permissions).length > 0 ? ['gives rights to all of its jobs'] : []),
    ...Object.entries(jobs).flatMap(([name, one]) => [
      ...(one.permissions === undefined ? [`${name}: does not say its rights`] : []),
      ...(one.uses === undefined && one['timeout-minutes'] === undefined ? [`${name}: may run for six hours`] : []),
      ...one.steps.flatMap((each) => problemsOfStep(each).map((problem) => `${name}: ${problem}`)),
    ]),
  ];
};

const problemsOfStep = ({ uses, run, with: inputs }: z.infer<typeof step>): readonly string[] => {
  const owner = uses === undefined ? undefined : pinned.exec(uses)?.[1];
  return [
    ...(uses !== undefined && (owner === undefined || !owners.includes(owner)) ? [`uses ${uses}`] : []),
    ...(uses?.startsWith('actions/checkout@') && inputs?.['persist-credentials'] !== false
      ? ['leaves its token in the checkout']
      : []),
    // What a branch or a tag is called would be part of the script.
    ...(run?.includes('${{') ? ['puts an expression into a script'] : []),
  ];
};
