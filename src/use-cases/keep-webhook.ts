import { bundleIn, withBundle } from '#domain/guard/bundle.ts';
import { inEdition, readEdition } from '#domain/guard/edition.ts';
import { alterationsOf, isLabelledOurs, nothingHeld, sayingOf, webhooksIn } from '#domain/guard/webhook.ts';
import { canonical } from '#domain/json.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Signer, Trust } from '#domain/request/chain.ts';
import type { Alarm } from './ports.ts';
import { createTroubles, type Outcome } from './troubles.ts';
import { createBundleWatch } from './watch-bundle.ts';

/** The webhook configuration `hallpass-guard` of one cluster, raw. A worker may do all of it, a guard not `create`. */
export type Webhooks = {
  readonly get: () => Promise<Manifest | undefined>;
  /** `moved`: there is one already. */
  readonly create: (configuration: Manifest) => Promise<'written' | 'moved'>;
  /** Replaces the version that its resourceVersion names. `moved`: another one is there now, or none. */
  readonly replace: (configuration: Manifest) => Promise<'written' | 'moved'>;
};

export type WebhookKeeperPorts = {
  readonly cluster: string;
  readonly webhooks: Webhooks;
  /** What the policy asks for; undefined when nothing is protected. Throws while the policy cannot be used. */
  readonly wanted: () => Manifest | undefined;
  readonly signer: Signer;
  readonly trust: Trust;
  /** The API server's clock. */
  readonly now: () => Promise<Temporal.Instant>;
  readonly alarm: Alarm;
  readonly info: (message: string, fields: Readonly<Record<string, string>>) => void;
};

/**
 * Workers read a changed policy up to some two minutes apart (a ConfigMap's way to its pods), and for so long what
 * another one wrote is left alone; beyond it they do not have the same policy.
 */
const patience = Temporal.Duration.from({ minutes: 3 });

/**
 * Keeps the webhook configuration as the policy asks for it; to be run again and again. One that was removed or changed
 * is put back, with an alarm; one that a worker wrote under another policy is replaced once, by whichever worker reads
 * a policy anew. Throws what the cluster throws; the next round tries again.
 */
export const createWebhookKeeper = (ports: WebhookKeeperPorts): (() => Promise<void>) => {
  const { cluster, webhooks, signer, trust, info } = ports;
  const troubles = createTroubles(ports.alarm);
  const watchBundle = createBundleWatch(cluster, troubles);
  /** What was wanted when it last stood there, or when this worker last wrote it. */
  let settled: string | undefined;
  /** The latest edition that was seen or written: an earlier one that is back was put back by somebody. */
  let newest = 0;
  let stood = false;
  let apartSince: Temporal.Instant | undefined;

  const write = async (target: Manifest, now: Temporal.Instant, way: 'create' | 'replace'): Promise<Outcome> => {
    const edition = Math.max(newest + 1, now.epochMilliseconds);
    const outcome = await webhooks[way](inEdition(target, edition, cluster, signer));
    if (outcome === 'moved') return outcome;
    newest = edition;
    settled = sayingKey(target);
    stood = true;
    apartSince = undefined;
    return outcome;
  };

  const makeAnew = async (target: Manifest, now: Temporal.Instant): Promise<void> => {
    const create = () => write(target, now, 'create');
    if (stood) await troubles.mending('removed', create, removed, { cluster });
    else if ((await create()) === 'written') info('The webhook configuration of the guard was created', { cluster });
  };

  const bringBack = async (
    live: Manifest,
    target: Manifest,
    now: Temporal.Instant,
    isGenuine: boolean,
  ): Promise<void> => {
    const replace = () => write(inPlaceOf(live, target), now, 'replace');
    const fields = { cluster, difference: alterationsOf(live, target).join('; ') };
    if (!isGenuine) return troubles.mending('changed', replace, changed, fields);
    if (settled === sayingKey(target)) {
      apartSince ??= now;
      if (isBefore(now, apartSince.add(patience))) return;
      return troubles.mending('apart', replace, disagreeing, { ...fields, remedy });
    }
    if ((await replace()) === 'written') info(webhooksIn(target).length > 0 ? following : unprotected, fields);
  };

  return async () => {
    const wanted = ports.wanted();
    const target = wanted ?? nothingHeld();
    const live = await webhooks.get();
    const now = await ports.now();
    if (live === undefined) {
      if (wanted !== undefined) return makeAnew(target, now);
      stood = false;
      return;
    }
    const edition = readEdition(cluster, live, trust);
    // Somebody else's, by our name, is no business of ours before anything is protected.
    if (wanted === undefined && edition === undefined && !isLabelledOurs(live)) return;
    const isGenuine = edition !== undefined && edition >= newest;
    newest = Math.max(newest, edition ?? 0);
    stood = true;
    troubles.over('removed');
    watchBundle(live, now);
    if (alterationsOf(live, target).length > 0) return bringBack(live, target, now, isGenuine);
    settled = sayingKey(target);
    apartSince = undefined;
    troubles.over('changed', 'apart');
    // It says what it should, but the next worker could not know it for ours.
    if (edition === undefined || !isLabelledOurs(live)) await write(inPlaceOf(live, target), now, 'replace');
  };
};

const removed = 'The webhook configuration of the guard was removed; it is put back';
const changed = 'The webhook configuration of the guard was changed by somebody else; it is put back';
const disagreeing = 'Workers do not agree on what is protected; this one puts in what its own policy says';
const following = 'The webhook configuration of the guard follows the policy';
const unprotected = 'Nothing is protected any more; the API server does not ask the guard';
const remedy = 'Give all workers the same policy and the same version of Hallpass';

const isBefore = (one: Temporal.Instant, other: Temporal.Instant): boolean => Temporal.Instant.compare(one, other) < 0;

const sayingKey = (manifest: Manifest): string => canonical(sayingOf(manifest));

/** What is wanted, as the next version of what is there: with the authorities that guards have added to it. */
const inPlaceOf = (live: Manifest, target: Manifest): Manifest => ({
  ...withBundle(target, bundleIn(live) ?? ''),
  metadata: { ...live.metadata, labels: { ...live.metadata.labels, ...target.metadata.labels } },
});
