import { type Ready, startProbeServer } from '#adapters/http/probes.ts';
import { err, type Result } from '#domain/result.ts';
import type { Log } from './log.ts';

/** What of a process runs, and what it lacks. */
export type Health = {
  /** Says what a part of the process lacks, from now on; it lacked its start before. */
  readonly watch: (part: string, lacks: Ready) => void;
  /** It is about to end: whoever asks is sent elsewhere. */
  readonly end: () => void;
  readonly ready: Ready;
};

/** `parts` are those that have to start: "bot", "worker". */
export const createHealth = (parts: readonly string[]): Health => {
  const lacking = new Map<string, Ready>(parts.map((part) => [part, () => `The ${part} has not started yet.`]));
  let isEnding = false;
  return {
    watch: (part, lacks) => void lacking.set(part, lacks),
    end: () => {
      isEnding = true;
    },
    ready: () => {
      const missing = [...lacking.values()].flatMap((lacks) => lacks() ?? []);
      return [...(isEnding ? ['The process is ending.'] : []), ...missing].join('\n') || undefined;
    },
  };
};

/** Answers `/livez` and `/readyz` on this port, to everybody who can reach it. `err` says why it cannot. */
export const serveHealth = async (
  port: number,
  { ready }: Pick<Health, 'ready'>,
  error: Log,
): Promise<Result<{ readonly stop: () => Promise<void> }, string>> => {
  const served = await startProbeServer(port, ready, error);
  return served.ok ? served : err(`HALLPASS_HEALTH_PORT: ${served.error}`);
};
