import { isSameJson } from '#domain/json.ts';
import { cut, oneLine } from '#domain/text.ts';
import { hostsIn, type IngressPath, pathsIn, sayHost, sayPath, withoutSharedRules } from './ingress.ts';
import { tlsIn } from './ingress-parts.ts';
import { at, isList, type Members, textAt } from './raw.ts';

/** What people must not look for in vain afterwards: hosts, paths and certificates that a change takes away. */
export const takenAway = (kind: string, live: Members, wanted: Members | undefined): readonly string[] => {
  if (kind === 'Ingress') return [...lostPaths(live, wanted ?? {}), ...lostTls(live, wanted)].map(plain);
  if (kind === 'HTTPRoute') return lostHostnames(live, wanted ?? {}).map(plain);
  return [];
};

/** What no rule of risk has looked at, so that their silence is not taken for safety. */
export const unlooked = (kind: string, live: Members | undefined, wanted: Members | undefined): readonly string[] => {
  if (kind !== 'Secret' || wanted === undefined) return [];
  if (live === undefined && textAt(wanted, 'type') === tokenType) return [`${unseen} ${lasting}`];
  return isSameJson(at(live, 'data') ?? null, at(wanted, 'data') ?? null) ? [] : [unseen];
};

const unseen = 'Its values were not looked into: nobody but its author knows them, and no rule of risk sees them.';
/** Kubernetes fills it (https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets). */
const tokenType = 'kubernetes.io/service-account-token';
const lasting = 'Kubernetes writes a token of a ServiceAccount into it, which does not end by itself.';

const plain = (text: string): string => cut(oneLine(text), 300);

const lostPaths = (live: Members, wanted: Members): readonly string[] => {
  const moved = withoutSharedRules(live, wanted);
  const concerned = new Set(hostsIn(moved));
  if (concerned.size === 0) return [];
  const before = pathsIn(moved);
  const left = new Set(pathsIn(wanted, concerned).map(keyOf));
  const hosts = new Set(hostsIn(wanted));
  const gone = [...concerned].filter((host) => !hosts.has(host));
  const ofHost = Map.groupBy(before, ({ host }) => host);
  return [
    ...gone.map((host) => {
      const count = ofHost.get(host)?.length ?? 0;
      return `Takes away ${host === '' ? sayHost(host) : `host ${host}`} with ${count} ${count === 1 ? 'path' : 'paths'}.`;
    }),
    ...before
      .filter((one) => hosts.has(one.host) && !left.has(keyOf(one)))
      .map((one) => `Takes away ${sayPath(one)} (${one.pathType}).`),
  ];
};

const keyOf = ({ host, path, pathType }: IngressPath): string => JSON.stringify([host, path, pathType]);

const lostTls = (live: Members, wanted: Members | undefined): readonly string[] => {
  // With the Ingress all of it goes; that is said once.
  if (wanted === undefined) return [];
  const keyOfTls = ({ host, secret }: ReturnType<typeof tlsIn>[number]): string => JSON.stringify([host, secret]);
  const left = new Set(tlsIn(wanted).map(keyOfTls));
  return tlsIn(live)
    .filter((one) => !left.has(keyOfTls(one)))
    .map(({ host, secret }) => `Host ${host} is no longer served with the certificate of Secret "${secret}".`);
};

const lostHostnames = (live: Members, wanted: Members): readonly string[] => {
  const before = at(live, 'spec', 'hostnames');
  const after = at(wanted, 'spec', 'hostnames');
  const left = isList(after) ? after : [];
  return (isList(before) ? before : [])
    .filter((host) => typeof host === 'string' && !left.includes(host))
    .map((host) => `Takes away host ${String(host)}.`);
};
