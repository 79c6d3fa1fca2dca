import type { WebClient, WebClientOptions } from '@slack/web-api';
import type { RequestId } from '#domain/ids.ts';
import type { Request } from '#domain/request/request.ts';
import { needsReview } from '#domain/request/terms.ts';
import { readContent, type Shown as ShownContent } from '#use-cases/contents.ts';
import { offersExtension } from '#use-cases/extend-grant.ts';
import type { Attempts } from '#use-cases/guard-ports.ts';
import { heldIndexOf } from '#use-cases/held-index.ts';
import { openedBefore } from '#use-cases/opened-before.ts';
import type { BotPorts, Core, Directory, ProjectionStore } from '#use-cases/ports.ts';
import { find } from '#use-cases/request-log.ts';
import { reviewersOf } from '#use-cases/reviewers.ts';
import { createAlarms } from './alarms.ts';
import { createCache } from './cache.ts';
import { describedBy } from './described.ts';
import type { SlackDirectory } from './directory.ts';
import { hallmarked } from './hallmark.ts';
import { mentionsOf } from './mentions.ts';
import { offerOf } from './offer.ts';
import { createPostOnce } from './post-once.ts';
import { proven } from './proven.ts';
import { createShowCard } from './show-card.ts';
import { createShowFiles } from './show-files.ts';
import { createShowNews } from './show-news.ts';
import { createShowThread } from './show-thread.ts';
import type { Subject, Tools } from './showing.ts';
import { createCalls, others, realTime, type Time } from './slack-calls.ts';
import { orSetback, type Setback, setbackOf } from './slack-faults.ts';
import { createTrustedNotes } from './trusted-notes.ts';
import { createUpload } from './upload.ts';
import { votersStanding } from './voters-standing.ts';

/**
 * For the client that the projection posts with. No retries of its own: web-api repeats a post whose answer was lost
 * without looking whether it is there, and then there are two. Nor may it wait out a 429 by itself.
 */
export const postingOptions: Pick<WebClientOptions, 'timeout' | 'retryConfig' | 'rejectRateLimitedCalls'> = {
  timeout: 5_000,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
};

export type ProjectionParts = {
  readonly core: Core;
  /** Made with `postingOptions`, and used for nothing else: a pause of its own delays nobody. */
  readonly client: WebClient;
  readonly directory: Pick<SlackDirectory, 'channelProblem'> & Pick<Directory, 'members'>;
  /** `url` is the workspace's own address as auth.test says it; without it noted links are left out. */
  readonly bot: { readonly user_id: string; readonly url?: string | undefined };
  readonly notes: ProjectionStore;
  readonly contents: BotPorts['contents'];
  /** How often a held write was tried; undefined where that is not known. */
  readonly attempts?: (fingerprint: string) => Promise<Attempts | undefined>;
  /** What carries the bytes of files to Slack; the one that the client was made with. */
  readonly fetch?: WebClientOptions['fetch'];
  readonly time?: Time;
};

/** `done`, though something may be in the way that a person must clear first; or how long to wait before the next try. */
export type Shown =
  | { readonly type: 'done'; readonly blocked?: string }
  | { readonly type: 'early'; readonly milliseconds: number; readonly why: string; readonly outage?: true };

export type Projection = {
  /**
   * Brings Slack up to date with one request: its card, its thread, the direct messages. Idempotent; may be called
   * side by side in any number of processes. Throws only when our own stores fail.
   */
  readonly show: (id: RequestId) => Promise<Shown>;
  /**
   * Draws the card anew, though its log says nothing new: something beside it has. Not before it is there. Once, where it does not
   * matter that somebody else shows it just now, or Slack wants a pause; otherwise so many `times`.
   */
  readonly redraw: (id: RequestId, times?: number) => Promise<void>;
  /** Brings Slack up to date with all requests that are not, cards first. Returns after some 20 s, or when Slack is away. */
  readonly catchUp: () => Promise<void>;
};

/** A remedy of an administrator is noticed within so many milliseconds. */
const channelMemory = 15_000;
const walkFor = 20_000;
const longestWait = 5_000;
const perWalk = 1_000;
const busy = { type: 'early', milliseconds: 500, why: 'It is being shown already' } as const;

export const createProjection = ({
  core,
  client,
  directory,
  bot,
  notes: store,
  contents,
  attempts: attemptsAt = async () => undefined,
  fetch,
  time = realTime,
}: ProjectionParts): Projection => {
  const calls = createCalls(client, time);
  const postOnce = createPostOnce({ client, calls, clock: core.clock, botUser: bot.user_id });
  const channels = createCache(channelMemory, (id: string) => calls.call(others, () => directory.channelProblem(id)));
  const { alarmOnce, fine } = createAlarms(core.alarm);
  const notes = createTrustedNotes(store, core.alarm);
  const { alarm } = core;
  const tools: Tools = {
    client,
    calls,
    postOnce,
    prove: (message) => proven(message, core.signer, core.trust),
    mark: (message) => hallmarked(message, core.signer, core.trust),
    workspace: bot.url,
    channelProblem: channels.get,
    alarmOnce,
    fine,
    alarm,
  };
  const [card, thread, news] = [createShowCard(tools), createShowThread(tools), createShowNews(tools, core)];
  const files = createShowFiles(tools, {
    clock: core.clock,
    upload: createUpload(fetch),
  });

  /** What cannot be looked up is said where somebody acts. */
  const reviewed = async (request: Request): Promise<Pick<Subject, 'reviewers'>> =>
    needsReview(request)
      ? { reviewers: await reviewersOf({ settings: core.settings, directory, alarm: () => {} }, request.asked) }
      : {};

  const bringUpToDate = async (id: RequestId, cardOnly: boolean, anew = false): Promise<Shown> => {
    const found = await find(core, id);
    if (found.type === 'broken') return { type: 'done', blocked: found.why };
    if (found.type === 'absent') return { type: 'done' };
    const { chain } = found;
    const { kinds, policy } = core.settings();
    const description = describedBy(kinds, chain.request.asked);
    const offer = offerOf(kinds, chain.request);
    const standing = await votersStanding(policy, directory, chain);
    const { id: request, content: changed, around } = chain.request.asked;
    const current = changed ?? around;
    const read = new Map<string | undefined, Promise<ShownContent>>();
    const noted = await notes.open(chain.request);
    if (anew && noted.now().cardVersion > 0) await noted.save((before) => ({ ...before, cardVersion: 0 }));
    const { asked } = chain.request;
    const attempts = asked.held === undefined ? undefined : await attemptsAt(heldIndexOf(asked, asked.held));
    const subject = {
      chain,
      notes: noted,
      ...(attempts === undefined ? {} : { attempts }),
      ...(offer === undefined ? {} : { offer }),
      mention: mentionsOf(policy.groups),
      ...(await reviewed(chain.request)),
      mayGoOn: offersExtension(core.settings(), chain.request),
      before: await openedBefore(core, chain.request),
      content: (of = current) => {
        const found =
          read.get(of?.digest) ?? readContent({ contents, trust: core.trust }, { id: request, content: of });
        read.set(of?.digest, found);
        return found;
      },
      ...(description === undefined ? {} : { description }),
      ...(standing === undefined ? {} : { standing }),
    };
    const setbacks: Setback[] = [];
    for (const step of cardOnly ? [card] : [card, thread, files, news]) {
      const setback = await orSetback(() => step(subject));
      if (setback !== undefined) setbacks.push(setback);
      if (setback?.type === 'outage') break;
    }
    if (setbacks.length === 0 && !cardOnly) await core.store.markShown(id, chain.entries.length);
    return outcomeOf(setbacks);
  };

  const show = async (id: RequestId, cardOnly: boolean, anew = false): Promise<Shown> => {
    let shown: Shown = busy;
    await store.exclusively(id, async () => {
      shown = await bringUpToDate(id, cardOnly, anew).catch(unlessSetBack);
    });
    if (shown.type === 'early' && shown.outage)
      alarmOnce('Slack cannot be reached; cards and messages catch up afterwards', { why: shown.why });
    return shown;
  };

  /** One request that cannot be looked at holds up no other; a store that is away holds up all. */
  const skipped = async (id: RequestId, cause: unknown): Promise<Shown> => {
    await core.store.unshown(1);
    notes.alarmAbout(id, 'A request cannot be shown in Slack', { why: String(cause) });
    return { type: 'done', blocked: String(cause) };
  };

  /** Shows one after another, waiting where Slack wants it; false when there is no point in going on now. */
  const showAll = async (ids: readonly RequestId[], cardOnly: boolean, until: number): Promise<boolean> => {
    for (const id of ids) {
      for (;;) {
        if (time.now() > until) return false;
        const shown = await show(id, cardOnly).catch((cause: unknown) => skipped(id, cause));
        if (shown.type === 'early' && shown.outage) return false;
        if (shown.type === 'done' || shown === busy || shown.milliseconds > longestWait) break;
        await time.pause(shown.milliseconds);
      }
    }
    return true;
  };

  const walk = async (): Promise<void> => {
    const until = time.now() + walkFor;
    const ids = await core.store.unshown(perWalk);
    if (await showAll(ids, true, until)) await showAll(ids, false, until);
  };

  let walking: Promise<void> | undefined;
  return {
    show: (id) => show(id, false),
    redraw: async (id, times = 1) => {
      for (let left = times; left > 0; left -= 1) {
        const shown = await show(id, true, true);
        if (shown.type === 'done' || left === 1) return;
        await time.pause(Math.min(shown.milliseconds, longestWait));
      }
    },
    catchUp: () => {
      walking ??= walk().finally(() => {
        walking = undefined;
      });
      return walking;
    },
  };
};

/** Before any step: the notes could not be opened. */
const unlessSetBack = (cause: unknown): Shown => {
  const setback = setbackOf(cause);
  if (setback === undefined) throw cause;
  return outcomeOf([setback]);
};

/** What is worth another try decides; what is blocked waits for somebody. */
const outcomeOf = (setbacks: readonly Setback[]): Shown => {
  const blocked = setbacks.find(({ type }) => type === 'blocked');
  const waits = setbacks.flatMap((one) => (one.type === 'blocked' ? [] : [one]));
  const [first] = waits;
  if (first === undefined) return { type: 'done', ...(blocked === undefined ? {} : { blocked: blocked.why }) };
  const milliseconds = Math.min(...waits.map((one) => one.milliseconds));
  return {
    type: 'early',
    milliseconds,
    why: first.why,
    ...(waits.some(({ type }) => type === 'outage') ? { outage: true } : {}),
  };
};
