import { z } from 'zod';

/**
 * The JSON API between the local workspace and its browser page.
 *
 * Every call names the person who acts by the query parameter `as` (`?as=U0ALICE`): it is a demo on one machine, so
 * there is nothing to sign in to. The server listens on 127.0.0.1 only and refuses a foreign Host or Origin.
 *
 * | route                            | body          | answer            |
 * |----------------------------------|---------------|-------------------|
 * | `GET  /page/api/people`          |               | `PeopleAnswer`    |
 * | `GET  /page/api/state?as=`       |               | `PageState`       |
 * | `GET  /page/api/events?as=`      |               | SSE of `PageChange` (`event: change`); read the state again after one |
 * | `POST /page/api/command?as=`     | `CommandCall` | `OutcomeAnswer`   |
 * | `POST /page/api/say?as=`         | `SayCall`     | `OutcomeAnswer`   |
 * | `POST /page/api/action?as=`      | `ActionCall`  | `OutcomeAnswer`   |
 * | `POST /page/api/suggest?as=`     | `SuggestCall` | `SuggestAnswer`   |
 * | `POST /page/api/submit?as=`      | `SubmitCall`  | `OutcomeAnswer`   |
 * | `POST /page/api/close-view?as=`  | `CloseCall`   | `OutcomeAnswer`   |
 * | `POST /page/api/open-home?as=`   | `{}`          | `OutcomeAnswer`   |
 * | `POST /page/api/tamper?as=`    | `TamperCall`  | `OutcomeAnswer`; administrators only |
 * | `GET  /page/api/file/FILEID?as=` |               | the file's bytes, `text/plain` |
 * | `GET  /page/api/cluster?as=&request=` |          | `ClusterPanel`, where `PeopleAnswer.hasCluster`; `request` (optional) is one wanted in any case |
 *
 * An answer that is not 200 carries a `PageError`.
 */
export const PAGE_API = '/page/api';

/** A piece of mrkdwn as Slack would show it. Text in it is already unescaped: set it as text, never as HTML. */
export type Span =
  | { type: 'text'; text: string; bold?: true; italic?: true; strike?: true }
  | { type: 'code'; text: string }
  | { type: 'preformatted'; text: string }
  | { type: 'quote'; spans: Span[] }
  | { type: 'link'; url: string; text: string }
  | { type: 'emoji'; name: string }
  | { type: 'user'; userId: string; label?: string }
  | { type: 'channel'; channelId: string; label?: string }
  | { type: 'group'; groupId: string; label?: string }
  | { type: 'broadcast'; range: 'here' | 'channel' | 'everyone' }
  | { type: 'date'; epochSeconds: number; format: string; fallback: string; url?: string };

/** A Block Kit text object; `spans` stands beside `text` when the type is mrkdwn. */
export type PageText =
  | { type: 'plain_text'; text: string; emoji?: boolean | undefined }
  | { type: 'mrkdwn'; text: string; verbatim?: boolean; spans: Span[] };

export type PageConfirm = {
  title?: PageText;
  text: PageText;
  confirm?: PageText;
  deny?: PageText;
  style?: 'primary' | 'danger';
};
export type PageOption = { text: PageText; value: string; description?: PageText; url?: string };
export type PageOptionGroup = { label: PageText; options: PageOption[] };

type Actionable = { action_id: string; confirm?: PageConfirm };
type Field = Actionable & { placeholder?: PageText; focus_on_load?: boolean };
type Chosen = { options?: PageOption[]; option_groups?: PageOptionGroup[] };

/** Block Kit elements as the app sent them, `action_id` always filled in. */
export type PageElement =
  | (Actionable & {
      type: 'button';
      text: PageText;
      value?: string;
      url?: string;
      style?: 'primary' | 'danger';
      accessibility_label?: string;
    })
  | (Actionable & { type: 'overflow'; options: PageOption[] })
  | (Field & Chosen & { type: 'static_select'; initial_option?: PageOption })
  | (Field & Chosen & { type: 'multi_static_select'; initial_options?: PageOption[]; max_selected_items?: number })
  | (Field & { type: 'external_select'; initial_option?: PageOption; min_query_length?: number })
  | (Field & {
      type: 'multi_external_select';
      initial_options?: PageOption[];
      min_query_length?: number;
      max_selected_items?: number;
    })
  | (Field & { type: 'users_select'; initial_user?: string })
  | (Field & { type: 'multi_users_select'; initial_users?: string[]; max_selected_items?: number })
  | (Field & { type: 'conversations_select'; initial_conversation?: string; default_to_current_conversation?: boolean })
  | (Field & { type: 'channels_select'; initial_channel?: string })
  | (Field & {
      type: 'plain_text_input';
      multiline?: boolean;
      min_length?: number;
      max_length?: number;
      initial_value?: string;
    })
  | (Field & {
      type: 'number_input';
      is_decimal_allowed: boolean;
      min_value?: string;
      max_value?: string;
      initial_value?: string;
    })
  | (Field & { type: 'radio_buttons'; options: PageOption[]; initial_option?: PageOption })
  | (Field & { type: 'checkboxes'; options: PageOption[]; initial_options?: PageOption[] })
  | (Field & { type: 'datepicker'; initial_date?: string })
  | (Field & { type: 'timepicker'; initial_time?: string })
  | (Field & { type: 'datetimepicker'; initial_date_time?: number });

export type RichStyle = { bold?: boolean; italic?: boolean; strike?: boolean; code?: boolean; underline?: boolean };
export type RichInline =
  | { type: 'text'; text: string; style?: RichStyle }
  | { type: 'link'; url: string; text?: string; style?: RichStyle; unsafe?: boolean }
  | { type: 'emoji'; name: string; unicode?: string; style?: RichStyle }
  | { type: 'user'; user_id: string; style?: RichStyle }
  | { type: 'usergroup'; usergroup_id: string; style?: RichStyle }
  | { type: 'channel'; channel_id: string; style?: RichStyle }
  | { type: 'broadcast'; range: 'here' | 'channel' | 'everyone'; style?: RichStyle }
  | { type: 'date'; timestamp: number; format: string; url?: string; fallback?: string; style?: RichStyle };
export type RichSection = { type: 'rich_text_section'; elements: RichInline[] };
export type RichPart =
  | RichSection
  | {
      type: 'rich_text_list';
      style: 'bullet' | 'ordered';
      indent?: number;
      offset?: number;
      border?: number;
      elements: RichSection[];
    }
  | { type: 'rich_text_quote'; border?: number; elements: RichInline[] }
  | { type: 'rich_text_preformatted'; border?: number; language?: string; elements: RichInline[] };

/** Block Kit blocks as the app sent them, `block_id` always filled in, and spans beside each mrkdwn text. */
export type PageBlock = { block_id: string } & (
  | { type: 'section'; text?: PageText; fields?: PageText[]; accessory?: PageElement; expand?: boolean }
  | { type: 'header'; text: PageText }
  | { type: 'context'; elements: PageText[] }
  | { type: 'actions'; elements: PageElement[] }
  | { type: 'divider' }
  | {
      type: 'input';
      label: PageText;
      hint?: PageText;
      optional?: boolean;
      dispatch_action?: boolean;
      element: PageElement;
    }
  | { type: 'rich_text'; elements: RichPart[] }
  | { type: 'markdown'; text: string }
);

export type PagePerson = {
  id: string;
  /** Handle, as in @alice. */
  name: string;
  realName: string;
  displayName: string;
  title: string;
  teamId: string;
  kind: 'member' | 'admin' | 'guest' | 'single-channel-guest' | 'stranger' | 'bot' | 'deleted';
};

export type PageGroup = { id: string; handle: string; name: string; memberIds: string[] };

export type PageChannel = {
  id: string;
  /** Without `#`; for a direct conversation the other person's handle. */
  name: string;
  kind: 'public' | 'private' | 'im';
  isMember: boolean;
  isArchived: boolean;
  isExternallyShared: boolean;
  memberIds: string[];
  /** The other one, when `kind` is `im`. */
  withUserId?: string;
};

export type PageFile = {
  id: string;
  name: string;
  title: string;
  /** In bytes. */
  size: number;
  lines: number;
  filetype: string;
  url: string;
};

export type PageMessage = {
  channelId: string;
  ts: string;
  /** Set on replies and on the message a thread hangs under (there equal to `ts`). */
  threadTs?: string;
  replyCount: number;
  authorId: string;
  isBot: boolean;
  /** The top-level text, as mrkdwn; what a notification shows. Show it only when there are no blocks. */
  text: string;
  spans: Span[];
  blocks: PageBlock[];
  files: PageFile[];
  reactions: { name: string; userIds: string[] }[];
  isEdited: boolean;
  /** Only this person sees it. */
  isEphemeral: boolean;
  /** A thread reply that was also sent to the channel. */
  isBroadcast: boolean;
  metadata?: { eventType: string; eventPayload: Record<string, unknown> };
};

export type PageView = {
  id: string;
  type: 'modal' | 'home';
  hash: string;
  title: PageText | null;
  submit: PageText | null;
  close: PageText | null;
  blocks: PageBlock[];
  /** What was typed or chosen so far, by block id and action id. */
  values: Record<string, Record<string, FieldValue>>;
  /** What the app answered to the last submission, by block id. */
  errors: Record<string, string>;
};

/** What Slack itself tells a person, such as that a command failed. */
export type PageNotice = { id: string; at: string; tone: 'warning' | 'error'; text: string; channelId?: string };

export type PageState = {
  /** Rises with each change of the workspace. */
  version: number;
  now: string;
  me: PagePerson;
  team: { id: string; name: string; domain: string };
  app: {
    id: string;
    name: string;
    botUserId: string;
    commands: { command: string; description: string; usageHint: string }[];
  };
  people: PagePerson[];
  groups: PageGroup[];
  /** Public channels, and the private and direct ones that this person is in. */
  channels: PageChannel[];
  /** By channel id, oldest first, replies among them (see `threadTs`), ephemeral ones included. */
  messages: Record<string, PageMessage[]>;
  /** The stack of modals, the one on top last. */
  views: PageView[];
  home: PageView | null;
  notices: PageNotice[];
};

/** `examples`: whole lines that can be sent here, to begin with. */
export type PeopleAnswer = { people: PagePerson[]; hasCluster: boolean; examples: readonly string[] };

/** What a request runs towards, or when it was over. Instants in ISO 8601. */
export type PanelClock =
  | { type: 'decide-by' | 'begins' | 'apply-by' | 'ends'; from: string; at: string }
  /** Over, but a person has to say what becomes of it. */
  | { type: 'waits'; at: string }
  | { type: 'ended'; at: string };

/** One object of the cluster as it is now. */
export type PanelObject = {
  apiVersion: string;
  kind: string;
  namespace?: string | undefined;
  name: string;
  /** Made by Hallpass for the request, changed or deleted by it, or named in what was asked. */
  why: 'created' | 'changed' | 'deleted' | 'asked';
  /** `another`: a later object of the same name. */
  live: 'there' | 'absent' | 'another' | 'unreadable';
  /** Empty unless there; Secrets without their values. */
  yaml: string;
};

export type PanelRequest = {
  id: string;
  kind: string;
  namespace: string;
  requester: string;
  reason: string;
  status: string;
  clock: PanelClock;
  objects: PanelObject[];
};

/** What stands in the cluster for requests, read by its administrator whoever looks: the demo's view behind the scenes. */
export type ClusterPanel = { now: string; requests: PanelRequest[]; troubles: string[] };
export type PageChange = {
  version: number;
  kind: 'message' | 'view' | 'home' | 'notice' | 'people' | 'channel' | 'file';
};
export type PageError = { error: string };

/** What a person chose in one element. `null` and empty lists mean nothing chosen. */
export const FieldValue = z.union([
  z.strictObject({ text: z.string().nullable() }),
  z.strictObject({ option: z.string().nullable() }),
  z.strictObject({ options: z.array(z.string()) }),
  z.strictObject({ user: z.string().nullable() }),
  z.strictObject({ users: z.array(z.string()) }),
  z.strictObject({ conversation: z.string().nullable() }),
  z.strictObject({ date: z.string().nullable() }),
  z.strictObject({ time: z.string().nullable() }),
  z.strictObject({ dateTime: z.number().int().nullable() }),
]);
export type FieldValue = z.infer<typeof FieldValue>;

/** By block id, then action id. */
export const FieldValues = z.record(z.string(), z.record(z.string(), FieldValue));
export type FieldValues = z.infer<typeof FieldValues>;

/** Where an element stands. An ephemeral message is found like any other, by channel and ts. */
export const Place = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('message'), channelId: z.string(), ts: z.string() }),
  z.strictObject({ type: z.literal('view'), viewId: z.string() }),
]);
export type Place = z.infer<typeof Place>;

/** `text` is the whole line, `/jit list`. */
export const CommandCall = z.strictObject({ channelId: z.string(), text: z.string() });
export type CommandCall = z.infer<typeof CommandCall>;

export const SayCall = z.strictObject({
  channelId: z.string(),
  text: z.string().min(1),
  threadTs: z.string().optional(),
});
export type SayCall = z.infer<typeof SayCall>;

/** Pressing a button (no `value`) or choosing in an element that acts at once. In a view, `values` is what its inputs hold. */
export const ActionCall = z.strictObject({
  place: Place,
  blockId: z.string(),
  actionId: z.string(),
  value: FieldValue.optional(),
  /** True once the person has said yes to the element's confirm dialog. */
  confirmed: z.boolean().optional(),
  values: FieldValues.optional(),
});
export type ActionCall = z.infer<typeof ActionCall>;

export const SuggestCall = z.strictObject({
  place: Place,
  blockId: z.string(),
  actionId: z.string(),
  query: z.string(),
});
export type SuggestCall = z.infer<typeof SuggestCall>;
export type SuggestAnswer = { options: PageOption[]; groups: PageOptionGroup[]; message?: string };

export const SubmitCall = z.strictObject({ viewId: z.string(), values: FieldValues });
export type SubmitCall = z.infer<typeof SubmitCall>;

/** `all` is the X of a stack of modals. */
export const CloseCall = z.strictObject({ viewId: z.string(), all: z.boolean().optional() });
export type CloseCall = z.infer<typeof CloseCall>;

/** What a tool for compliance does to anybody's message: other words, or none any more. It bears no mark of it. */
export const TamperCall = z.union([
  z.strictObject({ channelId: z.string(), ts: z.string(), text: z.string().min(1).max(2_000) }),
  z.strictObject({ channelId: z.string(), ts: z.string(), isDeleted: z.literal(true) }),
]);
export type TamperCall = z.infer<typeof TamperCall>;

/** How a person's act went: `message` is what Slack would tell the person, `fieldErrors` what stands under inputs (by block id). */
export type OutcomeAnswer = {
  status: 'acknowledged' | 'failed' | 'not-sent';
  message?: string;
  fieldErrors?: Record<string, string>;
};
