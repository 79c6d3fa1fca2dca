import type { Json } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { at, isList, isMembers, type Members, textAt, without } from './raw.ts';

/** Sets an annotation, or removes it with null. */
export const annotated = (live: Members, key: string, value: string | null): Result<Members, string> => {
  const metadata = at(live, 'metadata');
  const annotations = at(metadata, 'annotations');
  const others = without(isMembers(annotations) ? annotations : {}, key);
  if (value === null && at(annotations, key) === undefined) return err(`it has no annotation ${key}.`);
  const set = value === null ? others : { ...(isMembers(annotations) ? annotations : {}), [key]: value };
  const rest = without(isMembers(metadata) ? metadata : {}, 'annotations');
  return ok({ ...live, metadata: Object.keys(set).length === 0 ? rest : { ...rest, annotations: set } });
};

const tlsOf = (ingress: Members): readonly Json[] => {
  const tls = at(ingress, 'spec', 'tls');
  return isList(tls) ? tls : [];
};

const hostsOf = (entry: Json): readonly Json[] => {
  const hosts = at(entry, 'hosts');
  return isList(hosts) ? hosts : [];
};

/** Every host that is served over TLS, with the Secret of its certificate. */
export const tlsIn = (ingress: Members): readonly { readonly host: string; readonly secret: string }[] =>
  tlsOf(ingress).flatMap((entry) =>
    hostsOf(entry).flatMap((host) =>
      typeof host === 'string' ? [{ host, secret: textAt(entry, 'secretName') ?? '' }] : [],
    ),
  );

/** Serves hosts with a certificate: they are taken from other entries, for a host has one. */
export const withTls = (live: Members, hosts: readonly string[], secretName: string): Result<Members, string> => {
  const there = tlsIn(live);
  const missing = hosts.filter((host) => !there.some((one) => one.host === host && one.secret === secretName));
  const stray = there.some(({ host, secret }) => hosts.includes(host) && secret !== secretName);
  if (missing.length === 0 && !stray) return ok(live);
  const entries = tlsOf(live).flatMap((entry) =>
    textAt(entry, 'secretName') === secretName ? [entry] : withoutHosts(entry, hosts),
  );
  // An entry without hosts is for whatever no other names: hosts of ours would narrow it.
  const index = entries.findIndex((entry) => textAt(entry, 'secretName') === secretName && hostsOf(entry).length > 0);
  const own = entries[index];
  const added = [...new Set(missing)];
  if (!isMembers(own)) return ok(withEntries(live, [...entries, { hosts: added, secretName }]));
  return ok(withEntries(live, entries.with(index, { ...own, hosts: [...hostsOf(own), ...added] })));
};

export const withoutTls = (live: Members, host: string): Result<Members, string> => {
  if (tlsIn(live).some((one) => one.host === host))
    return ok(
      withEntries(
        live,
        tlsOf(live).flatMap((entry) => withoutHosts(entry, [host])),
      ),
    );
  const hosts = tlsIn(live).map((one) => one.host);
  return err(
    `it serves no ${host} over TLS. ${hosts.length === 0 ? 'It names no host for it.' : `It has: ${hosts.join(', ')}.`}`,
  );
};

/** An entry that would have no hosts any more goes: without hosts it would stand for all of them. */
const withoutHosts = (entry: Json, hosts: readonly string[]): readonly Json[] => {
  const before = hostsOf(entry);
  const kept = before.filter((host) => typeof host !== 'string' || !hosts.includes(host));
  if (!isMembers(entry) || kept.length === before.length) return [entry];
  return kept.length === 0 ? [] : [{ ...entry, hosts: kept }];
};

const withEntries = (live: Members, tls: readonly Json[]): Members => {
  const spec = at(live, 'spec');
  const others = without(isMembers(spec) ? spec : {}, 'tls');
  return { ...live, spec: tls.length === 0 ? others : { ...others, tls } };
};
