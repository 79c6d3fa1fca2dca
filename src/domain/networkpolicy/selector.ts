import { z } from 'zod';

export type Labels = Readonly<Record<string, string>>;

/** As in `LabelSelector` (meta/v1): all of it must fit; an empty one fits everything. */
export const labelSelector = z.object({
  matchLabels: z.record(z.string(), z.string()).nullish(),
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
});
export type LabelSelector = z.infer<typeof labelSelector>;

export const selects = ({ matchLabels, matchExpressions }: LabelSelector, labels: Labels): boolean =>
  Object.entries(matchLabels ?? {}).every(([key, value]) => labelOf(labels, key) === value) &&
  (matchExpressions ?? []).every((expression) => holds(expression, labels));

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

/** `NotIn` also holds where there is no such label (kubernetes.io/docs/concepts/overview/working-with-objects/labels). */
const holds = ({ key, operator, values }: Expression, labels: Labels): boolean => {
  const value = labelOf(labels, key);
  const listed = value !== undefined && (values ?? []).includes(value);
  switch (operator) {
    case 'In':
      return listed;
    case 'NotIn':
      return !listed;
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
};

const labelOf = (labels: Labels, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;
