import { resolve } from 'node:path';
import { createJudgeApart } from '#adapters/keys/judge-apart.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import type { Trust } from '#domain/request/chain.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { type Environment, inspectConfig } from '#src/config.ts';
import { type Answer, misspelt } from './answer.ts';
import { verifyExport } from './audit-verify-export.ts';
import { verifyLive } from './audit-verify-live.ts';
import { answerOf } from './audit-verify-text.ts';
import { sayCause } from './checks.ts';
import { readFlags } from './flags.ts';
import { withoutSecrets } from './secrets.ts';
import { readShortestRetention } from './shortest-retention.ts';

const known = {
  export: 'value',
  checkpoints: 'value',
  threads: 'value',
  sample: 'value',
  channel: 'values',
  keys: 'value',
  retention: 'value',
  json: 'switch',
} as const;

/** Threads that are looked at: all, none, or so many by chance. */
export type ThreadChoice = 'all' | 'none' | number;

export type VerifyOptions = {
  readonly threads: ThreadChoice;
  /** Audit channels besides that of the policy: where checkpoints were posted before. */
  readonly channels: readonly string[];
  /** Days of the shortest retention that was ever in force, by whoever asks. */
  readonly retention?: number | undefined;
  readonly trust: Trust;
  readonly judging: ReturnType<typeof createJudgeApart>;
  /** Says how far it is, for whoever waits. */
  readonly progress: (text: string) => void;
};

const usualSample = 50;

/**
 * `audit verify`: compares the log with its own signatures, the checkpoints, the audit channel and the threads. Exit status 0:
 * nothing was found; 1: something is otherwise than it was written; 3: something could not be looked at.
 */
export const verifyAudit = async (
  words: readonly string[],
  environment: Environment,
  progress: (text: string) => void = (text) => void process.stderr.write(`${text}\n`),
): Promise<Answer> => {
  const flags = readFlags(words, known);
  if (!flags.ok) return misspelt([flags.error]);
  const { json = false, export: file, checkpoints, channel: channels = [] } = flags.value;
  const threads = threadsOf(flags.value);
  if (!threads.ok) return misspelt([threads.error]);
  const wrong = channels.find((one) => !/^[CG][A-Z0-9]{2,20}$/.test(one));
  if (wrong !== undefined)
    return misspelt([`--channel ${wrong} is not a Slack channel id. Ids look like "C02ABCDEF".`]);
  const retention = readShortestRetention(flags.value.retention);
  if (!retention.ok) return misspelt([retention.error]);
  const conflict = conflictOf(flags.value);
  if (conflict !== undefined) return misspelt([conflict]);

  const { config } = inspectConfig(environment);
  const folder = flags.value.keys ?? config.keys;
  const keys =
    folder === ''
      ? err([
          'HALLPASS_KEYS is not set. Set it, or name the folder with --keys: without public keys nothing can be verified.',
        ])
      : createKeys(folder);
  if (!keys.ok) return { status: 3, errors: keys.error };
  const judging = createJudgeApart(resolve(folder), keys.value.trust);
  const { trust } = keys.value;
  const asked = { threads: threads.value, channels, retention: retention.value };
  const options: VerifyOptions = { ...asked, trust, judging, progress };
  try {
    const verified =
      file === undefined ? await verifyLive(environment, options) : await verifyExport({ file, checkpoints }, options);
    return verified.ok ? answerOf(verified.value, json) : { status: 3, errors: verified.error };
  } catch (cause) {
    return {
      status: 3,
      errors: [`It could not be completed (${withoutSecrets(config, sayCause(cause))}). Try again.`],
    };
  } finally {
    await judging.stop();
  }
};

type Said = {
  readonly threads?: string;
  readonly sample?: string;
  readonly export?: string;
  readonly checkpoints?: string;
  readonly channel?: readonly string[];
};

const threadsOf = ({ threads, sample, export: file }: Said): Result<ThreadChoice, string> => {
  if (threads !== undefined && threads !== 'all' && threads !== 'none')
    return err(
      `--threads ${threads} is not understood. Write all or none, or leave it out and say how many by --sample.`,
    );
  if (sample !== undefined && !/^[1-9]\d{0,6}$/.test(sample))
    return err(`--sample ${sample} is not a number of threads. Write it like 50.`);
  if (threads !== undefined && sample !== undefined)
    return err('--threads and --sample contradict each other. Say one of them.');
  if (file !== undefined) return ok('none');
  return ok(threads ?? (sample === undefined ? usualSample : Number(sample)));
};

const conflictOf = ({ export: file, checkpoints, threads, sample, channel }: Said): string | undefined => {
  if (file === undefined && checkpoints !== undefined)
    return '--checkpoints goes with --export only: otherwise the channel itself is read.';
  if (
    file !== undefined &&
    (sample !== undefined || channel !== undefined || (threads !== undefined && threads !== 'none'))
  )
    return 'An export is verified without Slack: leave --threads, --sample and --channel out.';
  return undefined;
};
