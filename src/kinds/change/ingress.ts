import { canonical, type Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { IngressEdit } from './ask.ts';
import { annotated, withoutTls, withTls } from './ingress-parts.ts';
import { at, isList, isMembers, type Members, textAt, without } from './raw.ts';

/** A path of an Ingress, as people tell it from others. One that is not written takes everything, like "/". */
export type IngressPath = { readonly host: string; readonly path: string; readonly pathType: string };

export const sayHost = (host: string): string => (host === '' ? 'the rule without a host' : host);
/** As in `shop.acme.test/beta`. */
export const sayPath = ({ host, path }: Pick<IngressPath, 'host' | 'path'>): string =>
  host === '' ? `${path} of any host` : `${host}${path}`;

/** Makes an edit in raw JSON: other rules, other paths and fields that nobody here knows stay as they are. */
export const editIngress = (live: Members, edit: IngressEdit): Result<Members, string> => {
  switch (edit.type) {
    case 'add-path':
      return addPath(live, edit);
    case 'add-host':
      return rulesOf(live).some((rule) => hostOf(rule) === edit.host)
        ? err(`it has host ${edit.host} already. Add a path instead.`)
        : addPath(live, edit);
    case 'remove-path':
      return removePath(live, edit);
    case 'switch-backend':
      return switchBackend(live, edit);
    case 'remove-host':
      return rulesOf(live).some((rule) => hostOf(rule) === edit.host)
        ? withRules(
            live,
            rulesOf(live).filter((rule) => hostOf(rule) !== edit.host),
          )
        : err(noHost(live, edit.host));
    case 'annotate':
      return annotated(live, edit.key, edit.value);
    case 'tls':
      return withTls(live, edit.hosts, edit.secretName);
    case 'no-tls':
      return withoutTls(live, edit.host);
  }
};

const rulesOf = (ingress: Members): readonly Json[] => {
  const rules = at(ingress, 'spec', 'rules');
  return isList(rules) ? rules : [];
};
const hostOf = (rule: Json): string => textAt(rule, 'host') ?? '';
const pathsOf = (rule: Json): readonly Json[] => {
  const paths = at(rule, 'http', 'paths');
  return isList(paths) ? paths : [];
};
const pathOf = (item: Json): string => textAt(item, 'path') || '/';
const typeOf = (item: Json): string => textAt(item, 'pathType') ?? 'ImplementationSpecific';

/** Every path of an Ingress, host by host; where hosts are given, only of those. */
export const pathsIn = (ingress: Members, hosts?: ReadonlySet<string>): readonly IngressPath[] =>
  rulesOf(ingress).flatMap((rule) => {
    const host = hostOf(rule);
    if (hosts?.has(host) === false) return [];
    return pathsOf(rule).map((item) => ({ host, path: pathOf(item), pathType: typeOf(item) }));
  });

/** An Ingress without the rules that another one, made from it, has taken over as they are: most of them, as a rule. */
export const withoutSharedRules = (ingress: Members, other: Members): Members => {
  const shared = new Set(rulesOf(other));
  return { spec: { rules: rulesOf(ingress).filter((rule) => !shared.has(rule)) } };
};

/** Every host that an Ingress has a rule for; the rule without a host as the empty one. */
export const hostsIn = (ingress: Members): readonly string[] => [...new Set(rulesOf(ingress).map(hostOf))];

/** Of the hosts or paths that there are, so many are named where another one was meant. */
const mostNamed = 20;

const noHost = (live: Members, host: string): string => {
  const hosts = hostsIn(live);
  const more = hosts.length > mostNamed ? ` and ${hosts.length - mostNamed} more` : '';
  const named = `${hosts.slice(0, mostNamed).map(sayHost).join(', ')}${more}`;
  return `it has no rule for ${host === '' ? 'any host' : host}. ${hosts.length === 0 ? 'It has no rules.' : `It has: ${named}.`}`;
};

type AddedPath = Extract<IngressEdit, { type: 'add-path' | 'add-host' }>;

const addPath = (live: Members, edit: AddedPath): Result<Members, string> => {
  const { host, path, pathType } = edit;
  const rules = rulesOf(live);
  const same = rules
    .filter((rule) => hostOf(rule) === host)
    .flatMap(pathsOf)
    .find((item) => pathOf(item) === path && typeOf(item) === pathType);
  const backend = backendOf({}, edit);
  if (same !== undefined) {
    return canonical(at(same, 'backend') ?? null) === canonical(backend)
      ? ok(live)
      : err(`it has ${sayPath(edit)} (${pathType}) already, with another backend. Switch the backend instead.`);
  }
  const added = { path, pathType, backend };
  const index = rules.findIndex((rule) => hostOf(rule) === host);
  const rule = rules[index];
  if (!isMembers(rule)) {
    return withRules(live, [...rules, { ...(host === '' ? {} : { host }), http: { paths: [added] } }]);
  }
  return withRules(live, rules.with(index, withPaths(rule, [...pathsOf(rule), added])));
};

const backendOf = (
  before: Members,
  { service, port }: { readonly service: string; readonly port: number | string },
): Members => {
  const old = at(before, 'service');
  return {
    ...without(before, 'resource'),
    service: {
      ...(isMembers(old) ? old : {}),
      name: service,
      port: typeof port === 'number' ? { number: port } : { name: port },
    },
  };
};

type Which = { readonly host: string; readonly path: string; readonly pathType?: string | undefined };

/** Finds the one path that is meant; the types of it where there are several and none was named. */
const findPath = (live: Members, { host, path, pathType }: Which): Result<(item: Json) => boolean, string> => {
  if (!rulesOf(live).some((rule) => hostOf(rule) === host)) return err(noHost(live, host));
  const ofHost = pathsIn(live).filter((one) => one.host === host);
  const types = [...new Set(ofHost.filter((one) => one.path === path).map((one) => one.pathType))];
  const meant = pathType === undefined ? types : types.filter((type) => type === pathType);
  const [only, ...more] = meant;
  if (only === undefined) {
    const more = ofHost.length > mostNamed ? ` and ${ofHost.length - mostNamed} more` : '';
    const there = `${ofHost
      .slice(0, mostNamed)
      .map((one) => `${one.path} (${one.pathType})`)
      .join(', ')}${more}`;
    const which = `${sayPath({ host, path })}${pathType === undefined ? '' : ` (${pathType})`}`;
    return err(`it has no path ${which}. ${there === '' ? 'It has none there.' : `It has there: ${there}.`}`);
  }
  if (more.length > 0)
    return err(`it has ${sayPath({ host, path })} as ${meant.join(' and as ')}. Say which type of path you mean.`);
  return ok((item) => pathOf(item) === path && typeOf(item) === only);
};

const removePath = (live: Members, edit: Which): Result<Members, string> => {
  const meant = findPath(live, edit);
  if (!meant.ok) return meant;
  return withRules(
    live,
    rulesOf(live).flatMap((rule) => {
      if (!isMembers(rule) || hostOf(rule) !== edit.host) return [rule];
      const kept = pathsOf(rule).filter((item) => !meant.value(item));
      if (kept.length === pathsOf(rule).length) return [rule];
      return kept.length === 0 ? [] : [withPaths(rule, kept)];
    }),
  );
};

const switchBackend = (
  live: Members,
  edit: Extract<IngressEdit, { type: 'switch-backend' }>,
): Result<Members, string> => {
  const meant = findPath(live, edit);
  if (!meant.ok) return meant;
  const switched = (item: Json): Json => {
    if (!isMembers(item) || !meant.value(item)) return item;
    const old = at(item, 'backend');
    return { ...item, backend: backendOf(isMembers(old) ? old : {}, edit) };
  };
  return withRules(
    live,
    rulesOf(live).map((rule) =>
      isMembers(rule) && hostOf(rule) === edit.host ? withPaths(rule, pathsOf(rule).map(switched)) : rule,
    ),
  );
};

/** A rule that has no paths, and is given none, is left without them. */
const withPaths = (rule: Members, paths: readonly Json[]): Members => {
  if (paths.length === 0) return rule;
  const http = at(rule, 'http');
  return { ...rule, http: { ...(isMembers(http) ? http : {}), paths } };
};

const withRules = (live: Members, rules: readonly Json[]): Result<Members, string> => {
  const spec = at(live, 'spec');
  const others = without(isMembers(spec) ? spec : {}, 'rules');
  if (rules.length === 0 && others.defaultBackend === undefined)
    return err('nothing would be left of it, and Kubernetes refuses that. Ask for deleting it instead.');
  return ok({ ...live, spec: rules.length === 0 ? others : { ...others, rules } });
};
