import { z } from 'zod';
import type { Json } from '#domain/json.ts';
import { type Problem, problemsOfIssue } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Kind, KindModule } from '#kinds/kind.ts';
import { describeAccess, nameable, reachesFurther } from './describe.ts';
import { narrowest } from './narrower.ts';
import { permissionsOf } from './permissions.ts';
import { planAccess } from './plan.ts';
import { outlives, type Profile, profilesFile, reachesHallpass } from './profiles.ts';
import { accessSorts } from './sorts.ts';

/** What an access request says: which profile, narrowed to which objects. None means all of the namespace. */
const ask = z.strictObject({
  profile: z.string(),
  objects: z
    .array(
      z
        .string()
        .regex(
          /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
          'that is not the name of an object; names are in lower case, with digits, - and . between',
        ),
    )
    .max(20, 'at most 20 objects can be named; ask for the whole namespace instead'),
});
type Ask = z.infer<typeof ask>;

const usage = '<profile> <namespace>[/<object>[,<object>…]]';

/** Temporary access: Roles and RoleBindings for one person, deleted when the time is over. */
export const access: KindModule = {
  name: 'access',
  makes: accessSorts,
  settingsFile: 'profiles.yaml',
  settingsList: 'profiles',
  settingsSchema: profilesFile,
  configure: (settings) => {
    const file = profilesFile.safeParse(settings);
    if (!file.success) return err(file.error.issues.flatMap(problemsOfIssue));
    const problems = problemsOf(file.data.profiles);
    return problems.length > 0 ? err(problems) : ok(accessOver(file.data.profiles));
  },
};

const problemsOf = (profiles: readonly Profile[]): readonly Problem[] => [
  ...profiles.flatMap(({ name }, index) =>
    profiles.findIndex((other) => other.name === name) < index
      ? [{ path: ['profiles', index, 'name'], message: `profile "${name}" is there twice; give each its own name` }]
      : [],
  ),
  ...profiles.flatMap(({ name, bindings }, index) =>
    bindings.flatMap(({ in: where, rules }, place) =>
      rules.flatMap((rule, nth) => {
        const path = ['profiles', index, 'bindings', place, 'rules', nth];
        const stays = outlives(rule);
        const inside = where === 'cluster' ? reachesHallpass(rule) : undefined;
        return [
          ...(stays === undefined
            ? []
            : [{ path, message: `profile "${name}" grants what cannot be taken back: ${stays}` }]),
          ...(inside === undefined ? [] : [{ path, message: `profile "${name}" reaches too far: ${inside}` }]),
        ];
      }),
    ),
  ),
];

const accessOver = (profiles: readonly Profile[]): Kind => {
  const find = (name: string): Result<Profile, string> => {
    const found = profiles.find((profile) => profile.name === name);
    return found === undefined
      ? err(
          `There is no profile ${JSON.stringify(name.slice(0, 80))}. The form behind /jit shows what you may ask for.`,
        )
      : ok(found);
  };

  const read = (json: unknown): Result<{ readonly asked: Ask; readonly profile: Profile }, string> => {
    const asked = ask.safeParse(json);
    if (!asked.success) return err(`Not understood: ${asked.error.issues.map(({ message }) => message).join('; ')}.`);
    const profile = find(asked.data.profile);
    if (!profile.ok) return profile;
    if (asked.data.objects.length > 0 && nameable(profile.value).length === 0) {
      return err(
        `Profile "${profile.value.name}" cannot be narrowed to named objects. Ask for the namespace without "/…".`,
      );
    }
    return ok({ asked: asked.data, profile: profile.value });
  };

  const settle = (json: unknown): Result<Json, string> => {
    const result = read(json);
    return result.ok ? ok(result.value.asked) : result;
  };

  return {
    name: 'access',
    title: 'Temporary access',
    usage,
    profiles: profiles.map((one) => ({ profile: one.name, title: one.title, reachesFurther: reachesFurther(one) })),
    fields: (chosen, offered) => fields(profiles, chosen, offered),
    fromWords: (words, objects) => {
      const [profile, ...rest] = words;
      if (profile === undefined || rest.length > 0) return err(`Say which profile and where: ${usage}.`);
      return settle({ profile, objects: unique(objects) });
    },
    fromForm: (values) =>
      settle({
        profile: values.profile?.[0] ?? '',
        objects: unique((values.objects ?? []).flatMap((names) => names.split(/[\s,]+/)).filter((name) => name !== '')),
      }),
    isForSomebody: true,
    mayBePermanent: false,
    mayBeExtended: 'beside',
    hasObjects: false,
    look: () => ok([]),
    describe: (json) => {
      const result = read(json);
      return result.ok ? ok(describeAccess(result.value.profile, result.value.asked.objects)) : result;
    },
    plan: (json, context) => {
      const result = read(json);
      if (!result.ok) return result;
      const { profile, asked } = result.value;
      const elsewhere = onlyElsewhere(profile, context.namespace);
      return elsewhere === undefined ? ok(planAccess(profile, asked.objects, context)) : err(elsewhere);
    },
    toType: (json, namespace) => {
      const result = ask.safeParse(json);
      if (!result.success) return undefined;
      const { profile, objects } = result.data;
      return [profile, [namespace, ...(objects.length === 0 ? [] : [objects.join(',')])].join('/')].join(' ');
    },
    narrower: (json, namespace, uses, may) => {
      const result = read(json);
      if (!result.ok) return undefined;
      const { profile, asked } = result.value;
      const offered = profiles.filter(({ name }) => name === profile.name || may(name));
      const less = narrowest({ profile, objects: asked.objects }, offered, uses, namespace);
      return less === undefined ? undefined : { profile: less.profile.name, objects: [...less.objects] };
    },
    permissions: permissionsOf(profiles),
    rights: profiles.map(({ name, bindings }) => ({ profile: name, places: bindings })),
  };
};

/** A profile that does nothing in the namespace asked for must not look on a card as if it did. */
const onlyElsewhere = ({ name, bindings }: Profile, namespace: string): string | undefined => {
  const places = bindings.map((binding) => binding.in);
  if (places.includes('requested') || places.includes(namespace)) return undefined;
  const named = places.filter((place) => place !== 'cluster');
  if (named.length === 0) return undefined;
  return `Profile "${name}" gives nothing in "${namespace}". Ask for it in ${named.join(' or ')}.`;
};

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

const fields: (
  profiles: readonly Profile[],
  chosen: Readonly<Record<string, string>>,
  offered: readonly string[],
) => ReturnType<Kind['fields']> = (profiles, chosen, offered) => {
  const options = profiles
    .filter(({ name }) => offered.includes(name))
    .map(({ name, title }) => ({ value: name, label: title }));
  const profile = profiles.find(({ name }) => name === chosen.profile);
  const resources = profile === undefined ? [] : nameable(profile);
  const which = { name: 'profile', label: 'What for', again: true, input: { type: 'choice' as const, options } };
  if (resources.length === 0) return [which];
  const only = { name: 'objects', label: 'Only these objects', optional: true };
  // Nobody but the person concerned reads Secrets, not even their names: the bot cannot offer them.
  if (resources.some(({ resource }) => resource === 'secrets')) {
    return [
      which,
      { ...only, hint: 'Names, with commas between. Without names it is every one.', input: { type: 'names' } },
    ];
  }
  const hint =
    'Leave empty for all of the namespace. With names, kubectl get <sort> <name> works, but not a plain list.';
  return [which, { ...only, hint, input: { type: 'objects', resources } }];
};
