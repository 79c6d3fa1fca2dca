import { type Method, refuse } from './method.ts';

/** Slack's arguments to it are none; its token is the app's (docs.slack.dev/reference/methods/apps.connections.open). */
export const connectionMethods: Record<string, Method> = {
  'apps.connections.open': {
    scopes: [],
    takes: 'app-token',
    call: (core) => {
      const url = core.socketUrl.make?.();
      return url === undefined ? refuse('unknown_method') : { ok: true, url };
    },
  },
};
