/** What is asked for in a round, each about an object of its own. */
export type Ask = {
  readonly nth: number;
  readonly kind: 'access' | 'change';
  /** In `shop-payments` two have to agree, in `shop-front` one. */
  readonly namespace: 'shop-front' | 'shop-payments';
  /** For how long. Seconds. */
  readonly seconds: number;
  /** Milliseconds from the start of the round. */
  readonly at: number;
  /** Typed in Slack by a person, or sent over the API by a pipeline, which asks for itself. */
  readonly over: 'slack' | 'api';
  /** Over the API it is sent twice at the same time, and once more when it is answered. */
  readonly twice: boolean;
};

/** Who does it over the API: whoever asked there. */
export const pipeline = 'deploy-shop';

export const voters = ['U0BOB', 'U0DAN', 'U0CAROL', 'U0FRANK', 'U0ALICE'] as const;

/** What somebody does about a request. Whether they may is for the product to say: some may not. */
export type Deed = {
  readonly at: number;
  readonly nth: number;
  readonly by: (typeof voters)[number] | typeof pipeline;
  readonly does: 'approve' | 'deny' | 'withdraw' | 'revoke' | 'done' | 'look';
  /** Slack sends the very same once more. */
  readonly twice: boolean;
};

/** Something protected that somebody writes with their own tools, and again as they are told. */
export type Write = {
  /** Which of two objects. */
  readonly nth: number;
  readonly at: number;
  readonly part: 'label' | 'spec';
  /** What is said to each write of it that is held, and how many milliseconds later. */
  readonly verdict: 'approve' | 'deny';
  readonly after: number;
  /** Somebody who may not says it first. */
  readonly stray: boolean;
  /** Once it is in, it is written back, which is held as well, and then tried once more, to which nobody agrees. */
  readonly again: boolean;
};

/** What nobody does with a grant. Whoever does it loses all that they hold. */
export type Misuse = {
  /** Of which ask; it is for so long that its end says whether it came early. */
  readonly nth: number;
  readonly how: 'exec' | 'denied-burst';
  /** Milliseconds after it was seen to be in force. */
  readonly after: number;
};

export const strikeKinds = [
  'kill-worker',
  'kill-bot',
  'kill-guard',
  'kill-watcher',
  'redis-killed',
  'redis-paused',
  'redis-full',
  'redis-emptied',
  'redis-answer-lost',
  'api-killed',
  'api-slow',
  'api-429',
  'api-500',
  'api-answer-lost',
  'slack-429',
  'slack-500',
  'slack-hangs',
  'slack-answer-lost',
  'slack-down',
  'socket-dropped',
  'siem-stuck',
] as const;
export type StrikeKind = (typeof strikeKinds)[number];

/** Something that breaks, and for how many milliseconds. `which`: of several processes, this one. */
export type Strike = { readonly at: number; readonly kind: StrikeKind; readonly lasts: number; readonly which: number };

/** How many processes there are, and how far the clock of each is ahead. Milliseconds. */
export type Replicas = {
  readonly bots: readonly number[];
  readonly workers: readonly number[];
  readonly guard: number;
  readonly watcher: number;
};

export type Round = {
  readonly seed: number;
  readonly asks: readonly Ask[];
  readonly deeds: readonly Deed[];
  readonly writes: readonly Write[];
  readonly misuses: readonly Misuse[];
  readonly strikes: readonly Strike[];
};
