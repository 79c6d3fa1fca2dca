import { z } from 'zod';
import type { AuditFinding } from '#domain/audit/finding.ts';
import { judgeProof } from '#domain/audit/proof.ts';
import type { RequestId } from '#domain/ids.ts';
import type { Trust } from '#domain/request/chain.ts';
import { cardEvent } from './card.ts';
import type { FoundMessage } from './read-messages.ts';
import { readText } from './read-text.ts';
import { threadEvent } from './thread.ts';

/** A log as it is believed: hashes by version, and how many entries it has. */
export type KnownLog = { readonly hashes: ReadonlyMap<number, string>; readonly length: number };

export type ThreadToJudge = {
  readonly id: RequestId;
  readonly log: KnownLog;
  readonly channel: string;
  readonly botUser: string;
  readonly trust: Trust;
};

/** A message that proves nothing by itself: from before there were proofs, if it is that old. */
export type Unproven = { readonly ts: string; readonly version: number };

export type JudgedThread = {
  readonly findings: readonly AuditFinding[];
  /** Versions that a message of Hallpass says, whatever is wrong with it. */
  readonly said: ReadonlySet<number>;
  readonly proven: readonly string[];
  readonly unproven: readonly Unproven[];
  /** Versions behind the end of the log. */
  readonly ahead: readonly number[];
};

const payload = z.object({ request: z.string(), version: z.int().min(1), hash: z.string() });
const ours = ({ id, channel, botUser }: ThreadToJudge) => {
  const say = (what: AuditFinding['what'], ts: string, why: string, version?: number): AuditFinding => ({
    about: 'message',
    what,
    request: id,
    ...(version === undefined ? {} : { version }),
    message: { channel, ts },
    why,
  });
  return { say, isOurs: (message: FoundMessage): boolean => message.user === botUser };
};

/** All that Hallpass says beside a diff that it attaches. */
const besideDiff = /^Revision \d+(, which another took the place of)?, all \d+ lines:$/;

/** The line that each message of Hallpass ends with: who imitates it has it too. */
const looksLikeOne = /entry \d+ · [0-9a-f]{12}/;

/** What is wrong with a thread's head: what people see first, with its buttons. */
export const judgeHead = (
  thread: ThreadToJudge,
  head: FoundMessage | undefined,
  ts: string,
): readonly AuditFinding[] => {
  const { say, isOurs } = ours(thread);
  if (head === undefined || !isOurs(head) || head.metadata === undefined)
    return [say('deleted', ts, 'the card of the request is not there any more')];
  return head.metadata.event_type === cardEvent && head.metadata.event_payload.request === thread.id
    ? []
    : [say('edited', ts, 'its metadata does not say that it is the card of this request')];
};

/** Compares the messages under a card with the log. What people say there is theirs, and is passed over. */
export const judgeThread = (thread: ThreadToJudge, messages: readonly FoundMessage[]): JudgedThread => {
  const { id, log, trust, botUser } = thread;
  const { say, isOurs } = ours(thread);
  const findings: AuditFinding[] = [];
  const said = new Map<number, string>();
  const proven: string[] = [];
  const unproven: Unproven[] = [];
  const ahead: number[] = [];
  let highest = 0;

  const judgeEvent = (message: FoundMessage): void => {
    const { ts } = message;
    const found = payload.safeParse(message.metadata?.event_payload).data;
    const version = found?.version;
    if (!isOurs(message)) {
      findings.push(
        say('forged', ts, `it claims to be an entry, and ${message.user ?? 'another app'} posted it`, version),
      );
      return;
    }
    if (found === undefined || version === undefined || found.request !== id) {
      findings.push(say('forged', ts, 'its metadata does not name an entry of this request', version));
      return;
    }
    const before = said.get(version);
    if (before !== undefined) findings.push(say('added', ts, `message ${before} says the same entry`, version));
    else said.set(version, ts);
    if (before === undefined && version < highest)
      findings.push(say('reordered', ts, `it stands behind entry ${highest}`, version));
    highest = Math.max(highest, version);
    const verdict = judgeProof(found, message.metadata?.event_payload, readText(message), trust, postedAt(ts));
    if (verdict === 'unproven') unproven.push({ ts, version });
    else if (verdict !== 'fine') findings.push(say('edited', ts, verdict, version));
    else proven.push(ts);
    if (message.edited !== undefined && (verdict === 'fine' || verdict === 'unproven'))
      findings.push(say('edited', ts, 'Slack says that it was edited', version));
    // Nothing that Hallpass posts has any, and it asks Slack to unfurl nothing.
    if ((message.attachments ?? []).length > 0 && (verdict === 'fine' || verdict === 'unproven'))
      findings.push(say('edited', ts, 'something was attached to it', version));
    const hash = log.hashes.get(version);
    if (version > log.length) ahead.push(version);
    else if (hash !== undefined && hash !== found.hash && verdict !== 'its metadata was edited')
      findings.push(
        say('altered', ts, 'it names another entry than the log has: one of both was written anew', version),
      );
  };

  const isAttached = ({ files = [], text = '' }: FoundMessage): boolean =>
    besideDiff.test(text) &&
    files.length > 0 &&
    files.every(({ name }) => name?.startsWith(`${id}-r`) === true && name.endsWith('.diff'));

  for (const message of messages) {
    if (message.metadata?.event_type === threadEvent) judgeEvent(message);
    else if (message.user === botUser) {
      if (!isAttached(message))
        findings.push(
          say('forged', message.ts, 'it was posted as Hallpass, and does not say which entry it is, or no longer does'),
        );
    } else if (looksLikeOne.test(readText(message)))
      findings.push(
        say('forged', message.ts, `it looks like an entry, and ${message.user ?? 'another app'} posted it`),
      );
  }
  return { findings, said: new Set(said.keys()), proven, unproven, ahead };
};

/** A message's id is the time at which it was posted, in seconds since 1970. */
const postedAt = (ts: string): Temporal.Instant => {
  const seconds = /^\d{1,10}(\.\d{1,9})?$/.test(ts) ? Number(ts) : 0;
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(seconds * 1_000));
};
