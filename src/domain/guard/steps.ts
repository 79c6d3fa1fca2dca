/** From one state of an object to another, as somebody agreed to it; `any`: from whichever. */
export type Step = { readonly from: string | 'any'; readonly to: string };

/** Whether a state comes of another by these steps, in any order. */
export const comesOf = (
  steps: readonly Step[],
  { from, to }: { readonly from: string; readonly to: string },
): boolean => {
  const reached = new Set([from]);
  for (let before = 0; before !== reached.size; ) {
    before = reached.size;
    for (const step of steps) if (step.from === 'any' || reached.has(step.from)) reached.add(step.to);
  }
  return reached.has(to);
};
