import type { Core } from '#local/slack/core.ts';
import { blockMethods } from './blocks.ts';
import { chatMethods } from './chat.ts';
import { chatUpdateMethods } from './chat-update.ts';
import { connectionMethods } from './connections.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods } from './files.ts';
import { type Answer, has, type Method, refuse } from './method.ts';
import { peopleMethods } from './people.ts';
import { viewMethods } from './views.ts';

/** Every Web API method this workspace knows; any other is an `unknown_method`, as in Slack. */
const methods: Record<string, Method> = {
  ...blockMethods,
  ...chatMethods,
  ...chatUpdateMethods,
  ...connectionMethods,
  ...conversationMethods,
  ...fileMethods,
  ...peopleMethods,
  ...viewMethods,
};

/** Calls a method as Slack would: the name, then the token, then the scopes, then the arguments. */
export const callMethod = (
  core: Core,
  name: string,
  token: string | undefined,
  args: Record<string, unknown>,
): Answer => {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined || (method.takes === 'app-token' && core.socketUrl.make === undefined))
    return { ok: false, error: 'unknown_method', req_method: name };
  if (token === undefined || token === '') return refuse('not_authed');
  const { token: botToken, appToken } = core.state.app;
  if (token !== botToken && token !== appToken) return refuse('invalid_auth');
  if ((token === appToken) !== (method.takes === 'app-token')) return refuse('not_allowed_token_type');
  if (method.scopes.length > 0 && !method.scopes.some((scope) => has(core, scope))) {
    return {
      ok: false,
      error: 'missing_scope',
      needed: method.scopes.join(','),
      provided: core.state.app.scopes.join(','),
    };
  }
  return method.call(core, args);
};
