import { type Acts, createActs } from './acts.ts';
import { type Core, createCore, type Problem, realTimers, type Timers } from './core.ts';
import { createDeliveries, type Delivery, type Envelope, type Forgery, type Transport } from './delivery.ts';
import { createPerson, type PersonDriver } from './driver.ts';
import { createFaults, type Faults } from './faults.ts';
import type { PageChange, PageState } from './page-api.ts';
import { messageGiven } from './payloads.ts';
import { createRates, noRates } from './rates.ts';
import { createResponseUrls } from './response-urls.ts';
import { demoSeed, type Seed } from './seed.ts';
import { type Call, createServer, type WireReply, type WireRequest } from './serve.ts';
import { snapshotFor } from './snapshot.ts';
import type { Message, State } from './state.ts';
import { type Until, until } from './until.ts';
import { createWorld, type World } from './world.ts';

export type WorkspaceOptions = {
  seed?: Seed;
  /** What the workspace goes by: message timestamps, triggers, response urls. Default: the system's clock. */
  now?: () => Temporal.Instant;
  /** In [0, 1): the source of ids. */
  random?: () => number;
  /** Real waiting, apart from `now`: the three seconds an app has, and retries of events. */
  timers?: Timers;
  /** Whether rate limits hold, and by which clock (default: `now`). */
  rates?: 'on' | 'off';
  ratesNow?: () => Temporal.Instant;
};

export type Workspace = {
  state: State;
  /** Drives the client of one person. */
  as: (userId: string) => PersonDriver;
  acts: Acts;
  world: World;
  faults: Faults;
  setRates: (mode: 'on' | 'off') => void;
  /** Every Web API call, `response_url` and `upload` that arrived, oldest first. */
  calls: Call[];
  /** Everything sent to the app and what came of it. */
  deliveries: Delivery[];
  /** What the app did that Slack would not have taken. */
  problems: Problem[];
  serve: (request: WireRequest) => Promise<WireReply>;
  connect: (transport: Transport) => () => void;
  /** Sends any payload to the app, however forged. Headers and signatures need the HTTP link. */
  sendRaw: (payload: Record<string, unknown>, options?: { type?: Envelope['type'] } & Forgery) => Promise<Delivery>;
  /** A message as the app is told of it with a click on it. */
  asGiven: (message: Message) => Record<string, unknown>;
  /** Sends the same bytes once more. */
  replay: (delivery: Delivery) => Promise<Delivery>;
  sendEvent: (event: Record<string, unknown> & { type: string }) => Promise<Delivery | undefined>;
  until: Until;
  subscribe: (listener: (change: PageChange) => void) => () => void;
  snapshotFor: (userId: string) => PageState;
  setBaseUrl: (url: string) => void;
  /** Switches Socket Mode on (`apps.connections.open` answers with such an address), or off. */
  setSocketUrl: (make: (() => string) | undefined) => void;
  /** Stops retries of events. */
  stop: () => void;
};

const partsOf = (options: WorkspaceOptions) => {
  const now = options.now ?? (() => Temporal.Now.instant());
  const core: Core = createCore({
    seed: options.seed ?? demoSeed(),
    now,
    random: options.random ?? Math.random,
    timers: options.timers ?? realTimers,
  });
  const ratesOf = (mode: 'on' | 'off') => (mode === 'off' ? noRates : createRates(options.ratesNow ?? now));
  const deliveries = createDeliveries(core);
  const responseUrls = createResponseUrls(core);
  return { core, ratesOf, deliveries, responseUrls };
};

/** A strict Slack workspace in memory: it enforces what Slack enforces, and refuses as Slack does. */
export const createWorkspace = (options: WorkspaceOptions = {}): Workspace => {
  const { core, ratesOf, deliveries, responseUrls } = partsOf(options);
  const faults = createFaults();
  let rates = ratesOf(options.rates ?? 'on');
  const server = createServer(core, faults, () => rates, responseUrls);
  const acts = createActs(core, deliveries, responseUrls);
  return {
    state: core.state,
    as: (userId) => createPerson({ core, acts, userId }),
    acts,
    world: createWorld(core, deliveries),
    faults,
    setRates: (mode) => {
      rates = ratesOf(mode);
    },
    calls: server.calls,
    deliveries: deliveries.log,
    problems: core.problems,
    serve: server.serve,
    connect: deliveries.connect,
    sendRaw: (payload, { type = 'interactive', ...forgery } = {}) =>
      deliveries.send(type, payload, Object.keys(forgery).length > 0 ? forgery : undefined),
    asGiven: (message) => messageGiven(core, message),
    replay: deliveries.again,
    sendEvent: deliveries.sendEvent,
    until,
    subscribe: core.subscribe,
    snapshotFor: (userId) => snapshotFor(core, userId),
    setBaseUrl: (url) => {
      core.baseUrl.value = url;
    },
    setSocketUrl: (make) => {
      core.socketUrl.make = make;
    },
    stop: deliveries.stop,
  };
};
