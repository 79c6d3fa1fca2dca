import type { z } from 'zod';
import type { RequestId } from '#domain/ids.ts';
import type { Json } from '#domain/json.ts';
import type { AccessProbe, KubernetesIdentity, Manifest, Plan, Target } from '#domain/plan.ts';
import type { Problem } from '#domain/problem.ts';
import type { ProfileRights } from '#domain/rbac/standing.ts';
import type { Use } from '#domain/request/events.ts';
import type { Result } from '#domain/result.ts';

/** A permission of Kubernetes RBAC, as in `ClusterRole.rules[]` (rbac.authorization.k8s.io/v1). */
export type PolicyRule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
};

/** What the worker must hold so that the API server lets it do this kind's work. */
export type Permissions = {
  /** In each namespace that may be asked for. */
  readonly namespaced: readonly PolicyRule[];
  /** In one namespace only, by its name: what profiles reach there whatever namespace is asked for. */
  readonly inNamespaces: Readonly<Record<string, readonly PolicyRule[]>>;
  readonly clusterWide: readonly PolicyRule[];
};

/** A field of a form, as data; Slack renders it. `again` asks for the form anew when it changes. */
export type Field = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly again?: boolean;
  readonly input:
    | { readonly type: 'choice'; readonly options: readonly { readonly value: string; readonly label: string }[] }
    | { readonly type: 'objects'; readonly resources: readonly ResourceType[] }
    /** One live object, by its name. */
    | { readonly type: 'object'; readonly resources: readonly ResourceType[] }
    /** Typed out; `longest` in characters, at most 3,000. */
    | { readonly type: 'text'; readonly multiline?: boolean; readonly longest: number; readonly placeholder?: string }
    /** Names to be typed, with commas between: of objects that the bot must not list. */
    | { readonly type: 'names' };
};

/** Where objects of a sort are listed: `/apis/<group>/<version>/…/<resource>`; the core group is the empty one. */
export type ResourceType = { readonly group: string; readonly version: string; readonly resource: string };

/** A sort of objects with all its names. */
export type Sort = ResourceType & { readonly kind: string; readonly namespaced: boolean };
export const apiVersionOf = ({ group, version }: ResourceType): string =>
  group === '' ? version : `${group}/${version}`;

/**
 * A sort of objects, and the profile by which rules speak of it. `byAuthor`: Hallpass cannot make such a write itself. Of those that
 * are in no namespace only namespaces themselves can be held, and of these only the deletion.
 */
export type Held = Sort & { readonly profile: string; readonly byAuthor?: true };

/** A write that was held, as far as it says what shall be. `after` is content alone, without bookkeeping. */
export type HeldObject = {
  readonly profile: string;
  readonly operation: 'create' | 'update' | 'delete';
  readonly name: string;
  readonly after?: Manifest | undefined;
  /** Of a write that only sets how many there are (`…/scale`); there is no `after` then. */
  readonly replicas?: number | undefined;
  /** How many there are stays as it is then. */
  readonly keepsReplicas?: true | undefined;
};

/** What has to be looked at in the cluster before a request can be planned. Without a namespace: in all of them. */
export type Look =
  | {
      readonly type: 'object';
      readonly target: Target;
      /** Nothing of it is written back: a number that cannot be kept as it is is no reason for a no. */
      readonly onlyToLook?: true;
    }
  | {
      readonly type: 'list';
      readonly of: Sort;
      readonly namespace?: string;
      /** Not every cluster knows this sort: one that does not has none of it. */
      readonly mayBeUnknown?: true;
    };

/** What was found, in the order of the looks: one object or none, or all of a list. Raw JSON. */
export type Seen = readonly (readonly Manifest[])[];

/** How a request of a kind reads: on the card, in lists, in refusals. Plain text; nobody has typed it. */
export type Description = {
  /** What the policy's `profiles` patterns are matched against; the same rule must decide on each of them. At least one. */
  readonly profiles: readonly string[];
  /** What it is called once it is in force, as in "your access has ended". */
  readonly noun: 'access' | 'change' | 'opening';
  /** Whether it reaches beyond the namespace asked for. */
  readonly reachesFurther: boolean;
  /** As in "Edit Ingresses". */
  readonly title: string;
  /** The named objects, if the request was narrowed to some. */
  readonly objects: readonly string[];
  /** What it lets somebody do, or what it does; each in plain words, the strongest first. */
  readonly powers: readonly string[];
  /** What an approver should know beyond that: what Kubernetes cannot narrow, what outlives the end. */
  readonly cautions: readonly string[];
};

/** What is known when a request is planned. `name` is the stem of the names of the objects created for it. */
export type PlanContext = {
  readonly request: RequestId;
  readonly namespace: string;
  /** For whom; nobody for kinds that are for nobody in particular (`Kind.isForSomebody`). */
  readonly identity: KubernetesIdentity;
  /** The answers to the kind's looks. */
  readonly seen: Seen;
};

/** A kind of request. Everything shared asks the kind; nothing shared names one. Pure. */
export type Kind = {
  readonly name: string;
  /** As in "Temporary access". */
  readonly title: string;
  /** What to type after `/jit request <kind>`, for the usage line. */
  readonly usage: string;
  /** What a person may ask for, to be filtered by policy: profile and title. */
  readonly profiles: readonly { readonly profile: string; readonly title: string; readonly reachesFurther: boolean }[];
  /** The fields for what has been chosen so far, offering only the profiles handed in. */
  readonly fields: (chosen: Readonly<Record<string, string>>, profiles: readonly string[]) => readonly Field[];
  /** Reads the words between the kind and the namespace, and the objects behind its slash. */
  readonly fromWords: (words: readonly string[], objects: readonly string[]) => Result<Json, string>;
  /** Reads the values of a form by field name. */
  readonly fromForm: (values: Readonly<Record<string, readonly string[]>>) => Result<Json, string>;
  readonly describe: (ask: Json) => Result<Description, string>;
  /** Whether it is for a person in the cluster, who must then be known there, and may be another than the requester. */
  readonly isForSomebody: boolean;
  /** Whether it may be asked for for good, with nothing to take back. */
  readonly mayBePermanent: boolean;
  /** There is nothing that could be taken back: it is for good, whether or not that is said. */
  readonly isOnlyPermanent?: true;
  /**
   * It deletes the very objects that were there when it was asked for, whatever they are like by then: they are known by their uid,
   * their content is shown to nobody, and where another one stands in the place of one nothing of it is asked anew.
   */
  readonly byUid?: true;
  /** To write back what it has changed would do it once more: where it comes to nothing halfway, what was done of it stays done. */
  readonly staysDone?: true;
  /**
   * How one that is in force goes on: `beside` it another of the same is made, which it gives way to; `in-place` it stays
   * itself, and ends later.
   */
  readonly mayBeExtended: 'beside' | 'in-place' | 'no';
  /** Whether it is tried on objects, of which conditions of rules (`before`, `after`) may then speak. */
  readonly hasObjects: boolean;
  /** Puts the moment at which it is asked into an ask that is about one; absent for kinds whose asks are about none. */
  readonly asOf?: (ask: Json, moment: Temporal.Instant) => Json;
  /** What must be looked at before it can be planned; `[]` for a kind whose plan follows from the ask alone. */
  readonly look: (ask: Json, namespace: string) => Result<readonly Look[], string>;
  readonly plan: (ask: Json, context: PlanContext) => Result<Plan, string>;
  /**
   * The probes of its plan, where they follow from the ask alone and the rest of the plan does not: for whoever sees nothing of the cluster.
   * Absent for kinds that look at nothing, and for those that give nobody rights.
   */
  readonly gives?: (ask: Json, namespace: string) => Result<readonly AccessProbe[], string>;
  /** Absent for kinds that no held write becomes a request of. */
  readonly holds?: {
    /** The sorts of objects of which a direct write can be held. */
    readonly sorts: readonly Held[];
    /** What is asked for by such a write; `err` says why it cannot be asked for. */
    readonly ask: (write: HeldObject) => Result<Json, string>;
    /** Whether what is asked is of a write to a part of an object (`…/scale`). */
    readonly isOfPart: (ask: Json) => boolean;
  };
  /** Absent for kinds of which nothing can become unsafe while it is in force. */
  readonly watch?: {
    /** Those of the sorts that Hallpass makes for it by which it is found that something is in force. */
    readonly sorts: readonly Sort[];
    /** Why it must be ended at once, from what is seen now; asked every few seconds while it is active. */
    readonly unsafe: (ask: Json, context: PlanContext) => string | undefined;
  };
  /** What to type behind `/jit request <kind>` to ask for this, without the options; absent for what is not asked for anew. */
  readonly toType?: (ask: Json, namespace: string) => string | undefined;
  /**
   * The least that allows all of what was done, if it is less than this ask; of its profiles only those that `may` be asked for.
   * Absent for kinds that give nobody rights.
   */
  readonly narrower?: (
    ask: Json,
    namespace: string,
    uses: readonly Use[],
    may: (profile: string) => boolean,
  ) => Json | undefined;
  readonly permissions: Permissions;
  /**
   * What is asked to end pods, by their names: of these only the ones that were made before a moment are meant. The objects of an
   * ask are its pods. Absent for kinds that end none.
   */
  readonly endsPods?: (pods: readonly string[], madeBefore: Temporal.Instant) => PodsEnd;
  /** What its profiles let somebody do themselves, by place; absent for kinds that give nobody rights. */
  readonly rights?: readonly ProfileRights[];
};

/** As many asks as it takes, each with the pods that it is for; what no pod can be called is in none of them. */
export type PodsEnd = {
  readonly asks: readonly { readonly pods: readonly string[]; readonly ask: Json }[];
  readonly leftOut: readonly string[];
};

/** A kind before its settings are known: which file of the policy folder it wants, and what it makes of it. */
export type KindModule = {
  readonly name: string;
  /** The sorts of objects that Hallpass makes for it and ends by their stamp, whether or not its settings can be read. */
  readonly makes: readonly Sort[];
  readonly settingsFile: string;
  /** A policy folder without this file has no such kind; of other kinds every folder has one. */
  readonly isOptional?: true;
  /** The list in it of what rules name under `match.profiles`. */
  readonly settingsList: string;
  /** What the file looks like; `configure` sees more than that. */
  readonly settingsSchema: z.ZodType;
  readonly configure: (settings: unknown) => Result<Kind, readonly Problem[]>;
};

/** All sorts of objects of which direct writes can be held, by whichever kind. */
export const heldSorts = (kinds: readonly Kind[]): readonly Held[] => kinds.flatMap(({ holds }) => holds?.sorts ?? []);

/** That of an object; undefined where no direct write to it can be held. */
export const heldSortOf = (
  kinds: readonly Kind[],
  { apiVersion, kind }: Pick<Target, 'apiVersion' | 'kind'>,
): Held | undefined => heldSorts(kinds).find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
