import type { Core } from './ports.ts';

/**
 * The same ports, with one policy for as long as they are used: what is judged by one policy is not done by the next one
 * that takes its place meanwhile.
 */
export const underOnePolicy = <P extends Core>(ports: P): P => {
  let kept: ReturnType<Core['settings']> | undefined;
  return {
    ...ports,
    settings: () => {
      kept ??= ports.settings();
      return kept;
    },
  };
};
