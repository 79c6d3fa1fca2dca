import { appFrom, readManifest } from './manifest.ts';

/** What a workspace starts with. Ids are Slack-like (`U…`, `C…`, `S…`, `T…`) so that patterns in the app hold. */
export type PersonKind = 'member' | 'admin' | 'guest' | 'single-channel-guest' | 'stranger' | 'bot' | 'deleted';

export type PersonSeed = {
  id: string;
  /** Handle, unique in the workspace. */
  name: string;
  realName?: string;
  displayName?: string;
  title?: string;
  email?: string;
  kind?: PersonKind;
  /** Another organisation's team. A person can be of another team without being a "stranger": Slack does both. */
  teamId?: string;
  enterpriseId?: string;
};

export type GroupSeed = { id: string; handle: string; name: string; memberIds: string[]; isDisabled?: boolean };

export type ChannelSeed = {
  id: string;
  name: string;
  kind?: 'public' | 'private';
  /** The bot joins by standing in this list. */
  memberIds: string[];
  isArchived?: boolean;
  isExternallyShared?: boolean;
  /** Other organisations in an externally shared channel. */
  connectedTeamIds?: string[];
};

export type CommandSeed = { command: string; description: string; usageHint: string; shouldEscape: boolean };

export type AppSeed = {
  id: string;
  name: string;
  botId: string;
  botUserId: string;
  token: string;
  /** For `apps.connections.open` and nothing else. */
  appToken: string;
  signingSecret: string;
  scopes: string[];
  commands: CommandSeed[];
  isHomeTabEnabled: boolean;
  isMessagesTabEnabled: boolean;
  /** Events the app subscribed to; others are not sent. */
  events: string[];
};

/** Where the workspace is, as `auth.test` and permalinks say it; Slack's own, unless its page stands elsewhere. */
export const addressOf = ({ domain, address }: Seed['team']): string => address ?? `https://${domain}.slack.com/`;

export type Seed = {
  team: { id: string; name: string; domain: string; enterpriseId?: string; address?: string };
  /** User groups need a paid plan. */
  plan: 'paid' | 'free';
  app: AppSeed;
  people: PersonSeed[];
  groups: GroupSeed[];
  channels: ChannelSeed[];
};

/** As Slack makes it of the manifest that is installed: a scope, an event or a command that is not there is not there here either. */
export const hallpassApp: AppSeed = {
  ...appFrom(readManifest('slack-app.yaml')),
  id: 'A0HALLPASS',
  botId: 'B0HALLPASS',
  botUserId: 'U0HALLPASS',
  token: 'xoxb-local-hallpass',
  appToken: 'xapp-1-A0HALLPASS-local',
  signingSecret: 'local-signing-secret-0123456789abcdef',
};

export const hallpassScopes: string[] = hallpassApp.scopes;

const everyone = ['U0ALICE', 'U0BOB', 'U0CAROL', 'U0DAN', 'U0ERIN', 'U0FRANK'];

/** A small company: engineers, platform, security, an admin, guests, and people of another organisation. */
export const demoSeed = (overrides: Partial<Seed> = {}): Seed => ({
  team: { id: 'T0HALLPASS', name: 'Acme', domain: 'acme' },
  plan: 'paid',
  app: hallpassApp,
  people: [
    { id: 'U0ALICE', name: 'alice', realName: 'Alice Ahmed', title: 'Engineer, checkout', email: 'alice@acme.test' },
    { id: 'U0BOB', name: 'bob', realName: 'Bob Braun', title: 'Platform', email: 'bob@acme.test' },
    { id: 'U0CAROL', name: 'carol', realName: 'Carol Chen', title: 'Platform', email: 'carol@acme.test' },
    { id: 'U0DAN', name: 'dan', realName: 'Dan Díaz', title: 'Security', email: 'dan@acme.test' },
    { id: 'U0ERIN', name: 'erin', realName: 'Erin Eze', title: 'Security', email: 'erin@acme.test' },
    { id: 'U0FRANK', name: 'frank', realName: 'Frank Fischer', title: 'IT', kind: 'admin', email: 'frank@acme.test' },
    { id: 'U0GWEN', name: 'gwen', realName: 'Gwen Guest', title: 'Contractor', kind: 'guest' },
    { id: 'U0GUS', name: 'gus', realName: 'Gus Guest', title: 'Contractor', kind: 'single-channel-guest' },
    { id: 'U0SAM', name: 'sam', realName: 'Sam Stranger', title: 'Partner', kind: 'stranger', teamId: 'T0PARTNER' },
    { id: 'U0TESS', name: 'tess', realName: 'Tess Trusted', title: 'Partner', kind: 'member', teamId: 'T0PARTNER' },
    { id: 'U0ROBO', name: 'robo', realName: 'Deploy Robot', kind: 'bot' },
    { id: 'U0GONE', name: 'gone', realName: 'Gone Already', kind: 'deleted' },
  ],
  groups: [
    { id: 'S0PLATFORM', handle: 'platform', name: 'Platform team', memberIds: ['U0BOB', 'U0CAROL'] },
    { id: 'S0SECURITY', handle: 'security', name: 'Security team', memberIds: ['U0DAN', 'U0ERIN'] },
  ],
  channels: [
    { id: 'C0GENERAL', name: 'general', memberIds: [...everyone, 'U0GWEN', 'U0ROBO'] },
    { id: 'C0APPROVALS', name: 'approvals', memberIds: [...everyone, 'U0GWEN', 'U0HALLPASS'] },
    { id: 'C0AUDIT', name: 'hallpass-audit', memberIds: ['U0DAN', 'U0ERIN', 'U0HALLPASS'] },
    { id: 'C0CHECKS', name: 'hallpass-checkpoints', memberIds: ['U0DAN', 'U0ERIN', 'U0HALLPASS'] },
    { id: 'C0PRODOPS', name: 'prod-ops', kind: 'private', memberIds: ['U0BOB', 'U0CAROL', 'U0HALLPASS'] },
    { id: 'C0SECRET', name: 'secret', kind: 'private', memberIds: ['U0DAN'] },
    {
      id: 'C0SHARED',
      name: 'acme-partner',
      memberIds: ['U0ALICE', 'U0BOB', 'U0SAM', 'U0TESS', 'U0HALLPASS'],
      isExternallyShared: true,
      connectedTeamIds: ['T0PARTNER'],
    },
    { id: 'C0OLD', name: 'old-project', memberIds: ['U0ALICE', 'U0HALLPASS'], isArchived: true },
  ],
  ...overrides,
});
