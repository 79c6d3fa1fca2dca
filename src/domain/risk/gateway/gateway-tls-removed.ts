import type { Json } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Place } from '#domain/risk/finding.ts';
import { asText, at, itemsAt, quoted, textAt } from '#domain/risk/read.ts';
import type { Loss, Rule } from '#domain/risk/rule.ts';
import { isGateway, type Listener, listenersOf } from './gateway.ts';
import { gatewayDocument } from './route.ts';

/** What was encrypted, or asked clients for certificates, and is or does so no more. Listeners are known by their names. */
export const gatewayTlsRemoved: Rule = {
  name: 'gateway-tls-removed',
  severity: 'high',
  sources: [gatewayDocument('reference/api-types/gateway/'), gatewayDocument('geps/gep-91/')],
  between: (before, after) => {
    if (after === undefined) return [];
    const is = new Map(listenersOf(after).map((one) => [one.name, one]));
    const listeners = listenersOf(before).flatMap((was) => {
      const now = is.get(was.name);
      return now === undefined ? [] : lossesOf(was, now);
    });
    return [...listeners, ...unencrypted(before, after), ...validationLosses(before, after)];
  },
};

const isEncrypted = ({ protocol }: Listener): boolean => protocol === 'HTTPS' || protocol === 'TLS';
const hostOf = ({ raw }: Listener): string => textAt(raw, 'hostname').trim().toLowerCase();

/** Hosts whose listener is gone, and which none that encrypts has now, but one that does not and that is new. */
const unencrypted = (before: Manifest, after: Manifest): readonly Loss[] => {
  const [was, is] = [listenersOf(before), listenersOf(after)];
  const [old, left] = [new Set(was.map(({ name }) => name)), new Set(is.map(({ name }) => name))];
  const safe = new Set(is.filter(isEncrypted).map(hostOf));
  const gone = was.filter((one) => isEncrypted(one) && !left.has(one.name) && !safe.has(hostOf(one)));
  const hosts = new Set(gone.map(hostOf));
  return is
    .filter(
      (one) =>
        !isEncrypted(one) && !old.has(one.name) && (hosts.has(hostOf(one)) || (hostOf(one) === '' && gone.length > 0)),
    )
    .map((one) => ({
      says: `traffic that is not encrypted: listener ${quoted(one.name)} is there instead of ${quoted(gone[0]?.name ?? '')}`,
      path: [...one.path, 'protocol'],
    }));
};

const modeOf = ({ raw }: Listener): string => textAt(raw, 'tls', 'mode').toLowerCase() || 'terminate';

const lossesOf = (was: Listener, is: Listener): readonly Loss[] => {
  const listener = `listener ${quoted(is.name)}`;
  if (!isEncrypted(was)) return [];
  if (!isEncrypted(is))
    return [
      {
        says: `traffic that is not encrypted: ${listener} goes from ${quoted(was.protocol)} to ${quoted(is.protocol)}`,
        path: [...is.path, 'protocol'],
      },
    ];
  const path = [...is.path, 'tls'];
  const isPassed = modeOf(was) === 'terminate' && modeOf(is) === 'passthrough';
  const isAsked = (one: Listener): boolean => isThere(at(one.raw, 'tls', 'frontendValidation'));
  return [
    ...(isPassed
      ? [{ says: `traffic that the Gateway passes on unseen, past its own checks: ${listener}`, path }]
      : []),
    ...(isAsked(was) && !isAsked(is)
      ? [{ says: `clients that are not asked for a certificate any more: ${listener}`, path }]
      : []),
  ];
};

/** A Gateway's own, for all of its ports and for single ones, which go by their own alone. */
const validationLosses = (before: Manifest, after: Manifest): readonly Loss[] => {
  const [was, is] = [validationsOf(before), validationsOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((port) => {
    const [old, now] = [was, is].map((all) => (all.get(port) ?? all.get(everyPort))?.validation);
    const path = (is.get(port) ?? was.get(port))?.path ?? [];
    const clients = port === everyPort ? 'clients' : `clients of port ${quoted(port)}`;
    if (isThere(old) && !isThere(now))
      return [{ says: `${clients} that are not asked for a certificate any more`, path }];
    return isThere(old) && !isLax(old) && isLax(now)
      ? [{ says: `${clients} that get in without a valid certificate: AllowInsecureFallback`, path }]
      : [];
  });
};

type Validation = { readonly validation: Json | undefined; readonly path: Place };

const everyPort = '';

const validationsOf = (object: Manifest): ReadonlyMap<string, Validation> => {
  const place = ['spec', 'tls', 'frontend'];
  if (!isGateway(object)) return new Map();
  return new Map<string, Validation>([
    [everyPort, { validation: at(object, ...place, 'default', 'validation'), path: [...place, 'default'] }],
    ...itemsAt(object, ...place, 'perPort').map(
      ({ item, path }) =>
        [asText(at(item, 'port') ?? null), { validation: at(item, 'tls', 'validation'), path }] as const,
    ),
  ]);
};

const isThere = (value: Json | undefined): boolean => value !== undefined && value !== null;
const isLax = (validation: Json | undefined): boolean =>
  textAt(validation, 'mode').toLowerCase() === 'allowinsecurefallback';
