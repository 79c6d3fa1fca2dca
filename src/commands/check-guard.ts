import { certificatesIn, lookAtServer, type SeenServer } from '#adapters/http/look-at-server.ts';
import { createKeys } from '#adapters/keys/keys.ts';
import { createCredentials } from '#adapters/kubernetes/credentials.ts';
import { inWords } from '#adapters/kubernetes/examine.ts';
import { createRawClient } from '#adapters/kubernetes/raw-client.ts';
import { createWebhooks, selectsNamespaces } from '#adapters/kubernetes/webhooks.ts';
import { caution, type Finding, fine, wrong } from '#domain/finding.ts';
import { authoritiesIn, bundleIn } from '#domain/guard/bundle.ts';
import { readEdition } from '#domain/guard/edition.ts';
import { addressIn, guardAddressIn, sayAsked } from '#domain/guard/say-webhook.ts';
import {
  alterationsOf,
  configurationName,
  type GuardAddress,
  isLabelledOurs,
  nothingHeld,
  webhookName,
  webhooksIn,
} from '#domain/guard/webhook.ts';
import type { Manifest } from '#domain/plan.ts';
import { matches } from '#domain/policy/policy.ts';
import type { Author } from '#domain/request/events.ts';
import { few } from '#domain/text.ts';
import type { ClusterSource, Config } from '#src/config.ts';
import { webhookBy } from '#src/guarded-by.ts';
import type { Settings } from '#use-cases/ports.ts';
import type { Known } from './check-clusters.ts';
import type { Check } from './checks.ts';
import { lifeOf } from './lifetimes.ts';

/** Milliseconds for each call, and for the handshake; and calls at a time. */
const patience = 5_000;
const limits = { deadline: patience, inFlight: 4 };
/** Differences, and authorities, that are told. */
const most = 5;

const configuration = `ValidatingWebhookConfiguration "${configurationName}"`;

/**
 * Looks at what the API server of a cluster asks its guard, whom it believes, and whether who answers there is believed. As a worker or
 * a guard: nobody else may read it.
 */
export const checkGuard = (
  author: Extract<Author, 'worker' | 'guard'>,
  { name, source }: ClusterSource,
  config: Config,
  known: Pick<Known, 'policy'>,
): Check => ({
  about: `Guard of ${name}`,
  look: async (onEnd) => {
    const folder = await known.policy;
    const settings = folder?.ok ? folder.value.settings : undefined;
    if (config.guardAt === undefined) return settings === undefined ? [] : withoutGuard(name, settings);
    const client = createRawClient(name, createCredentials({ name, source }), limits);
    onEnd(client.close);
    try {
      const live = await createWebhooks(client).get();
      const selects = await selectsNamespaces(client);
      const now = client.lastDate()?.date ?? Temporal.Now.instant();
      const at = (author === 'guard' ? addressOf(live) : undefined) ?? config.guardAt;
      const where = { cluster: name, home: config.home, at, selectsNamespaces: selects };
      const wanted = settings === undefined ? 'unknown' : webhookBy(settings, where);
      // The name of a Service is, from elsewhere, that of another cluster's guard.
      const isReached = source.type === 'in-cluster' || (at !== undefined && 'url' in at);
      return await lookAtWebhook(live, wanted, { cluster: name, keys: config.keys, now, isReached });
    } catch (cause) {
      return [caution(`${configuration} could not be looked at. ${inWords(cause)}`)];
    }
  },
});

/** Where a guard is called is a setting of the worker: whether it can be it shows in the handshake. */
const addressOf = (live: Manifest | undefined): GuardAddress | undefined => {
  const webhook = live === undefined ? undefined : webhooksIn(live).find(({ name }) => name === webhookName);
  return webhook === undefined ? undefined : guardAddressIn(webhook);
};

const withoutGuard = (cluster: string, { policy }: Settings): readonly Finding[] =>
  policy.protect.some(({ clusters }) => clusters.some((one) => matches(one, cluster)))
    ? [
        caution(
          'The policy protects objects here, and no guard is set up: nothing is held. Set HALLPASS_GUARD, and run a guard.',
        ),
      ]
    : [];

type Around = {
  readonly cluster: string;
  readonly keys: string;
  readonly now: Temporal.Instant;
  /** Whether where the API server calls is the same from here. */
  readonly isReached: boolean;
};

const lookAtWebhook = async (
  live: Manifest | undefined,
  wanted: Manifest | undefined | 'unknown',
  around: Around,
): Promise<readonly Finding[]> => {
  if (live === undefined) return [sayAbsent(wanted)];
  const webhook = webhooksIn(live).find(({ name }) => name === webhookName);
  const apart = wanted === 'unknown' ? [] : sayApart(live, wanted, around);
  if (webhook === undefined)
    return apart.length > 0 ? apart : [fine('Nothing is protected: the API server asks no guard.')];
  const bundle = authoritiesIn(bundleIn(live) ?? '');
  const isRefused = webhook.failurePolicy === 'Fail';
  const asked = fine(
    `The API server asks it about ${sayAsked(webhook)}; where it does not answer, that ${isRefused ? 'is refused' : 'goes through'}.`,
  );
  const address = addressIn(webhook);
  return [
    ...(apart.length > 0 ? apart : [asked]),
    sayAuthorities(bundle, around.now),
    ...(bundle.length === 0 || address === undefined
      ? []
      : [
          sayServer(
            address,
            around.isReached
              ? await lookAtServer({ ...address, authorities: bundle, patience })
              : { type: 'not-reached', why: 'that name is of a Service in another cluster' },
            around.now,
          ),
        ]),
  ];
};

const sayAbsent = (wanted: Manifest | undefined | 'unknown'): Finding => {
  if (wanted === undefined) return fine('Nothing is protected: the API server asks no guard.');
  return wanted === 'unknown'
    ? caution(`There is no ${configuration}. Whether one is wanted is not known: the policy cannot be read.`)
    : caution(
        `There is no ${configuration}: nothing is held. A worker with HALLPASS_GUARD makes it within seconds of its start; if one runs, its log says why it has not.`,
      );
};

/** Workers put back what is otherwise than the policy says: it stands so only where none does. */
const sayApart = (live: Manifest, wanted: Manifest | undefined, { cluster, keys }: Around): readonly Finding[] => {
  // Somebody else's, by our name, is no business of ours before anything is protected.
  if (wanted === undefined && !isLabelledOurs(live)) return [];
  const differences = alterationsOf(live, wanted ?? nothingHeld());
  if (differences.length > 0)
    return [
      wrong(
        `${configuration} is not as the policy says: ${differences.slice(0, most).join('; ')}. A worker puts it right within seconds: look whether one runs with HALLPASS_GUARD, with this policy, and what its log says.`,
      ),
    ];
  // That it is not set has been said.
  const trusted = keys === '' ? undefined : createKeys(keys, []);
  return trusted?.ok !== true || readEdition(cluster, live, trusted.value.trust) !== undefined
    ? []
    : [
        caution(
          `${configuration} says what the policy does, and has no signature of a worker that is trusted here. A worker signs it anew within seconds; if it stays so, look whose key that is (${keys}/trusted).`,
        ),
      ];
};

/** Each guard has one of its own, and takes out those that have ended: only where none is left nobody is believed. */
const sayAuthorities = (pems: readonly string[], now: Temporal.Instant): Finding => {
  const lives = pems.flatMap(certificatesIn).map((one) => lifeOf(one, now));
  const said = few(
    lives.map((life) => life.said),
    most,
  );
  const has = (type: 'good' | 'soon' | 'over'): boolean => lives.some((life) => life.type === type);
  if (!has('good') && !has('soon'))
    return wrong(
      `The API server believes no guard, and refuses every write to what is protected: ${lives.length === 0 ? 'caBundle is empty' : `all in caBundle has ended (${said})`}. A guard puts its own authority there within a second of its start: look whether one runs, and what its log says.`,
    );
  if (!has('good'))
    return caution(
      `What stands in caBundle is ${said} only. Renew it; what a guard makes itself should be new by now.`,
    );
  if (has('over'))
    return caution(
      `Of ${lives.length} authorities in caBundle some have ended: ${said}. A guard takes these out within a second: look whether one runs.`,
    );
  return fine(`${lives.length === 1 ? 'The authority' : `The ${lives.length} authorities`} in caBundle: ${said}.`);
};

const sayServer = (
  { host, port }: { readonly host: string; readonly port: number },
  seen: SeenServer,
  now: Temporal.Instant,
): Finding => {
  const where = `${host}:${port}`;
  switch (seen.type) {
    case 'not-reached':
      return caution(
        `${where}, which the API server calls, could not be looked at from here (${seen.why}). Run the doctor where that can be reached, such as in the cluster; if it can be from here, look whether a guard runs.`,
      );
    case 'no-tls':
      return wrong(`What answers at ${where} speaks no TLS (${seen.why}), and is no guard. Correct HALLPASS_GUARD.`);
    case 'not-believed':
      return wrong(
        `What answers at ${where} is not believed by what stands in caBundle (${seen.why}): the API server refuses every write to what is protected. Look whether it is a guard of this cluster, and what its log says.`,
      );
    case 'believed': {
      const { type, said } = lifeOf(seen.certificate, now);
      const text = `What answers at ${where} is believed by what stands in caBundle; its certificate is ${said}`;
      return type === 'good' ? fine(`${text}.`) : caution(`${text} only. Renew it.`);
    }
  }
};
