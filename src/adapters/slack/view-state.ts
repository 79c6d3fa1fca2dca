import { z } from 'zod';
import { personId } from '#domain/ids.ts';
import { fieldOf } from './form.ts';

const chosenOption = z.object({ value: z.string() });
const value = z.object({
  value: z.string().nullish(),
  selected_option: chosenOption.nullish(),
  selected_options: z.array(chosenOption).nullish(),
  selected_user: z.string().nullish(),
});

/** What Slack sends of an open or submitted view, as far as it is used (block kit `view` payload). */
export const viewPayload = z.object({
  user: z.object({ id: personId }),
  trigger_id: z.string().optional(),
  view: z.object({
    id: z.string(),
    hash: z.string().optional(),
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), value)) }),
  }),
});
export type ViewPayload = z.infer<typeof viewPayload>;

/** The answers of a form by field name, each as a list; what was left empty is not there. */
export const answersIn = ({ view }: ViewPayload): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(view.state.values).flatMap(([block, actions]) => {
      const [answer] = Object.values(actions);
      const values = answer === undefined ? [] : valuesOf(answer);
      return values.length === 0 ? [] : [[fieldOf(block), values]];
    }),
  );

const valuesOf = (answer: z.infer<typeof value>): readonly string[] => {
  if (answer.selected_options) return answer.selected_options.map((option) => option.value);
  const one = answer.selected_option?.value ?? answer.selected_user ?? answer.value;
  return one === null || one === undefined || one === '' ? [] : [one];
};

/** What the form has fixed because there was nothing to choose. */
const fixed = z.object({ kind: z.string(), cluster: z.string(), breakGlass: z.boolean().default(false) });
const fixedIn = ({ view }: ViewPayload) => fixed.parse(JSON.parse(view.private_metadata));

/** Whether the form is for what is taken by break-glass. */
export const isBreaking = (payload: ViewPayload): boolean => fixedIn(payload).breakGlass;

/** All that is chosen in the form: what was fixed and what was answered. */
export const chosenIn = (payload: ViewPayload): Readonly<Record<string, string>> => {
  const answers = Object.entries(answersIn(payload)).map(([name, [first = '']]) => [name, first]);
  const { kind, cluster } = fixedIn(payload);
  return { kind, cluster, ...Object.fromEntries(answers) };
};

/** The id of the block that holds a field, to put an error there. */
export const blockOf = ({ view }: ViewPayload, field: string): string | undefined =>
  Object.keys(view.state.values).find((block) => fieldOf(block) === field);
