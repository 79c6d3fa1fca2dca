import { readFile } from 'node:fs/promises';
import { openLines } from '#adapters/files/lines.ts';
import { readCheckpointMessage } from '#adapters/slack/checkpoint-message.ts';
import { checkpointsIn } from '#domain/audit/checkpoint.ts';
import type { AuditFinding } from '#domain/audit/finding.ts';
import { type FoundCheckpoint, judgeCheckpoints } from '#domain/audit/judge-checkpoints.ts';
import type { Trust } from '#domain/request/chain.ts';
import { readExported } from '#domain/request/exported.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { foundInLine } from '#use-cases/found-checkpoints.ts';
import { logsOfExport } from '#use-cases/logs-to-judge.ts';
import { readExport } from '#use-cases/read-export.ts';
import { verifyLogs } from '#use-cases/verify-logs.ts';
import type { VerifyOptions } from './audit-verify.ts';
import { uncompared, type Verified } from './audit-verify-text.ts';

export type ExportFiles = { readonly file: string; readonly checkpoints?: string | undefined };

/** Verifies an export by itself, and with what somebody saved of the audit channel. */
export const verifyExport = async (
  { file, checkpoints }: ExportFiles,
  { trust, judging, retention }: Pick<VerifyOptions, 'trust' | 'judging' | 'retention'>,
): Promise<Result<Verified, readonly string[]>> => {
  const stored = await storedIn(file, trust);
  if (!stored.ok) return stored;
  const saved = checkpoints === undefined ? ok(undefined) : await savedIn(checkpoints, trust);
  if (!saved.ok) return saved;
  const opened = await openLines(file);
  if (!opened.ok) return err([opened.error]);
  const { found, at } = stored.value;
  // An export that is older than what was saved lacks the latest: that is no fault of it.
  const last = found.reduce((highest, { checkpoint }) => Math.max(highest, checkpoint?.number ?? 0), 0);
  const isOlder = ({ checkpoint }: FoundCheckpoint): boolean =>
    checkpoint === undefined || checkpoint.number <= last || at === undefined || checkpoint.at <= at;
  const channel = saved.value?.filter(isOlder);
  const later = (saved.value?.length ?? 0) - (channel?.length ?? 0);
  const judged = judgeCheckpoints(
    { store: found, ...(channel === undefined ? {} : { channel }) },
    Temporal.Now.instant(),
    retention,
  );
  const told: AuditFinding[] = [];
  const logs = await verifyLogs(
    logsOfExport(readExport(opened.value), judged, (finding) => void told.push(finding)),
    judging,
  );
  return ok({
    source: file,
    logs,
    checkpoints: { store: found.length, ...(channel === undefined ? {} : { channel: channel.length }), judged },
    findings: [...told, ...judged.findings, ...logs.findings],
    notLookedAt: [
      'Slack was not asked: the threads were not looked at.',
      ...(channel === undefined
        ? [
            'The audit channel was not looked at: whether the whole log was written anew with Hallpass’s own keys, only it can tell. Save its messages, and name the file with --checkpoints.',
          ]
        : []),
      ...uncompared(judged, retention),
      ...(later === 0
        ? []
        : [`${later} of the saved checkpoints are later than the export (${at}), and were left out.`]),
    ],
    incomplete: [],
  });
};

const storedIn = async (
  file: string,
  trust: Trust,
): Promise<
  Result<{ readonly found: readonly FoundCheckpoint[]; readonly at?: string | undefined }, readonly string[]>
> => {
  const opened = await openLines(file);
  if (!opened.ok) return err([opened.error]);
  const found: FoundCheckpoint[] = [];
  let at: string | undefined;
  for await (const { text } of opened.value) {
    // Most lines are entries: these are not parsed twice.
    if (!text.ok || !/^\s*\{\s*"(?:checkpoint|export)"/.test(text.value)) continue;
    const read = readExported(text.value);
    if (read.ok && read.value.type === 'checkpoint') found.push(foundInLine(read.value.text, trust));
    if (read.ok && read.value.type === 'end') at = read.value.at;
  }
  return ok({ found, at });
};

/** Megabytes of what somebody saved. */
const longest = 256;

/** The channel as text, or as messages in JSON, as Slack exports them. */
const savedIn = async (path: string, trust: Trust): Promise<Result<readonly FoundCheckpoint[], readonly string[]>> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) =>
    cause instanceof Error ? cause : new Error(String(cause)),
  );
  if (text instanceof Error)
    return err([`${path} cannot be read (${text.message}). Name a file with the messages of the audit channel.`]);
  if (text.length > longest * 1024 * 1024)
    return err([`${path} is longer than ${longest} MiB. Name a file with the messages of the audit channel alone.`]);
  const messages = jsonList(text);
  const seen =
    messages === undefined ? checkpointsIn(text, trust) : messages.flatMap((one) => savedMessage(one, trust));
  if (seen.length === 0)
    return err([
      `${path} holds no checkpoints. Copy the messages of the audit channel whole, or take Slack's own export of it.`,
    ]);
  return ok(seen.toSorted((one, other) => one.checkpoint.number - other.checkpoint.number));
};

/** What a saved message says of a checkpoint, and when Slack took it. */
const savedMessage = ({ blocks, ts }: Saved, trust: Trust) => {
  const seen = readCheckpointMessage({ blocks }, trust)?.seen;
  return seen === undefined ? [] : [{ ...seen, ...(typeof ts === 'string' ? { ts } : {}) }];
};

type Saved = { readonly blocks?: unknown; readonly ts?: unknown };

const jsonList = (text: string): readonly Saved[] | undefined => {
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found)
      ? found.filter((one) => typeof one === 'object' && one !== null).map(({ blocks, ts }) => ({ blocks, ts }))
      : undefined;
  } catch {
    return undefined;
  }
};
