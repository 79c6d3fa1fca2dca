import type { StoredBlock } from '#local/slack/block-kit/blocks.ts';
import type { FieldValues } from './page-api.ts';
import type { AppSeed, PersonKind, Seed } from './seed.ts';

/** Everything the workspace knows. Only the core and the Web API methods change it. */
export type Person = {
  id: string;
  teamId: string;
  enterpriseId?: string;
  name: string;
  realName: string;
  displayName: string;
  title: string;
  email?: string;
  /** Confirmed when absent; Slack says so of members only. */
  isEmailConfirmed?: boolean;
  kind: PersonKind;
  updated: number;
};

export type Group = {
  id: string;
  handle: string;
  name: string;
  memberIds: string[];
  isDisabled: boolean;
  created: number;
  updated: number;
};

export type Channel = {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  members: Set<string>;
  isArchived: boolean;
  isExternallyShared: boolean;
  connectedTeamIds: string[];
  created: number;
};

export type Metadata = { event_type: string; event_payload: Record<string, unknown> };

export type Message = {
  channelId: string;
  ts: string;
  threadTs?: string;
  userId: string;
  isBot: boolean;
  text: string;
  blocks: StoredBlock[];
  metadata?: Metadata;
  fileIds: string[];
  reactions: { name: string; userIds: string[] }[];
  editedAt?: string;
  isBroadcast: boolean;
  /** Set on an ephemeral message: the only person who sees it. */
  onlyFor?: string;
  /** What people chose in the message's own inputs, per person. */
  values: Map<string, FieldValues>;
};

export type PlainText = { type: 'plain_text'; text: string; emoji?: boolean | undefined };

export type View = {
  id: string;
  type: 'modal' | 'home';
  userId: string;
  blocks: StoredBlock[];
  title?: PlainText;
  submit?: PlainText;
  close?: PlainText;
  callbackId: string;
  privateMetadata: string;
  externalId: string;
  clearOnClose: boolean;
  notifyOnClose: boolean;
  hash: string;
  rootId: string;
  previousId: string | null;
  values: FieldValues;
  errors: Record<string, string>;
};

export type UploadedFile = {
  id: string;
  name: string;
  title: string;
  length: number;
  bytes?: Uint8Array;
  isComplete: boolean;
  channelIds: string[];
};

export type Notice = {
  id: string;
  userId: string;
  at: Temporal.Instant;
  tone: 'warning' | 'error';
  text: string;
  channelId?: string;
};

export type State = {
  team: Seed['team'];
  plan: Seed['plan'];
  app: AppSeed;
  people: Map<string, Person>;
  groups: Map<string, Group>;
  channels: Map<string, Channel>;
  messages: Map<string, Message[]>;
  views: Map<string, View>;
  /** Per person: view ids, the one on top last. */
  stacks: Map<string, string[]>;
  homes: Map<string, View>;
  files: Map<string, UploadedFile>;
  notices: Notice[];
};

const personFrom = (seed: Seed, one: Seed['people'][number], at: number): Person => ({
  id: one.id,
  teamId: one.teamId ?? seed.team.id,
  ...(one.enterpriseId === undefined ? {} : { enterpriseId: one.enterpriseId }),
  name: one.name,
  realName: one.realName ?? one.name,
  displayName: one.displayName ?? one.name,
  title: one.title ?? '',
  ...(one.email === undefined ? {} : { email: one.email }),
  kind: one.kind ?? 'member',
  updated: at,
});

export const stateFrom = (seed: Seed, at: number): State => {
  const bot = {
    id: seed.app.botUserId,
    name: seed.app.name.toLowerCase(),
    realName: seed.app.name,
    kind: 'bot' as const,
  };
  return {
    team: seed.team,
    plan: seed.plan,
    app: seed.app,
    people: new Map([...seed.people, bot].map((one) => [one.id, personFrom(seed, one, at)])),
    groups: new Map(
      seed.groups.map((one) => [
        one.id,
        { ...one, memberIds: [...one.memberIds], isDisabled: one.isDisabled ?? false, created: at, updated: at },
      ]),
    ),
    channels: new Map(
      seed.channels.map((one) => [
        one.id,
        {
          id: one.id,
          name: one.name,
          kind: one.kind ?? 'public',
          members: new Set(one.memberIds),
          isArchived: one.isArchived ?? false,
          isExternallyShared: one.isExternallyShared ?? false,
          connectedTeamIds: one.connectedTeamIds ?? [],
          created: at,
        },
      ]),
    ),
    messages: new Map(),
    views: new Map(),
    stacks: new Map(),
    homes: new Map(),
    files: new Map(),
    notices: [],
  };
};
