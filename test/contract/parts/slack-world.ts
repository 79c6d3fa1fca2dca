import { LogLevel, WebClient } from '@slack/web-api';
import { createDirectory } from '#adapters/slack/directory.ts';
import { createProjection, type Projection, postingOptions } from '#adapters/slack/projection.ts';
import { personId, type RequestId, requestId } from '#domain/ids.ts';
import { type Author, authorOf, type RequestEvent, type Submitted } from '#domain/request/events.ts';
import { usualWatch } from '#domain/watch/watch.ts';
import { createInMemoryLink } from '#local/slack/in-memory-link.ts';
import type { Message } from '#local/slack/state.ts';
import { createWorkspace, type Workspace } from '#local/slack/workspace.ts';
import { submitted } from '#test/build/requests.ts';
import { createMemoryClock } from '#test/memory/clock.ts';
import { createMemoryContents, type MemoryContents } from '#test/memory/contents.ts';
import { createMemoryEventStore } from '#test/memory/event-store.ts';
import { createMemoryJobs } from '#test/memory/jobs.ts';
import { createMemoryKeys } from '#test/memory/keys.ts';
import { createMemoryProjectionStore } from '#test/memory/projection-store.ts';
import { createHeads } from '#use-cases/heads.ts';
import type { Core, ProjectionStore } from '#use-cases/ports.ts';
import { commit, find } from '#use-cases/request-log.ts';

export const [alice, bob, carol, gone] = ['U0ALICE', 'U0BOB', 'U0CAROL', 'U0GONE'].map((text) =>
  personId.parse(text),
) as [
  ReturnType<typeof personId.parse>,
  ReturnType<typeof personId.parse>,
  ReturnType<typeof personId.parse>,
  ReturnType<typeof personId.parse>,
];
export const approvals = 'C0APPROVALS';
export const ids = (count: number): readonly RequestId[] =>
  Array.from({ length: count }, (_, index) =>
    requestId.parse(`k7m${'23456789abcdefghjkmn'[index % 20]}-q${'23456789abcdefghjkmn'[Math.floor(index / 20)]}`),
  );

type Fetch = typeof globalThis.fetch;

export type SlackWorld = {
  readonly workspace: Workspace;
  readonly notes: ProjectionStore;
  readonly core: Core;
  readonly contents: MemoryContents;
  readonly alarms: readonly string[];
  readonly advance: (milliseconds: number) => void;
  /** Files a request by Alice; further events follow through `record`. */
  readonly ask: (id: RequestId, changed?: Partial<Submitted>) => Promise<void>;
  readonly record: (id: RequestId, ...events: readonly RequestEvent[]) => Promise<void>;
  /** A bot's projection with a client of its own, as another process would have it. */
  readonly start: (notes?: ProjectionStore, through?: (fetch: Fetch) => Fetch) => Projection;
  /** The workspace's own address, as auth.test says it. */
  readonly url: string;
  /** Catches up, time going on, until nothing is unshown; throws when that does not end. */
  readonly settle: (projection: Projection) => Promise<void>;
  readonly unshown: () => Promise<readonly RequestId[]>;
};

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

/** Slack's strict workspace and everything else in memory, all by one clock that goes on when somebody waits. */
export const createSlackWorld = (rates: 'on' | 'off' = 'on'): SlackWorld => {
  const clock = createMemoryClock();
  const started = Temporal.Instant.from('2026-03-02T09:00:00Z');
  let elapsed = 0;
  const advance = (milliseconds: number): void => {
    elapsed += milliseconds;
    clock.advance({ milliseconds: Math.round(milliseconds) });
  };
  const workspace = createWorkspace({ now: () => started.add({ milliseconds: Math.round(elapsed) }), rates });
  const store = createMemoryEventStore(clock);
  const keys = createMemoryKeys();
  const alarms: string[] = [];
  const policy = { groups: new Map(), rules: [], protect: [], watch: usualWatch, adminChannel: approvals, hash: 'p' };
  const coreOf = (author: Author): Core => ({
    clock,
    store,
    jobs: createMemoryJobs(),
    signer: keys.signer(author),
    trust: keys.trust,
    alarm: (message, fields) => void alarms.push(`${message} ${JSON.stringify(fields)}`),
    heads: createHeads(),
    settings: () => ({ policy, identities: [], kinds: [] }),
  });
  const core = coreOf('bot');
  const shared = createMemoryProjectionStore();
  const contents = createMemoryContents();
  const url = `https://${workspace.state.team.domain}.slack.com/`;

  const clientOf = (fetch: Fetch) =>
    new WebClient(workspace.state.app.token, { ...postingOptions, timeout: 60, fetch, logger: quiet });
  const record = async (id: RequestId, ...events: readonly RequestEvent[]): Promise<void> => {
    for (const event of events) {
      const found = await find(core, id);
      const before = found.type === 'found' ? found.chain : undefined;
      const result = await commit(coreOf(authorOf(event.type)), id, before, [event], await clock.now());
      if (result.type !== 'committed') throw new Error(`Not committed: ${result.type}`);
    }
  };
  const start = (notes = shared, through = (fetch: Fetch): Fetch => fetch): Projection => {
    const fetch = through(createInMemoryLink(workspace).fetch);
    const client = clientOf(fetch);
    const time = { now: () => elapsed, pause: async (milliseconds: number) => advance(milliseconds) };
    const directory = createDirectory(client, { team: 'T0HALLPASS' });
    return createProjection({
      core,
      client,
      directory,
      bot: { user_id: workspace.state.app.botUserId, url },
      notes,
      contents,
      fetch,
      time,
    });
  };
  const unshown = () => store.unshown(1_000);
  return {
    workspace,
    notes: shared,
    core,
    contents,
    alarms,
    advance,
    ask: (id, changed = {}) => record(id, asking(changed)),
    record,
    start,
    url,
    unshown,
    settle: async (projection) => {
      for (let round = 0; round < 400; round += 1) {
        await projection.catchUp();
        if ((await unshown()).length === 0) return;
        advance(1_000);
      }
      throw new Error(`Never shown: ${(await unshown()).join(', ')}`);
    },
  };
};

const asking = (changed: Partial<Submitted>): Submitted => ({
  ...submitted(),
  requester: alice,
  subject: alice,
  respondBy: Temporal.Instant.from('2026-03-02T18:00:00Z'),
  approval: { rule: 'shop', policyHash: 'p', quorum: [{ from: 'platform', count: 1 }], channel: approvals },
  ...changed,
});

/** Everything that the bot wrote anywhere, as `card k7m2-q2`, `event k7m2-q2 3`, `news k7m2-q2 3 U0ALICE`; sorted. */
export const written = (workspace: Workspace): readonly string[] =>
  [...workspace.state.messages.values()]
    .flat()
    .filter(({ userId, metadata }) => userId === workspace.state.app.botUserId && metadata !== undefined)
    .map((message) => nameOf(workspace, message))
    .sort();

const nameOf = (workspace: Workspace, { channelId, metadata }: Message): string => {
  const channel = workspace.state.channels.get(channelId);
  const person =
    channel?.kind === 'im' ? [...channel.members].find((one) => one !== workspace.state.app.botUserId) : undefined;
  const { request, version } = metadata?.event_payload ?? {};
  const sort = metadata?.event_type.replace('hallpass_', '') ?? '';
  if (person !== undefined) return `${sort === 'event' ? 'news' : sort} ${request} ${version} ${person}`;
  return sort === 'card' ? `card ${request}` : `${sort} ${request} ${version}`;
};
