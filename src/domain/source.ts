/**
 * Where a request may come from. What is not here yet is no place, in a policy and in a log. `drift`: nobody asked; Hallpass has found
 * something changed.
 */
export const sources = ['slack', 'kubectl', 'api', 'cli', 'mcp', 'drift'] as const;
export type Source = (typeof sources)[number];

/** Logs from before it was written down are of requests that came from Slack. */
export const sourceOf = ({ source = 'slack' }: { readonly source?: Source | undefined }): Source => source;
