import { z } from 'zod';
import { addressOf } from '#local/slack/seed.ts';
import { groupShape, userShape } from '#local/slack/shapes.ts';
import { type Answer, count, flag, has, method, pageOf, refuse } from './method.ts';
import { canSeePerson } from './reach.ts';

const authTest = method({
  scopes: [],
  args: {},
  run: ({ state }): Answer => ({
    ok: true,
    url: addressOf(state.team),
    team: state.team.name,
    user: state.app.name.toLowerCase(),
    team_id: state.team.id,
    user_id: state.app.botUserId,
    bot_id: state.app.botId,
    ...(state.team.enterpriseId === undefined ? {} : { enterprise_id: state.team.enterpriseId }),
    is_enterprise_install: false,
  }),
});

const teamInfo = method({
  scopes: ['team:read'],
  args: { team: z.string().optional(), domain: z.string().optional() },
  run: ({ state }, args): Answer => {
    if (args.team !== undefined && args.team !== state.team.id) return refuse('team_not_found');
    const enterprise = state.team.enterpriseId === undefined ? {} : { enterprise_id: state.team.enterpriseId };
    return {
      ok: true,
      team: { id: state.team.id, name: state.team.name, domain: state.team.domain, email_domain: '', ...enterprise },
    };
  },
});

const usersInfo = method({
  scopes: ['users:read'],
  args: { user: z.string().min(1), include_locale: flag.optional() },
  run: (core, args): Answer => {
    const person = core.state.people.get(args.user);
    if (person === undefined) return refuse('user_not_found');
    if (!canSeePerson(core, args.user)) return refuse('user_not_visible');
    return { ok: true, user: userShape(person, has(core, 'users:read.email')) };
  },
});

const usersList = method({
  scopes: ['users:read'],
  args: { cursor: z.string().optional(), limit: count.optional(), include_locale: flag.optional() },
  run: (core, args): Answer => {
    const visible = [...core.state.people.values()].filter((one) => canSeePerson(core, one.id));
    const paged = pageOf(visible, args.cursor, args.limit);
    if (!paged.ok) return refuse(paged.error);
    const withEmail = has(core, 'users:read.email');
    return {
      ok: true,
      members: paged.items.map((one) => userShape(one, withEmail)),
      response_metadata: { next_cursor: paged.next },
    };
  },
});

const lookupByEmail = method({
  scopes: ['users:read.email'],
  args: { email: z.string().min(1) },
  run: (core, args): Answer => {
    const found = [...core.state.people.values()].find(
      (one) => one.email?.toLowerCase() === args.email.toLowerCase() && one.kind !== 'deleted',
    );
    return found === undefined ? refuse('users_not_found') : { ok: true, user: userShape(found, true) };
  },
});

const usergroupsList = method({
  scopes: ['usergroups:read'],
  args: { include_users: flag.optional(), include_disabled: flag.optional(), include_count: flag.optional() },
  run: ({ state }, args): Answer => {
    if (state.plan === 'free') return refuse('plan_upgrade_required');
    const shown = [...state.groups.values()].filter((one) => !one.isDisabled || args.include_disabled === true);
    return { ok: true, usergroups: shown.map((one) => groupShape(state, one, args.include_users === true)) };
  },
});

const usergroupsUsersList = method({
  scopes: ['usergroups:read'],
  args: { usergroup: z.string().min(1), include_disabled: flag.optional() },
  run: ({ state }, args): Answer => {
    if (state.plan === 'free') return refuse('plan_upgrade_required');
    const group = state.groups.get(args.usergroup);
    if (group === undefined || (group.isDisabled && args.include_disabled !== true)) return refuse('no_such_subteam');
    return { ok: true, users: group.memberIds };
  },
});

export const peopleMethods = {
  'auth.test': authTest,
  'team.info': teamInfo,
  'users.info': usersInfo,
  'users.list': usersList,
  'users.lookupByEmail': lookupByEmail,
  'usergroups.list': usergroupsList,
  'usergroups.users.list': usergroupsUsersList,
};
