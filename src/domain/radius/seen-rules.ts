/** The names of what is found by looking at what stands around a change, beside the rules of risk. */
export const seenRules = [
  'route-elsewhere',
  'network-open-in',
  'network-open-out',
  'network-data-outside',
  'network-data-elsewhere',
] as const;
