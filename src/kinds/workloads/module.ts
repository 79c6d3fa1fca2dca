import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Description, Field, Kind, KindModule, Look, PlanContext, PolicyRule } from '#kinds/kind.ts';
import { type Profile, problemsOf, profileFor } from './settings.ts';

/** An ask that was understood, with the profile that it names. */
export type Read<A, P> = { readonly asked: A; readonly profile: P };

/** What one operation on workloads has of its own. */
export type Operation<A extends { readonly profile: string }, P extends Profile> = Pick<
  Kind,
  'name' | 'title' | 'usage' | 'mayBeExtended' | 'isOnlyPermanent' | 'staysDone'
> & {
  readonly profile: z.ZodType<P>;
  /** What its settings file says. */
  readonly about: string;
  readonly rules: (profiles: readonly P[]) => readonly PolicyRule[];
  readonly readAsk: (json: unknown) => Result<A, string>;
  readonly asJson: (asked: A) => Json;
  /** Why this profile does not let it be asked for; absent where each lets all of it. */
  readonly excess?: (read: Read<A, P>) => string | undefined;
  readonly fields: (offered: readonly P[], chosen: Readonly<Record<string, string>>) => readonly Field[];
  readonly fromWords: (
    profiles: readonly P[],
    words: readonly string[],
    objects: readonly string[],
  ) => Result<Json, string>;
  readonly fromForm: Kind['fromForm'];
  readonly describe: (read: Read<A, P>) => Description;
  /** Puts the moment at which it is asked into an ask that is about one. */
  readonly at?: (asked: A, moment: Temporal.Instant) => A;
  readonly look: (asked: A, kind: P['kind'], namespace: string) => readonly Look[];
  readonly plan: (asked: A, kind: P['kind'], context: PlanContext) => ReturnType<Kind['plan']>;
};

/** A kind of which each profile is a sort of workloads, in a settings file of its own that may be left out. */
export const workloadModule = <A extends { readonly profile: string }, P extends Profile>(
  operation: Operation<A, P>,
): KindModule => {
  const file = z.strictObject({ profiles: z.array(operation.profile).min(1) }).describe(operation.about);
  return {
    name: operation.name,
    makes: [],
    settingsFile: `${operation.name}.yaml`,
    isOptional: true,
    settingsList: 'profiles',
    settingsSchema: file,
    configure: (settings) => {
      const read = file.safeParse(settings);
      if (!read.success) return err(read.error.issues.flatMap(problemsOfIssue));
      const problems = problemsOf(read.data.profiles);
      return problems.length > 0 ? err(problems) : ok(kindOver(operation, read.data.profiles));
    },
  };
};

const kindOver = <A extends { readonly profile: string }, P extends Profile>(
  operation: Operation<A, P>,
  profiles: readonly P[],
): Kind => {
  const { name, title, usage, mayBeExtended, isOnlyPermanent, staysDone, asJson, at } = operation;
  const read = (json: unknown): Result<Read<A, P>, string> => {
    const asked = operation.readAsk(json);
    if (!asked.ok) return asked;
    const profile = profileFor(profiles, asked.value.profile);
    if (!profile.ok) return profile;
    const found = { asked: asked.value, profile: profile.value };
    const excess = operation.excess?.(found);
    return excess === undefined ? ok(found) : err(excess);
  };
  const from = <T>(json: unknown, make: (found: Read<A, P>) => Result<T, string>): Result<T, string> => {
    const result = read(json);
    return result.ok ? make(result.value) : result;
  };
  const settle = (asked: Result<Json, string>): Result<Json, string> =>
    asked.ok ? from(asked.value, (found) => ok(asJson(found.asked))) : asked;

  return {
    name,
    title,
    usage,
    profiles: profiles.map((one) => ({ profile: one.name, title: one.title, reachesFurther: false })),
    fields: (chosen, offered) =>
      operation.fields(
        profiles.filter((one) => offered.includes(one.name)),
        chosen,
      ),
    fromWords: (words, objects) => settle(operation.fromWords(profiles, words, objects)),
    fromForm: (values) => settle(operation.fromForm(values)),
    describe: (json) => from(json, (found) => ok(operation.describe(found))),
    isForSomebody: false,
    mayBePermanent: true,
    ...(isOnlyPermanent === undefined ? {} : { isOnlyPermanent }),
    ...(staysDone === undefined ? {} : { staysDone }),
    mayBeExtended,
    hasObjects: true,
    ...(at === undefined
      ? {}
      : {
          asOf: (json, moment) => {
            const result = read(json);
            return result.ok ? asJson(at(result.value.asked, moment)) : json;
          },
        }),
    look: (json, namespace) => from(json, ({ asked, profile }) => ok(operation.look(asked, profile.kind, namespace))),
    plan: (json, context) => from(json, ({ asked, profile }) => operation.plan(asked, profile.kind, context)),
    permissions: { namespaced: operation.rules(profiles), inNamespaces: {}, clusterWide: [] },
  };
};
