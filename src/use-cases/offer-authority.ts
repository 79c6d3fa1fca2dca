import { authoritiesIn, bundleIn, bundleWith, type EndOf, stands, withBundle } from '#domain/guard/bundle.ts';
import { editionClaimed } from '#domain/guard/edition.ts';
import type { Manifest } from '#domain/plan.ts';
import type { Webhooks } from './keep-webhook.ts';
import type { Alarm } from './ports.ts';

export type AuthorityPorts = {
  readonly cluster: string;
  readonly webhooks: Pick<Webhooks, 'get' | 'replace'>;
  /** This guard's authority (PEM); another one once it was renewed. */
  readonly ca: () => string;
  /** The API server's clock: it is the one that judges certificates. */
  readonly now: () => Promise<Temporal.Instant>;
  readonly endOf: EndOf;
  readonly alarm: Alarm;
  /** Whether a configuration is what a worker wrote for this cluster, or cannot be told by this guard to be anything else. */
  readonly isForUs: (live: Manifest) => boolean;
};

/**
 * Sees to it that this guard's authority stands in the webhook configuration; to be run again and again. Answers
 * whether it stands there: before that the API server does not believe this guard. Where somebody else wrote meanwhile
 * the next round tries again. Throws what the cluster throws.
 */
export const createAuthorityOffer = (ports: AuthorityPorts): (() => Promise<boolean>) => {
  const { cluster, webhooks, endOf, alarm } = ports;
  /** Where it stood last. */
  let stood: { readonly ca: string; readonly edition: string } | undefined;
  let isSaid = false;

  return async () => {
    const live = await webhooks.get();
    const bundle = live === undefined ? undefined : bundleIn(live);
    // Nothing is protected, or the worker has yet to say so.
    if (live === undefined || bundle === undefined) return false;
    if (!ports.isForUs(live)) {
      if (!isSaid)
        alarm(
          'The webhook configuration holds writes by a policy in which nothing of this cluster is protected: this guard would let all of them in, and stays away. See that HALLPASS_CLUSTERS of the guard calls the cluster as the worker does, and that both have the same policy',
          { cluster },
        );
      isSaid = true;
      return false;
    }
    isSaid = false;
    const ca = ports.ca();
    const edition = editionClaimed(live);
    const isThere = stands(bundle, ca);
    // Of another edition a worker has to tell: it was written anew.
    if (!isThere && stood?.ca === ca && stood.edition === edition)
      alarm('The authority of a guard was taken out of the webhook configuration; it is put back', {
        cluster,
        others: String(authoritiesIn(bundle).length),
      });
    stood = isThere ? { ca, edition } : undefined;

    const offered = bundleWith(bundle, ca, await ports.now(), endOf);
    if (offered === bundle) return isThere;
    if ((await webhooks.replace(withBundle(live, offered))) === 'moved') return isThere;
    stood = { ca, edition };
    return true;
  };
};
