import type { Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { namesIn, portOf } from './from-form.ts';

/** What can be typed, for the usage line and for whoever mistyped. */
export const usage = '<add|remove|backend|annotate|tls|delete> … <namespace>/<name>';

const shapes = {
  add: 'add <host>/<path>=<service>:<port>',
  remove: 'remove <host>[/<path>]',
  backend: 'backend <host>/<path>=<service>:<port>',
  annotate: 'annotate <key>=<value> (or <key>- to remove it)',
  tls: 'tls <host>=<secret> (or <host>- for none)',
  delete: 'delete <resource>',
} as const;
const place = '<namespace>/<name>';

/** Reads the words of an edit and the names of the objects that it is for; Ingresses, unless the words say otherwise. */
export const askFromWords = (words: readonly string[], objects: readonly string[]): Result<Json, string> => {
  const [verb = '', ...rest] = words;
  if (['patch', 'manifest', 'apply', 'edit'].includes(verb))
    return err('Patches and manifests are not typed here: use the form behind /jit.');
  if (!isVerb(verb))
    return err(
      `Say what to change: ${Object.values(shapes).join('; ')}; then ${place}. For anything else use the form behind /jit.`,
    );
  const shape = `Write it like: ${shapes[verb]} ${place}.`;
  const [what, ...more] = rest;
  if (more.length > 0)
    return err(`"${more.join(' ').slice(0, 80)}" is too much. ${shape} With spaces in it, use the form behind /jit.`);
  if (what === undefined && verb !== 'delete') return err(`Something is missing behind "${verb}". ${shape}`);
  if (objects.length === 0) return err(`Say which object behind the namespace. ${shape}`);
  const names = [...new Set(objects)].sort();
  if (verb === 'delete')
    return ok({ edits: names.map((name) => ({ do: 'delete', resource: what ?? 'ingresses', name })) });
  const edit = readers[verb](what ?? '');
  return edit === undefined
    ? err(`"${(what ?? '').slice(0, 80)}" is not understood. ${shape}`)
    : ok({ edits: names.map((name) => ({ do: 'ingress', name, edit })) });
};

type Verb = keyof typeof shapes;
const isVerb = (word: string): word is Verb => Object.hasOwn(shapes, word);

/** `shop.acme.test/beta`, pasted with its scheme or not. */
const placeOf = (text: string) => {
  const bare = text.replace(/^https?:\/\//i, '');
  const slash = bare.indexOf('/');
  return slash === -1
    ? { host: bare.toLowerCase(), path: undefined }
    : { host: bare.slice(0, slash).toLowerCase(), path: bare.slice(slash) };
};

/** `<host>/<path>=<service>:<port>`; a path may have "=" in it, so the last one counts. */
const routeOf = (what: string) => {
  const [, from, service, port] = /^(.*)=([^=:/]+):([^=:/]+)$/.exec(what) ?? [];
  if (from === undefined || service === undefined || port === undefined) return undefined;
  const { host, path = '/' } = placeOf(from);
  return { host, path, service, port: portOf(port) };
};

const readers: Readonly<Record<Exclude<Verb, 'delete'>, (what: string) => Json | undefined>> = {
  add: (what) => {
    const route = routeOf(what);
    return route && { type: 'add-path', ...route };
  },
  backend: (what) => {
    const route = routeOf(what);
    return route && { type: 'switch-backend', ...route };
  },
  remove: (what) => {
    const { host, path } = placeOf(what);
    return path === undefined ? { type: 'remove-host', host } : { type: 'remove-path', host, path };
  },
  annotate: (what) => {
    const equals = what.indexOf('=');
    if (equals > 0) return { type: 'annotate', key: what.slice(0, equals), value: what.slice(equals + 1) };
    return what.length > 1 && what.endsWith('-')
      ? { type: 'annotate', key: what.slice(0, -1), value: null }
      : undefined;
  },
  tls: (what) => {
    const [, hosts, secretName] = /^([^=]+)=([^=]+)$/.exec(what) ?? [];
    if (hosts !== undefined && secretName !== undefined)
      return { type: 'tls', hosts: namesIn(hosts.toLowerCase()), secretName };
    return what.length > 1 && what.endsWith('-')
      ? { type: 'no-tls', host: what.slice(0, -1).toLowerCase() }
      : undefined;
  },
};
