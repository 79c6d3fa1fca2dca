import { type CloudEvent, cloudEventOf, readAuditLine } from '#domain/outgoing/cloud-event.ts';
import { type Destination, wants } from '#domain/outgoing/destination.ts';
import type { AuditSink, SinkName } from '#use-cases/follow-audit.ts';
import type { Alarm } from '#use-cases/ports.ts';
import { createPoster, type Posted, type Receiver } from './post-event.ts';
import { createTrouble, type Outcome, outcomeOf, type Pace, type Words } from './retries.ts';

const usual: Pace = {
  timeout: 10_000,
  first: 1_000,
  most: 60_000,
  slow: 300_000,
  patience: 60_000,
  remind: 3_600_000,
};

export type WebhookOptions = {
  readonly destination: Destination;
  /** Which Hallpass this is, in each event. */
  readonly source: string;
  readonly ca?: string | undefined;
  readonly readKeys: Receiver['readKeys'];
  readonly alarm: Alarm;
  readonly info: (message: string, fields: Readonly<Record<string, string>>) => void;
  readonly count: (webhook: string, result: WebhookResult) => void;
  readonly pace?: Pace;
};

/** What became of one try. */
export type WebhookResult = Outcome['type'] | 'gone';

export const sinkNameOf = ({ name }: Pick<Destination, 'name'>): SinkName => `webhook:${name}`;

/**
 * Posts each event that a destination wants by itself, in order, until it is taken: a 2xx. What is refused is offered on, slowly, and
 * nothing passes it; after a 410 nothing is sent any more until the bot starts anew.
 */
export const createWebhookSink = ({
  destination,
  source,
  ca,
  readKeys,
  alarm,
  info,
  count,
  pace = usual,
}: WebhookOptions): AuditSink & { readonly close: () => Promise<void> } => {
  const { name, url, linkLocal, history } = destination;
  const poster = createPoster({ url, ca, linkLocal, readKeys, timeout: pace.timeout });
  const words = wordsFor(destination);
  const trouble = createTrouble({ words, alarm, info, pace });
  let isGone = false;

  const giveUp = (): void => {
    isGone = true;
    count(name, 'gone');
    alarm('A webhook answers that it is gone (410): nothing is sent there any more', {
      ...words.about,
      remedy:
        'What is not sent is kept as long as logs are. Take it out of webhooks.yaml, or mend the receiver, and start the bot anew',
    });
  };
  const send = async (event: CloudEvent, signal: AbortSignal): Promise<boolean> => {
    const posted = await poster.post(event, signal);
    // What was answered counts, also when the bot stops meanwhile.
    if (signal.aborted && posted.type !== 'answered') return false;
    if (posted.type === 'answered' && posted.status === 410) {
      giveUp();
      return false;
    }
    const outcome = judged(posted, event);
    count(name, outcome.type);
    trouble.note(outcome);
    return outcome.type === 'taken';
  };

  return {
    name: sinkNameOf(destination),
    atOnce: 1,
    beginsNow: !history,
    wants: (line) => wants(destination, readAuditLine(line)),
    isReady: () => !isGone && trouble.isOver(),
    write: async (lines, signal) => {
      for (const line of lines) if (!(await send(cloudEventOf(line, source), signal))) return false;
      return true;
    },
    close: poster.close,
  };
};

/** A refusal says of which event it is: what waits behind it waits for that one. */
const judged = (posted: Posted, { id, type }: CloudEvent): Outcome => {
  if (posted.type === 'no-answer') return { type: 'away', why: posted.why };
  if (posted.type === 'unsent') return { type: 'refused', why: posted.why };
  const outcome = outcomeOf(posted.status, posted.retryAfter);
  return outcome.type === 'refused' ? { ...outcome, why: `${outcome.why} to ${type} ${id}` } : outcome;
};

/** Of an address only the host is told: the rest may be secret. */
const wordsFor = ({ name, url }: Destination): Words => ({
  about: { webhook: name, host: new URL(url).origin },
  refuses: 'A webhook refuses events',
  isAway: 'A webhook has taken nothing for a while',
  takesAgain: 'A webhook takes events again',
  remedy: `Nothing is lost: it goes on trying, and what comes later waits behind it. Look at the receiver and at "${name}" in webhooks.yaml; \`hallpass webhooks test ${name}\` tries it. An event that it will never take can be left out with "skip"`,
});
